import { PERSONALIZATION } from '../../src/algolia/api/apis'
import { connect } from '../../src/algolia/api/connection'
import { readPlan } from '../../src/algolia/profiles/passes'
import { planOf } from '../../src/algolia/profiles/plan'
import { filtersOf, writeStreamState } from '../../src/algolia/profiles/state'
import { parseOptions } from '../../src/sources/algolia-profiles/config'
import { Chance } from './chance'
import { populateWith, type Times, type Tokens } from './populations'
import { SimulatedAlgolia } from './simulated-algolia'
import { configuration } from './source'
import { VirtualClock } from './virtual-clock'

/** A read of a population that nobody changes meanwhile, and of an Algolia where nothing goes wrong. */
export interface ReadCase {
  readonly tokens: Tokens
  readonly times: Times
  readonly profiles: number
  readonly pageSize: number
  readonly concurrency: number
  /** Milliseconds. */
  readonly latency: number
  /** Calls a minute, or none. */
  readonly limit: number | undefined
  /** Seconds of the minute that are over when the read begins. */
  readonly second: number
  readonly seed: number
}

/** What came of it; times are virtual seconds. */
export interface ReadOutcome {
  readonly profiles: number
  /** User tokens that came not once. */
  readonly missing: number
  readonly repeated: number
  readonly calls: number
  readonly least: number
  readonly refused: number
  readonly seconds: number
  readonly mostUnderWay: number
  /** Characters of the longest state. */
  readonly longestState: number
  /** How many pages were said to be left after each page, and how many there were. */
  readonly forecasts: readonly { readonly said: number | undefined; readonly left: number }[]
}

const NOON = Date.parse('2026-03-01T12:00:00Z')
const NEVER = new AbortController().signal

/** Reads a population whole, on virtual time. */
export async function readWhole(given: ReadCase): Promise<ReadOutcome> {
  const { tokens, times, pageSize, concurrency, latency, limit, second, seed } = given
  const clock = new VirtualClock(NOON + second * 1000)
  const chance = new Chance(seed)
  const rateLimit = limit === undefined ? undefined : { calls: limit, seconds: 60 }
  const algolia = new SimulatedAlgolia({ clock, latency: () => latency, rateLimit })
  populateWith(algolia, { tokens, times }, given.profiles, chance)
  const config = parseOptions(configuration({ pageSize, concurrency }))
  const filters = filtersOf(config)
  const { client } = connect(PERSONALIZATION, config, { clock, random: chance.next, createTransport: () => algolia })
  const plan = planOf([{ name: 'profiles', syncMode: 'full_refresh', state: undefined }], filters)
  const options = { client, clock, filters, pageSize, concurrency, run: 'a', signal: NEVER, onWarning: () => undefined }
  const begin = clock.now()
  const seen = new Set<string>()
  let [rows, longestState] = [0, 0]
  const said: (number | undefined)[] = []
  for await (const { profiles, state, pagesLeft } of readPlan(plan, options)) {
    for (const profile of profiles) {
      seen.add((profile as { userID: string }).userID)
      rows += 1
    }
    said.push(pagesLeft())
    longestState = Math.max(longestState, JSON.stringify(writeStreamState(state)).length)
  }
  const { size } = algolia.profiles
  return {
    profiles: size,
    missing: size - seen.size,
    repeated: rows - seen.size,
    calls: algolia.calls,
    least: Math.max(1, Math.ceil(size / pageSize)),
    refused: algolia.statuses.filter((status) => status === 429).length,
    seconds: (clock.now() - begin) / 1000,
    mostUnderWay: algolia.mostUnderWay,
    longestState,
    forecasts: said.map((pages, index) => ({ said: pages, left: said.length - 1 - index }))
  }
}
