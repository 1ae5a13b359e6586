import type { LocalAlgolia } from '../../../src/local-algolia'
import {
  audienceIdentify,
  audienceTrack,
  loadDestination,
  settings,
  startAlgolia,
  stopAlgolia
} from '../../support/destination'

let algolia: LocalAlgolia
const host = loadDestination()

beforeEach(async () => {
  algolia = await startAlgolia()
})
afterEach(() => stopAlgolia(algolia))

function segmentsOf(userID: string) {
  return algolia.profiles.get(userID)?.segments
}

function giveProfile(userID: string, segments?: { id: string; source: string }[]) {
  algolia.profiles.put({
    userID,
    type: 'basic',
    affinities: [],
    segments,
    lastUpdatedAt: '2026-01-01T00:00:00.000001Z'
  })
}

function callsMade() {
  return algolia.calls.map(({ method, path }) => `${method} ${path}`)
}

describe('enterAudience and exitAudience with default mappings', () => {
  test('an Engage track event "Audience Entered" adds the managed segment, and "Audience Exited" removes it', async () => {
    giveProfile('shopper-1', [])
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    expect(segmentsOf('shopper-1')).toEqual([{ id: 'vip', source: 'segment' }])
    await host.deliver('exitAudience', audienceTrack('shopper-1', 'vip', false))
    expect(segmentsOf('shopper-1')).toEqual([])
  })

  test('an Engage identify event does the same by the audience trait', async () => {
    giveProfile('shopper-1', [])
    await host.deliver('enterAudience', audienceIdentify('shopper-1', 'vip', true))
    expect(segmentsOf('shopper-1')).toEqual([{ id: 'vip', source: 'segment' }])
    await host.deliver('exitAudience', audienceIdentify('shopper-1', 'vip', false))
    expect(segmentsOf('shopper-1')).toEqual([])
  })

  test('entering costs a read and a write; an unchanged list costs the read alone', async () => {
    giveProfile('shopper-1', [])
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    expect(callsMade()).toEqual(['GET /2/users/shopper-1', 'PUT /2/users/shopper-1/segments'])
    algolia.clearCalls()
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    await host.deliver('exitAudience', audienceTrack('shopper-1', 'another', false))
    expect(callsMade()).toEqual(['GET /2/users/shopper-1', 'GET /2/users/shopper-1'])
  })

  test('entering without a profile creates one; exiting without one is a success after one read', async () => {
    await host.deliver('enterAudience', audienceTrack('newcomer', 'vip', true))
    expect(segmentsOf('newcomer')).toEqual([{ id: 'vip', source: 'segment' }])
    algolia.clearCalls()
    await host.deliver('exitAudience', audienceTrack('stranger', 'vip', false))
    expect(callsMade()).toEqual(['GET /2/users/stranger'])
    expect(algolia.profiles.get('stranger')).toBeUndefined()
  })

  test('a profile without the property segments has none', async () => {
    giveProfile('shopper-1')
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    expect(segmentsOf('shopper-1')).toEqual([{ id: 'vip', source: 'segment' }])
  })

  test('segments of other sources go back exactly as they came, unknown properties included', async () => {
    const foreign = [
      { id: 'vip', source: 'adobe', since: 2020, nested: { list: [1, null, { deep: 'ü' }] } },
      { id: 'b', source: 'segment', note: 'kept' },
      { id: 'c', source: 'SEGMENT' }
    ]
    giveProfile('shopper-1', foreign)
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    expect(segmentsOf('shopper-1')).toEqual([...foreign, { id: 'vip', source: 'segment' }])
    await host.deliver('exitAudience', audienceTrack('shopper-1', 'vip', false))
    expect(JSON.stringify(segmentsOf('shopper-1'))).toBe(JSON.stringify(foreign))
  })

  test('an event that says the opposite of what the action is for is a success without a call', async () => {
    await expect(host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', false))).resolves.toEqual({
      status: 200,
      result: 'not for this action'
    })
    await host.deliver('exitAudience', audienceIdentify('shopper-1', 'vip', true))
    expect(algolia.calls).toEqual([])
  })
})

test('syncAudience adds and removes as the event says', async () => {
  await host.deliver('syncAudience', audienceTrack('shopper-1', 'vip', true))
  await host.deliver('syncAudience', audienceIdentify('shopper-1', 'loyal', true))
  expect(segmentsOf('shopper-1')?.map(({ id }) => id)).toEqual(['vip', 'loyal'])
  await host.deliver('syncAudience', audienceTrack('shopper-1', 'vip', false))
  expect(segmentsOf('shopper-1')?.map(({ id }) => id)).toEqual(['loyal'])
})

test('the calls carry the application ID, the key and the agent', async () => {
  await host.integration.testAction('enterAudience', {
    event: audienceTrack('u', 'vip', true),
    settings,
    useDefaultMappings: true
  })
  expect(algolia.calls.map(({ status }) => status)).not.toContain(401)
})
