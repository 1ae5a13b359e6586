import { setMaxListeners } from 'node:events'
import type { AlgoliaClient } from '../api/client'
import { chainsWanted, windowsWanted } from './chains'
import { type Beginning, Progress } from './progress'
import type { FreshProfiles } from './repeats'
import { getUsers, type ProfileFilters, type UsersAnswer } from './users'
import type { Pass, Window } from './windows'

/** A page that has been read, and the pass after it. */
export interface WalkStep {
  readonly profiles: FreshProfiles
  /** Resuming from this pass, together with all pages up to this one, covers everything. */
  readonly pass: Pass
  /** @returns about how many pages are left, where that can be told */
  readonly pagesLeft: () => number | undefined
}

export interface WalkOptions {
  readonly client: AlgoliaClient
  readonly filters: ProfileFilters
  readonly pageSize: number
  /** Windows that are read at the same time, at most. */
  readonly concurrency: number
  /** When the pass began, by the server's clock, whole Unix seconds; asked once a page has come. */
  readonly startedAt: () => number
  /** Stops the reading, with the signal's reason. */
  readonly signal: AbortSignal
  /** Told what the user should know. */
  readonly onWarning: (warning: string) => void
}

type Arrival = { window: Window } & ({ answer: UsersAnswer } | { thrown: unknown })

/**
 * Reads what is left of a pass, page by page, several windows at the same time.
 *
 * The next page of a window is asked for before the present one is handed out, so at most one page of each window under
 * way waits in memory, and a consumer that stops asking stops the reading.
 * @throws PackageError when a call fails for good, or when page tokens repeat; the signal's reason on abort.
 */
export async function* walk(beginning: Beginning, options: WalkOptions): AsyncGenerator<WalkStep, void> {
  const { client, concurrency } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  // Every chain that waits listens: no leak that Node would have to warn of.
  setMaxListeners(0, signal)
  const underWay = new Map<Window, Promise<Arrival>>()
  const progress = new Progress(beginning, options.pageSize, concurrency)
  const wanted = (): number => chainsWanted(client.latency, client.rate, concurrency)

  const askForPages = (): void => {
    const chains = wanted()
    for (const window of progress.windowsToRead(chains)) {
      if (underWay.size >= chains) return
      if (underWay.has(window)) continue
      const isHurried = chains > 1 && progress.isLong(window, chains)
      underWay.set(window, askForPage(window, isHurried, options, signal))
    }
  }

  try {
    askForPages()
    while (underWay.size > 0) {
      const arrival = await Promise.race(underWay.values())
      const { window } = arrival
      underWay.delete(window)
      if ('thrown' in arrival) throw arrival.thrown
      if (arrival.answer.kind === 'page token refused') {
        if (window.restarted) throw arrival.answer.error
        options.onWarning('Algolia no longer takes a page token: its window of time is read anew from its start.')
        progress.restart(window)
        askForPages()
        continue
      }
      const { profiles, nextPageToken } = arrival.answer.page
      const { latency, rate } = client
      const windows = windowsWanted(wanted(), latency, rate)
      const page = { profiles, nextPageToken, startedAt: options.startedAt(), windowsWanted: windows, rate }
      const handedOut = progress.read(window, page)
      askForPages()
      yield { profiles: handedOut, pass: progress.pass, pagesLeft: () => progress.pagesLeft }
    }
  } finally {
    stop.abort()
    await Promise.all(underWay.values())
  }
}

async function askForPage(
  window: Window,
  isHurried: boolean,
  options: WalkOptions,
  signal: AbortSignal
): Promise<Arrival> {
  const { client, filters, pageSize } = options
  const { after, before, pageToken } = window
  const query = { ...filters, after, before, pageToken, limit: pageSize, isHurried }
  try {
    return { window, answer: await getUsers(client, query, signal) }
  } catch (thrown) {
    return { window, thrown }
  }
}
