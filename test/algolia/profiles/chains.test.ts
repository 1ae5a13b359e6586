import {
  callsToSpare,
  type Candidate,
  chainsWanted,
  isWorthWaiting,
  mostWindows,
  partsWanted,
  windowsWanted
} from '../../../src/algolia/profiles/chains'
import { stateAfter, writeStreamState } from '../../../src/algolia/profiles/state'

const RATE = 500 / 60_000
const NOW = Date.parse('2026-03-01T12:00:00Z') / 1000

test.each([
  [50, RATE, 8, 1],
  [110, RATE, 8, 1],
  [150, RATE, 8, 2],
  [200, RATE, 8, 2],
  [300, RATE, 8, 3],
  [300, RATE, 2, 2],
  [300, RATE, 1, 1],
  [5000, RATE, 16, 16],
  [50, undefined, 8, 8],
  [0, undefined, 8, 1],
  [0, RATE, 8, 1]
])('%d ms a call, %d calls a millisecond, at most %d chains: %d', (latency, rate, concurrency, chains) => {
  expect(chainsWanted(latency, rate, concurrency)).toBe(chains)
})

test.each([
  [1, 50, RATE, 1],
  [3, 300, RATE, 6],
  [2, 300, RATE, 2],
  [8, 50, undefined, 8]
])('%d chains at %d ms, and %d calls a millisecond, take %d windows', (chains, latency, rate, windows) => {
  expect(windowsWanted(chains, latency, rate)).toBe(windows)
})

test.each([
  ['of 36 characters, as those of UUIDs', 36, 16],
  ['as long as they may be', 129, 7]
])('with tokens %s, a state that a person can read stays below 4 kB', (_, length, windows) => {
  const userToken = 'x'.repeat(length)
  const pageToken = length === 36 ? 'y'.repeat(40) : 'y'.repeat(190)
  expect(mostWindows(userToken.length + pageToken.length)).toBe(windows)
  const window = { after: NOW, before: NOW, pageToken, read: 1_000_000, readTo: userToken, again: 1000, share: 0.0625 }
  const pass = { windows: Array.from({ length: windows }, () => window), pages: 100_000, read: 1_000_000 }
  const filters = {
    appId: 'LOCALALGOLIA',
    region: 'us',
    startDate: '2026-01-01',
    indices: ['products'],
    affinities: []
  }
  const from = { run: 'abcdefghijk', pages: 99_000 }
  const state = writeStreamState(stateAfter(pass, { filters, startedAt: NOW, after: NOW, run: 'abcdefghijk', from }))
  expect(JSON.stringify(state).length).toBeLessThan(4096)
  expect(JSON.stringify(state.pass?.windows[0])).toContain(
    '"after":"2026-03-01T12:00:00Z","before":"2026-03-01T12:00:00Z"'
  )
})

describe('calls to spare', () => {
  const fresh = { pages: 1, useful: 1, owed: 0, windows: 1, begunWith: 1 }

  test('are eight, and a part of what has been read', () => {
    expect(callsToSpare(fresh)).toBeCloseTo(8.015)
    expect(callsToSpare({ ...fresh, pages: 1000, useful: 1000 })).toBeCloseTo(23)
  })

  test('are fewer by what has come twice, what is to come twice, and the ends of windows', () => {
    expect(callsToSpare({ ...fresh, pages: 12, useful: 10, owed: 1, windows: 4 })).toBeCloseTo(2.15)
  })

  test('are those of its own reading for a run that goes on with several windows', () => {
    expect(callsToSpare({ pages: 100, useful: 100, owed: 0, windows: 6, begunWith: 6 })).toBeCloseTo(1.5)
  })
})

describe('a window is cut', () => {
  const first: Candidate = { pages: 1, sample: 1000, share: 1, spare: 7, room: 14 }

  test.each<[string, number, Partial<Candidate>, number]>([
    ['into as many parts as there should be windows', 6, {}, 6],
    ['into as many as its calls allow', 6, { spare: 3 }, 3],
    ['into as many as the state has room for', 6, { room: 2 }, 3],
    ['never for one window', 1, {}, 0],
    ['not where no call is to spare', 6, { spare: 1.9 }, 0],
    ['not before it has told where', 4, { sample: 10 }, 4],
    ['not before it has told where, as long as calls are left', 4, { sample: 10, spare: 40 }, 0],
    ['not where it is hardly longer than the others', 6, { share: 0.3 }, 0],
    ['where the others would wait for it', 6, { share: 0.45 }, 3]
  ])('%s', (_, chains, changes, parts) => {
    expect(partsWanted(chains, { ...first, ...changes })).toBe(parts)
  })
})

describe('a window that is too long, and that there are no calls to cut,', () => {
  const long: Candidate = { pages: 2, sample: 20, share: 0.45, spare: 1, room: 14 }

  test.each<[string, Partial<Candidate>, number | undefined, boolean]>([
    ['waits while the others earn them', {}, 4000, true],
    ['waits where its tokens hardly differ, so that there are many', {}, undefined, true],
    ['goes on where it ends before they could', {}, 200, false],
    ['goes on where it has become too dear', { pages: 40 }, 4000, false],
    ['goes on where the state has no room for its parts', { room: 0 }, 4000, false],
    ['goes on where it is no longer than others', { share: 0.3 }, 4000, false],
    ['goes on where calls are to spare', { spare: 3 }, 4000, false]
  ])('%s', (_, changes, pagesLeft, waits) => {
    expect(isWorthWaiting(6, { ...long, ...changes }, pagesLeft)).toBe(waits)
  })
})
