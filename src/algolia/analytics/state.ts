import { z } from 'zod'
import { configError } from '../../errors'
import { issuesOf } from '../../input/schema-issues'
import type { Question } from './calls'
import { type Day, dayAfter, type DayRange, earlier, later } from './days'

/** What a state holds of an index: the first and the last day that were read. */
export interface DaysRead {
  readonly first: Day
  readonly last: Day
}

/** Whose analytics are asked for, and what. A state from other settings is of no use. */
export interface StateSettings extends Question {
  readonly appId: string
  readonly region: string
}

/** The state of a stream. */
export interface StreamState {
  readonly settings: StateSettings
  readonly indices: ReadonlyMap<string, DaysRead>
  /** Whether a full refresh is under way: what it has read needn't be read again. */
  readonly isRefreshing: boolean
}

const day = z.iso.date()
const stateSchema = z.looseObject({
  version: z.literal(1),
  appId: z.string(),
  region: z.string(),
  tags: z.string().optional(),
  limit: z.number(),
  filterAttributes: z.array(z.string()),
  // A list, as an index may have any name.
  indices: z.array(z.looseObject({ index: z.string(), first: day, last: day })),
  refreshing: z.literal(true).optional()
})

/**
 * @param input what a host passes in for a stream
 * @returns the state; undefined where there is none
 * @throws PackageError (`config`) when it can't be read
 */
export function parseStreamState(stream: string, input: unknown): StreamState | undefined {
  if (input === undefined || input === null || Object.keys(input).length === 0) return undefined
  const result = stateSchema.safeParse(input)
  if (!result.success) {
    throw configError(
      `The state of ${stream} can't be read: ${issuesOf(result.error, input)}. Restore it, or reset the stream to read everything anew.`
    )
  }
  const { appId, region, tags, limit, filterAttributes, indices, refreshing } = result.data
  return {
    settings: { appId, region, tags, limit, filterAttributes },
    indices: new Map(indices.map(({ index, first, last }) => [index, { first, last }])),
    isRefreshing: refreshing === true
  }
}

export function writeStreamState({ settings, indices, isRefreshing }: StreamState): Record<string, unknown> {
  const { appId, region, tags, limit, filterAttributes } = settings
  return {
    version: 1,
    appId,
    region,
    ...(tags !== undefined && { tags }),
    limit,
    filterAttributes: [...filterAttributes],
    indices: [...indices].map(([index, { first, last }]) => ({ index, first, last })),
    ...(isRefreshing && { refreshing: true })
  }
}

/** How a stream is to be read. */
export interface Wish {
  readonly stream: string
  readonly settings: StateSettings
  readonly indices: readonly string[]
  readonly startDate: Day | undefined
  readonly lookbackDays: number
  /** Whether all is to be read anew, unless a full refresh was interrupted. */
  readonly isFullRefresh: boolean
  /** The last day that can be read. */
  readonly lastDay: Day
}

/** Days of a first read that has no start date: the last that are over. */
export const FIRST_DAYS = 30

/** What is to be read of a stream. */
export interface StreamPlan {
  readonly ranges: ReadonlyMap<string, DayRange>
  /** What of the state stands: indices that are read from the start have no part in it. */
  readonly indices: ReadonlyMap<string, DaysRead>
  readonly warnings: readonly string[]
}

/** @returns what is to be read of a stream, going by its state */
export function planStream(wish: Wish, state: StreamState | undefined): StreamPlan {
  const { stream, isFullRefresh, startDate, lookbackDays, lastDay } = wish
  const start = startDate ?? dayAfter(lastDay, 1 - FIRST_DAYS)
  const warnings: string[] = []
  const anew = (why: string): void => void warnings.push(`${stream} is read anew from ${start}: ${why}.`)
  let known = state?.indices ?? new Map<string, DaysRead>()
  const other = state === undefined ? [] : differences(wish.settings, state.settings)
  if (other.length > 0) anew(`its state was made with other settings (${other.join(', ')})`)
  if (other.length > 0 || (isFullRefresh && state?.isRefreshing !== true)) known = new Map()
  const indices = new Map<string, DaysRead>()
  const ranges = new Map<string, DayRange>()
  for (const index of wish.indices) {
    const read = known.get(index)
    const why =
      read === undefined
        ? undefined
        : startDate !== undefined && startDate < read.first
          ? `the start date is earlier than ${read.first}, from where ${index} was read`
          : read.last > lastDay
            ? `its state says that ${index} was read up to ${read.last}, which is not over yet`
            : undefined
    if (why !== undefined) anew(why)
    if (read === undefined || why !== undefined) {
      ranges.set(index, { from: start, to: lastDay })
      continue
    }
    indices.set(index, read)
    const next = isFullRefresh ? dayAfter(read.last) : dayAfter(read.last, 1 - lookbackDays)
    ranges.set(index, { from: startDate === undefined ? next : later(startDate, next), to: lastDay })
  }
  return { ranges, indices, warnings }
}

/** @returns what has been read of an index once a day of it has */
export function withDay(read: DaysRead | undefined, day: Day): DaysRead {
  // Where days lie between, what was read on their other side is no part of it any more.
  const isApart = read !== undefined && (day > dayAfter(read.last) || dayAfter(day) < read.first)
  if (read === undefined || isApart) return { first: day, last: day }
  return { first: earlier(read.first, day), last: later(read.last, day) }
}

function differences(one: StateSettings, other: StateSettings): string[] {
  const keys = ['appId', 'region', 'tags', 'limit', 'filterAttributes'] as const
  return keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))
}
