import { setMaxListeners } from 'node:events'
import type { AlgoliaClient } from '../api/client'
import { transientError } from '../../errors'
import { toUnixSeconds } from '../instants'
import type { PageProfiles } from './page-profiles'
import { PageTokenWatch } from './page-token-watch'
import { TokenProgress } from './token-progress'
import { getUsers, type ProfileFilters, type UsersAnswer } from './users'
import {
  addToSample,
  afterLastPage,
  afterPage,
  afterRefusedToken,
  afterSplit,
  chainsWanted,
  chooseCuts,
  type Pass,
  shouldSplit,
  type Window,
  windowsToRead
} from './windows'

/** A page that has been read, and the pass after it. */
export interface WalkStep {
  readonly profiles: PageProfiles
  /** Resuming from this pass, together with all pages up to this one, covers everything. */
  readonly pass: Pass
}

export interface WalkOptions {
  readonly client: AlgoliaClient
  readonly filters: ProfileFilters
  readonly pageSize: number
  /** Windows that are read at the same time, at most. */
  readonly concurrency: number
  /** Stops the reading, with the signal's reason. */
  readonly signal: AbortSignal
  /** Told what the user should know. */
  readonly onWarning: (warning: string) => void
}

/** What is known of a window while it is being read, and not worth keeping in a state. */
interface Chain {
  readonly tokens: PageTokenWatch
  readonly progress: TokenProgress
  /** Unix seconds of profiles on the pages read so far. */
  readonly times: readonly number[]
  /** Pages without a profile since the last one with some. */
  readonly emptyPages: number
}

/** A window that goes on for so many pages without a profile is taken for one that never ends. */
const MOST_EMPTY_PAGES = 1000

type Arrival = { window: Window } & ({ answer: UsersAnswer } | { thrown: unknown })

/**
 * Reads what is left of a pass, page by page, several windows at the same time.
 *
 * The next page of a window is asked for before the present one is handed out, so at most one page of each window under
 * way waits in memory, and a consumer that stops asking stops the reading.
 * @throws PackageError when a call fails for good, or when page tokens repeat; the signal's reason on abort.
 */
export async function* walk(start: Pass, options: WalkOptions): AsyncGenerator<WalkStep, void> {
  const { client, concurrency } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  // Every chain that waits listens: no leak that Node would have to warn of.
  setMaxListeners(0, signal)
  const underWay = new Map<Window, Promise<Arrival>>()
  const chains = new Map<Window, Chain>()
  let pass = start

  const askForPages = (): void => {
    for (const window of windowsToRead(pass)) {
      if (underWay.size >= concurrency) return
      if (!underWay.has(window)) underWay.set(window, askForPage(window, options, signal))
    }
  }

  try {
    askForPages()
    while (underWay.size > 0) {
      const arrival = await Promise.race(underWay.values())
      const { window } = arrival
      underWay.delete(window)
      if ('thrown' in arrival) throw arrival.thrown
      const chain = chains.get(window) ?? newChain(window)
      chains.delete(window)
      if (arrival.answer.kind === 'page token refused') {
        if (window.restarted) throw arrival.answer.error
        options.onWarning('Algolia no longer takes a page token: its window of time is read anew from its start.')
        pass = afterRefusedToken(pass, window)
        askForPages()
        continue
      }
      const { profiles, nextPageToken } = arrival.answer.page
      if (nextPageToken === undefined) {
        pass = afterLastPage(pass, window)
      } else {
        if (chain.tokens.repeats(nextPageToken)) throw endless('page tokens repeat', pass)
        const emptyPages = profiles.length === 0 ? chain.emptyPages + 1 : 0
        if (emptyPages > MOST_EMPTY_PAGES) throw endless('pages stay empty and lead to ever more empty ones', pass)
        const { pass: read, moved } = afterPage(pass, window, nextPageToken)
        const wanted = chainsWanted(client.latency, client.rate, concurrency)
        const running = underWay.size + 1
        const { userTokens, times: timesOfPage } = concurrency > 1 ? sampleOf(profiles) : NO_SAMPLE
        const times = addToSample(chain.times, timesOfPage)
        chain.progress.add(userTokens)
        const cuts = shouldSplit(read, moved, running, wanted, () => chain.progress.pagesLeft)
          ? chooseCuts(moved, times, Math.floor(client.serverTime() / 1000), 2 * wanted)
          : []
        if (cuts.length > 0) {
          pass = afterSplit(read, moved, cuts)
        } else {
          pass = read
          chains.set(moved, { ...chain, times, emptyPages })
        }
      }
      askForPages()
      yield { profiles, pass }
    }
  } finally {
    stop.abort()
    await Promise.all(underWay.values())
  }
}

async function askForPage(window: Window, options: WalkOptions, signal: AbortSignal): Promise<Arrival> {
  const { client, filters, pageSize } = options
  const { after, before, pageToken } = window
  const query = { ...filters, after, before, pageToken, limit: pageSize }
  try {
    return { window, answer: await getUsers(client, query, signal) }
  } catch (thrown) {
    return { window, thrown }
  }
}

function newChain({ pageToken }: Window): Chain {
  return { tokens: new PageTokenWatch(pageToken), progress: new TokenProgress(), times: [], emptyPages: 0 }
}

/** So many profiles of a page are looked at, at most: enough, and cheap, as each of them is parsed for it. */
const PROFILES_OF_A_SAMPLE = 50

interface Sample {
  readonly userTokens: readonly string[]
  /** Unix seconds. */
  readonly times: readonly number[]
}

const NO_SAMPLE: Sample = { userTokens: [], times: [] }

function sampleOf(profiles: PageProfiles): Sample {
  const step = Math.max(1, Math.floor(profiles.length / PROFILES_OF_A_SAMPLE))
  const userTokens: string[] = []
  const times: number[] = []
  for (let index = (profiles.length - 1) % step; index < profiles.length; index += step) {
    const profile = profiles.at(index) as { userID?: unknown; lastUpdatedAt?: unknown } | null | undefined
    if (typeof profile?.userID === 'string') userTokens.push(profile.userID)
    const time = typeof profile?.lastUpdatedAt === 'string' ? toUnixSeconds(profile.lastUpdatedAt) : undefined
    if (time !== undefined) times.push(time)
  }
  return { userTokens, times }
}

function endless(how: string, pass: Pass): Error {
  return transientError(
    `Algolia's ${how}, so reading on would never end; stopped after ${pass.pages} pages. Run again: the state is kept. If it happens again, tell Algolia's support.`
  )
}
