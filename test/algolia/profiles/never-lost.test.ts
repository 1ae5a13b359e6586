import * as fc from 'fast-check'
import type { AirbyteMessage } from '../../../src/airbyte/protocol'
import { PackageError } from '../../../src/errors'
import { read } from '../../../src/sources/algolia-profiles/source'
import { NoAnswer } from '../../../src/algolia/api/transport'
import { Chance } from '../../support/chance'
import { changeOne, populate, POPULATIONS, type Population } from '../../support/populations'
import { SimulatedAlgolia, type SimulatedFault, versionOf } from '../../support/simulated-algolia'
import { catalogOf, configuration, type HostState, type StreamName, type SyncMode } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

/**
 * A platform that reads some streams of a simulated Algolia, in as many runs as it takes. Runs are killed after any
 * message. A platform keeps, for each stream, one of the states that came before the kill, not always the last one, and
 * only the rows that came before that state: whatever came after it counts as lost.
 */
interface Case {
  readonly seed: number
  readonly population: Population
  readonly profiles: number
  readonly pageSize: number
  readonly concurrency: number
  readonly streams: readonly (readonly [StreamName, SyncMode])[]
  readonly kills: number
  readonly rateLimit: { readonly calls: number; readonly seconds: number } | undefined
  readonly latency: number
  readonly clockOffset: number
  /** How many answers of a hundred come from a node whose clock is an hour ahead of all others. */
  readonly ahead: number
  readonly precision: number
  /** How many calls of a hundred change a profile, or go wrong. */
  readonly changes: number
  readonly faults: number
}

const HOUR = 3_600_000
const LONG = process.env.LONG === '1'

const syncMode = fc.constantFrom<SyncMode>('incremental', 'incremental', 'full_refresh')
const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.integer(),
  population: fc.constantFrom(...POPULATIONS),
  profiles: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 100, max: 400 })),
  pageSize: fc.integer({ min: 1, max: 5 }),
  concurrency: fc.integer({ min: 1, max: 16 }),
  streams: fc
    .tuple(
      fc.subarray<StreamName>(['profiles', 'affinities', 'segments'], { minLength: 1 }),
      fc.array(syncMode, { minLength: 3, maxLength: 3 })
    )
    .map(([names, modes]) => names.map((name, index) => [name, modes[index] ?? 'incremental'] as const)),
  kills: fc.integer({ min: 0, max: 5 }),
  rateLimit: fc.constantFrom(undefined, undefined, { calls: 500, seconds: 60 }, { calls: 30, seconds: 5 }),
  latency: fc.constantFrom(0, 20, 200, 1500),
  clockOffset: fc.constantFrom(0, -HOUR, HOUR),
  ahead: fc.constantFrom(0, 30, 100),
  precision: fc.constantFrom(1, 1000, 1_000_000),
  changes: fc.constantFrom(0, 5, 30),
  faults: fc.constantFrom(0, 0, 3)
})

/** What a platform has of a stream: the latest version of each profile, and the state it would go on from. */
interface Kept {
  readonly versions: Map<string, number>
  state: HostState | undefined
}

test('whatever is killed, delayed, changed or broken, no profile is ever lost', async () => {
  // A case that fails says enough: shrinking it can take for ever.
  const options = { numRuns: LONG ? 8000 : 150, endOnFailure: true }
  await fc.assert(fc.asyncProperty(cases, expectNothingLost), options)
}, 3_600_000)

async function expectNothingLost(given: Case): Promise<void> {
  const chance = new Chance(given.seed)
  const clock = new VirtualClock()
  let { faults, changes } = given
  // Were the machine's clock ahead as well, no clock would be right.
  const ahead = given.clockOffset < 0 ? 0 : given.ahead
  const algolia: SimulatedAlgolia = new SimulatedAlgolia({
    clock,
    latency: () => given.latency * (0.5 + chance.next()),
    rateLimit: given.rateLimit,
    clockOffset: given.clockOffset,
    precision: given.precision,
    onCall: () => {
      if (chance.happens(changes / 100)) changeOne(algolia, chance)
      if (chance.happens(faults / 100)) return chance.oneOf(FAULTS)
      return chance.happens(ahead / 100)
        ? { headers: { date: new Date(algolia.now() + HOUR).toUTCString() } }
        : undefined
    }
  })
  populate(algolia, given.population, given.profiles, chance)
  const atFirst = new Map([...algolia.profiles].map(([userID, { version }]) => [userID, version]))
  const kept = new Map<string, Kept>(given.streams.map(([name]) => [name, { versions: new Map(), state: undefined }]))
  const environment = { clock, random: chance.next, createTransport: () => algolia }
  const run = async (streams: Case['streams'], killAfter: number): Promise<void> => {
    const input = {
      config: configuration({ pageSize: given.pageSize, concurrency: given.concurrency }),
      catalog: catalogOf(...streams),
      state: streams.flatMap(([name]) => kept.get(name)?.state ?? [])
    }
    const messages = read(input, environment, new AbortController().signal)
    await receive(messages, killAfter, kept, chance)
    clock.advance(chance.below(2 * HOUR))
    for (let left = changes; left > 0; left -= 1) changeOne(algolia, chance)
  }

  for (let kill = 0; kill < given.kills; kill += 1) {
    await run(given.streams, chance.happens(0.3) ? 1e6 : 10 ** (3.5 * chance.next()))
  }
  faults = 0
  await run(given.streams, Infinity)
  changes = 0
  const incremental = given.streams.filter(([, mode]) => mode === 'incremental')
  if (incremental.length > 0) await run(incremental, Infinity)

  for (const [name, mode] of given.streams) {
    for (const [userID, { version }] of algolia.profiles) {
      // What changes while a full refresh goes on is the next one's to find.
      if (mode === 'full_refresh' && version !== atFirst.get(userID)) continue
      const handedOver = kept.get(name)?.versions.get(userID) ?? 0
      if (handedOver !== version) throw new Error(`${name}: of ${userID} came version ${handedOver}, not ${version}`)
    }
  }
}

/** Takes in messages until a kill, and keeps what a platform keeps. */
async function receive(
  messages: AsyncIterable<Iterable<AirbyteMessage>>,
  killAfter: number,
  kept: ReadonlyMap<string, Kept>,
  chance: Chance
): Promise<void> {
  const rows = new Map<string, { userID: string; version: number }[]>()
  const states = new Map<string, { state: HostState; rows: number }[]>()
  const take = (message: AirbyteMessage): void => {
    if (message.type === 'RECORD') {
      const { stream, data } = message.record
      const row = { userID: String(data.algolia_user_id), version: versionOf(data) }
      listOf(rows, stream).push(row)
    } else if (message.type === 'STATE') {
      const stream = message.state.stream?.stream_descriptor.name ?? ''
      listOf(states, stream).push({ state: message.state, rows: listOf(rows, stream).length })
    }
  }
  let left = Math.floor(killAfter)
  try {
    received: for await (const group of messages) {
      for (const message of group) {
        take(message)
        left -= 1
        if (left <= 0) break received
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof PackageError) || killAfter === Infinity) throw thrown
  }
  for (const [stream, keptOfStream] of kept) {
    const choices = listOf(states, stream)
    const isKept = killAfter === Infinity || chance.happens(0.7)
    const isLast = killAfter === Infinity || chance.happens(0.5)
    const choice = isLast ? choices.at(-1) : choices[chance.below(choices.length)]
    if (!isKept || choice === undefined) continue
    for (const row of listOf(rows, stream).slice(0, choice.rows)) {
      keptOfStream.versions.set(row.userID, Math.max(keptOfStream.versions.get(row.userID) ?? 0, row.version))
    }
    keptOfStream.state = choice.state
  }
}

function listOf<Entry>(lists: Map<string, Entry[]>, name: string): Entry[] {
  const list = lists.get(name) ?? []
  lists.set(name, list)
  return list
}

const FAULTS: readonly SimulatedFault[] = [
  { status: 503 },
  { status: 429, headers: {} },
  { status: 422 },
  { body: '<html>Maintenance</html>' },
  { body: '{"users":[' },
  new NoAnswer('ECONNRESET: reset')
]
