import { configError } from '../errors'
import { counted, grouped, minutesInWords } from '../report/words'
import { type AudienceApi, CALLS_AT_ONCE, type ProfilesPage } from './api'
import { type AudienceCounts, Comparison, type ListedProfile, type PlannedChange } from './comparison'
import { estimatedPages, minutesFor, type Pace } from './estimate'
import { inParallel } from './parallel'
import type { MemberList } from './members'

export interface PlanOptions {
  readonly list: MemberList
  /** Places of audiences for which the list is the whole truth. */
  readonly complete: ReadonlySet<number>
  /** When the list was made, Unix milliseconds. */
  readonly asOf: number
  /** Read each profile by itself: Algolia's lists don't hold segments. */
  readonly singleReads: boolean
  readonly api: AudienceApi
  readonly signal: AbortSignal
  /** Takes what has to be changed, profile by profile. */
  readonly onChange: (change: PlannedChange) => Promise<void>
  readonly log: (level: 'info' | 'warn', message: string) => void
  readonly onProgress: (progress: ComparisonProgress) => void
}

export interface ComparisonProgress {
  readonly profiles: number
  readonly calls: number
  /** How many calls it will take, as far as can be told. */
  readonly expectedCalls: number | undefined
}

export interface PlanResult {
  readonly audiences: readonly AudienceCounts[]
  readonly calls: {
    /** Calls that the comparison took. */
    readonly made: number
    /** Calls that putting it right takes: a read and a write for each profile. */
    readonly repair: number
  }
  /** How long that takes, at the calls that are allowed and as fast as they were answered so far. */
  readonly minutes: number
}

/** So many profiles are read by themselves to tell whether lists leave segments out. */
const PROBES = 3

/**
 * Compares all profiles with a list, and says what has to be changed. Nothing is written to Algolia.
 * @throws PackageError (`config`) when Algolia's lists don't hold segments, and single reads were not asked for
 */
export async function planAudiences(options: PlanOptions): Promise<PlanResult> {
  const { list, complete, asOf, api, onChange, onProgress } = options
  const comparison = new Comparison(list, { complete, asOf })
  let changes = 0
  let profiles = 0
  let expectedCalls: number | undefined
  const take = async (change: PlannedChange | undefined): Promise<void> => {
    if (!change) return
    if (!change.withoutProfile && !change.changedSince) changes += 1
    await onChange(change)
  }
  const compare = async (profile: ListedProfile): Promise<void> => {
    profiles += 1
    await take(comparison.profile(profile))
    onProgress({ profiles, calls: api.calls, expectedCalls })
  }
  const readSingly = (userTokens: Iterable<string>): Promise<void> =>
    inParallel(CALLS_AT_ONCE, userTokens, async (userToken) => {
      const profile = await api.read(userToken, options.signal)
      if (profile.exists) await compare(profile)
    })

  if (options.singleReads && complete.size === 0) {
    expectedCalls = list.size
    tellCost(options, expectedCalls, CALLS_AT_ONCE)
    await readSingly(list.userTokens())
  } else {
    let pages = 0
    let expectedPages = 0
    for await (const page of api.pages(options.signal)) {
      pages += 1
      if (pages === 1) {
        expectedPages = expectedPagesAfter(page, options)
        const each = options.singleReads ? 1 + page.profiles.length : 1
        expectedCalls = Math.min(expectedPages * each, complete.size > 0 ? Infinity : 1 + list.size)
        tellCost(options, expectedCalls, expectedCalls === expectedPages ? 1 : CALLS_AT_ONCE)
        if (!options.singleReads && page.profiles.every(({ managed }) => managed === undefined)) {
          await probeLists(page, options)
        }
      }
      if (page.unreadable > 0) {
        options.log('warn', `${counted(page.unreadable, 'listed profile')} can't be read, and count as none.`)
      }
      if (options.singleReads) {
        await readSingly(page.profiles.map(({ userID }) => userID))
      } else {
        for (const profile of page.profiles) await compare(profile)
      }
      if (complete.size === 0 && page.hasNext && list.unseen <= pagesToGo(pages, expectedPages)) {
        await readSingly([...list.userTokens()].filter((userToken) => !list.hasSeen(userToken)))
        break
      }
    }
  }
  for (const change of comparison.withoutProfile()) await take(change)
  const repair = 2 * changes
  return {
    audiences: comparison.counts,
    calls: { made: api.calls, repair },
    minutes: minutesFor(repair, paceOf(api, CALLS_AT_ONCE))
  }
}

/** @returns how many pages there will be, as far as the first one tells; without end where none of the list is on it */
function expectedPagesAfter(page: ProfilesPage, { list, complete }: PlanOptions): number {
  const lastUserToken = page.profiles.at(-1)?.userID
  const pages = estimatedPages(list.userTokens(), { lastUserToken, hasNext: page.hasNext })
  return pages ?? (complete.size > 0 ? list.size : Infinity)
}

/** Pages that are left; where there turn out to be many more than expected, as many again as there have been. */
function pagesToGo(pages: number, expectedPages: number): number {
  return pages >= 2 * expectedPages ? pages : Math.max(1, expectedPages - pages)
}

/** @param atOnce 1 for pages, which come one after the other, each with the token of the next */
function tellCost({ api, log }: PlanOptions, calls: number, atOnce: number): void {
  const minutes = minutesInWords(minutesFor(calls, paceOf(api, atOnce)))
  log(
    'info',
    `The comparison takes about ${counted(calls, 'call')}, ${minutes} at ${grouped(api.callsPerMinute)} a minute.`
  )
}

function paceOf({ callsPerMinute, latency }: AudienceApi, atOnce: number): Pace {
  return { callsPerMinute, latency, atOnce }
}

/**
 * No profile of a page has segments: either none has any yet, or the list leaves them out. Then every member would look as if
 * the segment was missing.
 */
async function probeLists({ profiles }: ProfilesPage, { list, api, signal }: PlanOptions): Promise<void> {
  const named = profiles.filter(({ userID }) => list.wantedOf(userID))
  for (const { userID } of [...named, ...profiles].slice(0, PROBES)) {
    const { hasSegments } = await api.read(userID, signal)
    if (hasSegments) {
      throw configError(
        `Algolia's lists of profiles don't hold segments, so profiles can't be compared by listing them. --single-reads reads each by itself: ${counted(list.size, 'call')} for this list.`
      )
    }
  }
}
