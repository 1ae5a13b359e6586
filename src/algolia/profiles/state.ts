import { z } from 'zod'
import { configError } from '../../errors'
import { toTimestamp, toUnixSeconds } from '../instants'
import { issuesOf } from '../../input/schema-issues'
import type { ProfileSelection } from './users'
import { LATENESS_SECONDS, type Pass, type Window } from './windows'

/**
 * What a stream's state holds, and what resuming from it means.
 *
 * - While a pass is under way: its windows that aren't read to the end, each with the token of its next page. The cursor
 *   doesn't move, so whatever state a run is started from, what was handed out before it and what is read from it are
 *   all of the pass.
 * - After it: the cursor alone, at the time when the pass started, by the server's clock, less a margin. Never the newest
 *   `lastUpdatedAt` that was seen: pages come in the order of user tokens, and a profile that was updated during the
 *   pass may have moved behind the reader; the next pass has to find it.
 */

/** RFC 3339 in a state, whole Unix seconds in here. */
const instant = z.codec(z.string(), z.int(), {
  decode: (text, context) => {
    const seconds = toUnixSeconds(text)
    if (seconds !== undefined) return seconds
    context.issues.push({ code: 'custom', input: text, message: 'must be an RFC 3339 time' })
    return z.NEVER
  },
  encode: toTimestamp
})
const count = z.int().min(0)

const filtersSchema = z.object({
  /** Whose profiles: absent in states of before they were kept here. */
  appId: z.string().optional(),
  region: z.string().optional(),
  startDate: z.string().optional(),
  indices: z.array(z.string()),
  affinities: z.array(z.string())
})

const streamStateSchema = z.object({
  version: z.literal(1),
  /** The filters that the state was made with: a state made with others isn't resumed. */
  filters: filtersSchema,
  /** After a complete pass: the next one reads profiles that were updated after this. */
  cursor: instant.optional(),
  /** The pass under way. */
  pass: z
    .object({
      startedAt: instant,
      /** Marks the run that made the state: only states of one run lie on one line, the one with fewer pages earlier. */
      run: z.string(),
      /** The state that the run went on from, if it was a single one: it lies earlier on the same line. */
      from: z.object({ run: z.string(), pages: count }).optional(),
      after: instant.optional(),
      windows: z
        .array(
          z.object({
            after: instant.optional(),
            before: instant.optional(),
            pageToken: z.string().optional(),
            pages: count
          })
        )
        .min(1),
      pages: count,
      longest: count
    })
    .refine(({ pages, from }) => from === undefined || from.pages < pages, 'must be ahead of where it went on from')
    .optional()
})

/** The state of one stream, its times as whole Unix seconds. */
export type StreamState = z.output<typeof streamStateSchema>

/** Which profiles a state is about. */
export type StateFilters = z.output<typeof filtersSchema>

/** The state of a source that kept the newest cursor field alone: taken over, so that a home-made source can be replaced. */
const cursorFieldStateSchema = z.strictObject({ algolia_last_updated: instant })

/**
 * The cursor lies this many seconds before the start of the pass that it stands for, as a profile may be stored late; it
 * costs a page or so of profiles that are read again.
 */
export const CURSOR_MARGIN_SECONDS = LATENESS_SECONDS

/**
 * Reads the state of a stream as a host passes it in.
 * @returns undefined when there is none: null, or an empty object
 * @throws PackageError (`config`) when it can't be understood, as reading on from it could lose profiles
 */
export function parseStreamState(stream: string, input: unknown, filters: StateFilters): StreamState | undefined {
  if (input === undefined || input === null) return undefined
  if (typeof input === 'object' && Object.keys(input).length === 0) return undefined
  const cursorField = cursorFieldStateSchema.safeParse(input)
  if (cursorField.success) {
    return { version: 1, filters, cursor: cursorField.data.algolia_last_updated - CURSOR_MARGIN_SECONDS }
  }
  const result = streamStateSchema.safeParse(input)
  if (result.success) return result.data
  throw configError(
    `The state of the stream ${stream} can't be read (${issuesOf(result.error, input)}). Restore the state that this version of the source made, or reset the stream's state in your host to read everything anew.`
  )
}

/** @returns a state as it stands in a STATE message. */
export function writeStreamState(state: StreamState): z.input<typeof streamStateSchema> {
  return z.encode(streamStateSchema, state)
}

/** @returns which profiles a configuration is about, as a state keeps it; the order of a list doesn't matter. */
export function filtersOf(config: ProfileSelection): StateFilters {
  return {
    appId: config.appId,
    region: config.region,
    startDate: config.startDate,
    indices: [...(config.indices ?? [])].sort(),
    affinities: [...(config.affinities ?? [])].sort()
  }
}

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

type StatePass = NonNullable<StreamState['pass']>

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

/** @returns the cursor that a pass ends in, once it is complete. */
function cursorAfter({ startedAt }: { readonly startedAt: number }): number {
  return startedAt - CURSOR_MARGIN_SECONDS
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
    windows.set(JSON.stringify([window.after, window.before, window.pageToken]), window)
  }
  const [first, ...others] = needed
  return {
    pass: {
      windows: [...windows.values()],
      pages: Math.min(...needed.map(({ pages }) => pages)),
      longest: Math.max(...needed.map(({ longest }) => longest))
    },
    from: first === undefined || others.length > 0 ? undefined : { run: first.run, pages: first.pages }
  }
}

/** What the states of a run have in common. */
export interface PassContext {
  readonly filters: StateFilters
  readonly startedAt: number
  readonly after: number | undefined
  readonly run: string
  /** The single state that the run went on from. */
  readonly from?: StatePass['from']
}

/** @returns the state after a page: the pass while it is under way, and the cursor once it is complete. */
export function stateAfter(pass: Pass, context: PassContext): StreamState {
  const { filters, startedAt, after, run, from } = context
  if (pass.windows.length === 0) return { version: 1, filters, cursor: cursorAfter(context) }
  const windows = pass.windows.map(({ after, before, pageToken, pages }) => ({ after, before, pageToken, pages }))
  return {
    version: 1,
    filters,
    pass: { startedAt, run, from, after, windows, pages: pass.pages, longest: pass.longest }
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
