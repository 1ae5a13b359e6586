import type { FoundProfiles, ProfileSearch } from './interface'
import { toPackageError } from '../errors'
import { browseProfiles } from '../sources/algolia-profiles'
import type { Target } from './target'

/** Profiles that are listed at most: who wants another one narrows the search. */
const MOST_FOUND = 50

/** Calls of a search at most, a thousand profiles each. Algolia finds by affinity; all else is looked for here. */
const MOST_CALLS = 5

/** Lists profiles in the order of their user tokens, which is Algolia's. */
export async function searchProfiles(
  target: Target,
  search: ProfileSearch,
  signal: AbortSignal
): Promise<FoundProfiles> {
  const { appId, apiKey, region } = target
  const { affinity = '', segment = '', beginning = '' } = search
  const profiles: FoundProfiles['profiles'][number][] = []
  let looked = 0
  let calls = 0
  const result = (isAll: boolean): FoundProfiles => ({ profiles, looked, calls, isAll })
  try {
    const pages = browseProfiles({
      appId,
      apiKey,
      region: region as 'us' | 'eu',
      concurrency: 1,
      // Without a filter of ours the first page holds more than enough.
      ...(segment === '' && beginning === '' && { pageSize: MOST_FOUND }),
      ...(affinity !== '' && { affinities: [affinity] }),
      signal
    })
    for await (const page of pages) {
      calls += 1
      for (const profile of page) {
        looked += 1
        const { userID } = profile
        const segments = textsOf(profile.segments, 'id')
        if (segment !== '' && !segments.some((id) => id.startsWith(segment))) continue
        if (!userID.startsWith(beginning)) {
          // In the order of their tokens none can follow.
          if (userID > `${beginning}\uffff`) return result(true)
          continue
        }
        if (profiles.length === MOST_FOUND) return result(false)
        profiles.push({ userToken: userID, affinities: textsOf(profile.affinities, 'value').slice(0, 3), segments })
      }
      if (calls === MOST_CALLS || profiles.length === MOST_FOUND) return result(false)
    }
    return result(true)
  } catch (thrown) {
    return { ...result(false), problem: toPackageError(thrown).message }
  }
}

/** @returns the texts under a name in a list of which nothing is taken for granted. */
function textsOf(list: unknown, name: string): string[] {
  if (!Array.isArray(list)) return []
  return list
    .map((entry: unknown) => (entry as Record<string, unknown> | null)?.[name])
    .filter((text): text is string => typeof text === 'string')
}
