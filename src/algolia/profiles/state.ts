import { z } from 'zod'
import { configError } from '../../errors'
import { toTimestamp, toUnixSeconds } from '../instants'
import { issuesOf } from '../../input/schema-issues'
import type { ProfileSelection } from './users'
import { LATENESS_SECONDS, type Pass } from './windows'

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

const windowSchema = z.object({
  after: instant.optional(),
  before: instant.optional(),
  pageToken: z.string().optional(),
  /** Profiles on the window's pages so far. */
  read: count,
  /** All of the window's profiles up to this user token have been handed out. */
  readTo: z.string().optional(),
  /** So many of those that come next have been handed out before, as the window is a part of one that had been begun. */
  again: count.optional(),
  /** The part of the pass that is expected in the window. */
  share: z.number().min(0).max(1).optional()
})

/** Of what version 1 of a window says, this version needs as much: what had been read of it isn't known in profiles. */
const earlierWindowSchema = z
  .object({ ...windowSchema.pick({ after: true, before: true, pageToken: true }).shape, pages: count })
  .transform(({ pages: _, ...window }) => ({ ...window, read: 0 }))

const passSchema = z.object({
  startedAt: instant,
  /** Marks the run that made the state: only states of one run lie on one line, the one with fewer pages earlier. */
  run: z.string(),
  /** The state that the run went on from, if it was a single one: it lies earlier on the same line. */
  from: z.object({ run: z.string(), pages: count }).optional(),
  after: instant.optional(),
  windows: z.array(windowSchema).min(1),
  pages: count,
  /** Profiles on these pages. */
  read: count
})

const isAhead = ({ pages, from }: { pages: number; from?: { pages: number } | undefined }): boolean =>
  from === undefined || from.pages < pages
const AHEAD = 'must be ahead of where it went on from'

const streamStateSchema = z.object({
  version: z.literal(2),
  /** The filters that the state was made with: a state made with others isn't resumed. */
  filters: filtersSchema,
  /** After a complete pass: the next one reads profiles that were updated after this. */
  cursor: instant.optional(),
  /** The pass under way. */
  pass: passSchema.refine(isAhead, AHEAD).optional()
})

/** The state that the version before this one made: taken over. */
const earlierStateSchema = z.object({
  ...streamStateSchema.shape,
  version: z.literal(1),
  pass: z
    .object({ ...passSchema.omit({ read: true }).shape, windows: z.array(earlierWindowSchema).min(1) })
    .refine(isAhead, AHEAD)
    .transform((pass) => ({ ...pass, read: 0 }))
    .optional()
})

/** The state of one stream, its times as whole Unix seconds. */
export type StreamState = z.output<typeof streamStateSchema>

/** The pass under way, as a state holds it. */
export type StatePass = NonNullable<StreamState['pass']>

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
 * @param onWarning told that a state of the version before can't be taken over: then the stream is read anew
 * @returns undefined when there is none: null, or an empty object
 * @throws PackageError (`config`) when it can't be understood, as reading on from it could lose profiles
 */
export function parseStreamState(
  stream: string,
  input: unknown,
  filters: StateFilters,
  onWarning?: (warning: string) => void
): StreamState | undefined {
  if (input === undefined || input === null) return undefined
  if (typeof input === 'object' && Object.keys(input).length === 0) return undefined
  const cursorField = cursorFieldStateSchema.safeParse(input)
  if (cursorField.success) {
    return { version: 2, filters, cursor: cursorField.data.algolia_last_updated - CURSOR_MARGIN_SECONDS }
  }
  const isEarlier = (input as { version?: unknown }).version === 1
  const result = (isEarlier ? earlierStateSchema : streamStateSchema).safeParse(input)
  if (result.success) return { ...result.data, version: 2 }
  const issues = issuesOf(result.error, input)
  if (isEarlier && onWarning !== undefined) {
    onWarning(
      `The state of the stream ${stream} is of an earlier version of this source and can't be taken over (${issues}): the stream is read anew.`
    )
    return undefined
  }
  throw configError(
    `The state of the stream ${stream} can't be read (${issues}). Restore the state that this version of the source made, or reset the stream's state in your host to read everything anew.`
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

/** What the states of a run have in common. */
export interface PassContext {
  readonly filters: StateFilters
  readonly startedAt: number
  readonly after: number | undefined
  readonly run: string
  /** The single state that the run went on from. */
  readonly from?: StatePass['from']
}

/** @returns the cursor that a pass ends in, once it is complete. */
export function cursorAfter({ startedAt }: { readonly startedAt: number }): number {
  return startedAt - CURSOR_MARGIN_SECONDS
}

/** @returns the state after a page: the pass while it is under way, and the cursor once it is complete. */
export function stateAfter(pass: Pass, context: PassContext): StreamState {
  const { filters, startedAt, after, run, from } = context
  if (pass.windows.length === 0) return { version: 2, filters, cursor: cursorAfter(context) }
  const windows = pass.windows.map(({ restarted: _, share, ...window }) => {
    return { ...window, ...(share !== undefined && { share: Number(share.toPrecision(3)) }) }
  })
  const { pages, read } = pass
  return { version: 2, filters, pass: { startedAt, run, from, after, windows, pages, read } }
}
