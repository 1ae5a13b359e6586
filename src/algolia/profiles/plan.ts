import { toUnixSeconds } from '../instants'
import { cursorAfter, type StateFilters, type StatePass, type StreamState } from './state'
import type { Pass, Window } from './windows'

/** How a stream is to be read: as a configured catalog says, from the state that was passed in. */
export interface StreamStart {
  readonly name: string
  readonly syncMode: 'full_refresh' | 'incremental'
  readonly state: StreamState | undefined
}

/** What one walk has to read so that every stream gets all that it needs; times are whole Unix seconds. */
export interface Plan {
  /** The pass to go on with; absent when a new one has to be started. */
  readonly resume?: {
    readonly startedAt: number
    readonly after: number | undefined
    readonly pass: Pass
    readonly from: StatePass['from']
  }
  /** The lower bound of a new pass. Absent: all profiles. */
  readonly after?: number | undefined
  /** The latest cursor of any stream: it must not lie ahead of Algolia's clock. */
  readonly latestCursor?: number | undefined
  /** The lower bound that the configuration alone gives: where to start when a cursor turns out to be unusable. */
  readonly afterByConfig: number | undefined
  /** What the user should know: which states aren't resumed, and why. */
  readonly warnings: readonly string[]
}

/**
 * Decides what to read. Streams that stopped at different places of one pass go on together: from the earlier place where
 * it is known which one that is, from both where it isn't. Otherwise a new pass starts, from the lowest bound that any needs.
 */
export function planOf(starts: readonly StreamStart[], filters: StateFilters): Plan {
  const warnings: string[] = []
  const usable = starts.map(({ name, syncMode, state }): Pick<StreamStart, 'syncMode' | 'state'> => {
    if (state === undefined || sameFilters(state.filters, filters)) return { syncMode, state }
    warnings.push(
      `The application, its region, the start date, indices or affinities have changed since the state of the stream ${name} was made: it is read anew.`
    )
    return { syncMode, state: undefined }
  })
  const startDate = filters.startDate === undefined ? undefined : toUnixSeconds(filters.startDate)
  // "On or after" the start date: the bound that is sent is exclusive, so it lies a second earlier.
  const afterByConfig = startDate === undefined ? undefined : startDate - 1

  const passes = usable.flatMap(({ state }) => (state?.pass === undefined ? [] : [state.pass]))
  const latest = passes.reduce<StatePass | undefined>(
    (one, other) => (one && one.startedAt >= other.startedAt ? one : other),
    undefined
  )
  if (latest !== undefined && usable.every((stream) => isServedBy(stream, latest, afterByConfig))) {
    const { startedAt, after } = latest
    return { resume: { startedAt, after, ...goOnFrom(passes) }, afterByConfig, warnings }
  }
  const bounds = usable.map(({ syncMode, state }) => {
    if (syncMode === 'full_refresh' || state === undefined) return afterByConfig
    if (state.pass !== undefined) return state.pass.after
    // A cursor can lie before the start date: when the date is in the future, or closer to the read than the margin.
    return state.cursor === undefined ? afterByConfig : Math.max(state.cursor, afterByConfig ?? -Infinity)
  })
  const after = bounds.includes(undefined) ? undefined : Math.min(...bounds.map((bound) => bound ?? Infinity))
  const cursors = usable.flatMap(({ syncMode, state }) => {
    return syncMode === 'full_refresh' || state?.cursor === undefined ? [] : [state.cursor]
  })
  const again = starts.filter((_, index) => bounds[index] !== undefined && bounds[index] !== after)
  if (again.length > 0) {
    warnings.push(
      `All streams are read in one pass, and another one has to be read from further back: rows of ${again.map(({ name }) => name).join(' and ')} come again. Where that happens with each run, give all streams the same sync mode.`
    )
  }
  return { after, ...(cursors.length > 0 && { latestCursor: Math.max(...cursors) }), afterByConfig, warnings }
}

/** Whether a stream gets all that it needs from what is left of a pass. */
function isServedBy(
  { syncMode, state }: Pick<StreamStart, 'syncMode' | 'state'>,
  pass: StatePass,
  afterByConfig: number | undefined
): boolean {
  // A full refresh goes on only with a pass that was one: not with an incremental one, from before the mode was changed.
  if (syncMode === 'full_refresh' && pass.after !== afterByConfig) return false
  if (state?.pass !== undefined) return state.pass.startedAt === pass.startedAt && state.pass.after === pass.after
  // It has had the whole of the pass, which ended in a state for it but not yet for the others.
  return syncMode === 'incremental' && state?.cursor === cursorAfter(pass)
}

/**
 * Of the states of one run, and those that it went on from, the earlier one covers the later.
 * @returns what is left to read so that each of several states of one pass is covered, and the state that alone says so
 */
function goOnFrom(passes: readonly StatePass[]): { pass: Pass; from: StatePass['from'] } {
  const earliest = new Map<string, StatePass>()
  for (const pass of passes) {
    const known = earliest.get(pass.run)
    if (known === undefined || pass.pages < known.pages) earliest.set(pass.run, pass)
  }
  const needed = [...earliest.values()].filter(({ from }) => {
    const origin = from && earliest.get(from.run)
    return origin === undefined || from === undefined || origin.pages > from.pages
  })
  const windows = new Map<string, Window>()
  for (const window of needed.flatMap((pass) => pass.windows)) {
    windows.set(JSON.stringify([window.after, window.before, window.pageToken, window.readTo, window.again]), window)
  }
  const [first, ...others] = needed
  return {
    pass: {
      windows: [...windows.values()],
      pages: Math.min(...needed.map(({ pages }) => pages)),
      read: Math.min(...needed.map(({ read }) => read))
    },
    from: first === undefined || others.length > 0 ? undefined : { run: first.run, pages: first.pages }
  }
}

function sameFilters(one: StateFilters, other: StateFilters): boolean {
  for (const whose of ['appId', 'region'] as const) {
    if (one[whose] !== undefined && other[whose] !== undefined && one[whose] !== other[whose]) return false
  }
  const key = ({ startDate, indices, affinities }: StateFilters): string =>
    JSON.stringify([startDate, indices, affinities])
  return key(one) === key(other)
}
