import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { PERSONALIZATION } from '../algolia/api/apis'
import { type Call, jsonReader, type Read } from '../algolia/api/call'
import type { AlgoliaClient } from '../algolia/api/client'
import { type Account, connect, type ConnectionOptions } from '../algolia/api/connection'
import type { Place } from '../algolia/api/rate-limit'
import type { Environment } from '../algolia/api/environment'
import { AlgoliaError } from '../algolia/api/failures'
import { readPlan } from '../algolia/profiles/passes'
import { planOf } from '../algolia/profiles/plan'
import { filtersOf } from '../algolia/profiles/state'
import { OLDEST_READ_MS } from '../destinations/algolia-personalization/constants'
import { sameElementTexts } from '../destinations/algolia-personalization/api/json-text'
import { type ProfileSegment, withMembership } from '../destinations/algolia-personalization/audience/profile-segments'
import { transientError } from '../errors'
import { type AudienceApi, CALLS_AT_ONCE, type ProfilesPage, type ReadProfile } from './api'
import { type ListedProfile, listedProfile } from './comparison'

export interface AudienceApiOptions extends Account {
  /** Calls that may be made in a minute; half of what Algolia allows unless told otherwise. */
  readonly callsPerMinute?: number | undefined
}

export interface AudienceApiListeners extends Pick<ConnectionOptions, 'onRetry' | 'onLimit'> {
  readonly warn: (message: string) => void
}

/** The part of the limit that may be used, and the part that must be left for others, at any moment. */
const SHARE = 0.5
const RESERVE = 0.1

const PAGE_SIZE = 1000

/** Opens what the commands need of Algolia. Calls leave room for the live destination, which shares the limit. */
export function openAudienceApi(
  options: AudienceApiOptions,
  environment: Environment,
  { warn, ...listeners }: AudienceApiListeners
): { api: AudienceApi; close: () => Promise<void> } {
  const { callsPerMinute = PERSONALIZATION.callsPerMinute * SHARE } = options
  const share = options.callsPerMinute === undefined ? { share: SHARE } : { callsPerMinute }
  const { client, close } = connect(PERSONALIZATION, options, environment, {
    concurrency: CALLS_AT_ONCE,
    share: { ...share, reserve: RESERVE },
    ...listeners
  })
  const api: AudienceApi = {
    get calls() {
      return client.counts.calls
    },
    get callsPerMinute() {
      return client.rate === undefined ? callsPerMinute : Math.round(client.rate * 60_000)
    },
    get latency() {
      return client.latency
    },

    async *pages(signal) {
      const filters = filtersOf(options)
      const plan = planOf([{ name: 'profiles', syncMode: 'full_refresh', state: undefined }], filters)
      const { clock } = environment
      const pages = readPlan(plan, {
        client,
        clock,
        filters,
        pageSize: PAGE_SIZE,
        concurrency: CALLS_AT_ONCE,
        run: randomUUID(),
        signal,
        onWarning: warn
      })
      for await (const { profiles } of pages) yield pageOf([...profiles])
    },

    read: (userToken, signal) => readProfile(client, userToken, signal),
    readToWrite: (userToken, signal) => readProfile(client, userToken, signal, { keeps: true }),
    forgoWrite: () => client.givePlaceBack(),

    /**
     * The same assumption as the destination's (see its `api/personalization.ts`): Algolia has published no call that writes
     * segments.
     */
    write: ({ userID, askedAt }, segments, signal) =>
      client.call(
        {
          path: `${profilePath(userID)}/segments`,
          place: { isKept: true },
          notAfter: askedAt + Math.max(OLDEST_READ_MS, 2 * client.latency),
          change: { method: 'PUT', body: `{"segments":${segments}}` },
          isSentOnce: true,
          what: 'the word that the segments were written',
          read: jsonReader((json): Read<'done'> => {
            const { status } = Object(json) as { status?: unknown }
            if (typeof json !== 'object' || json === null || Array.isArray(json))
              return { unreadable: 'it is not an object' }
            return Number(status ?? 200) < 300 ? { value: 'done' } : { unreadable: `it says ${Number(status)}` }
          }),
          whenEmpty: 'unsaid'
        } satisfies Call<'done' | 'unsaid'>,
        signal
      )
  }
  return { api, close }
}

function pageOf(profiles: readonly unknown[]): ProfilesPage {
  const listed = profiles.map(listedProfile).filter((profile): profile is ListedProfile => profile !== undefined)
  return { profiles: listed, unreadable: profiles.length - listed.length, hasNext: profiles.length >= PAGE_SIZE }
}

async function readProfile(
  client: AlgoliaClient,
  userToken: string,
  signal: AbortSignal,
  place: Place = {}
): Promise<ReadProfile> {
  let askedAt = 0
  try {
    const call: Call<Omit<ReadProfile, 'askedAt'>> = {
      path: profilePath(userToken),
      what: "this user's profile",
      read: profileReader(userToken),
      place,
      onSent: (at) => (askedAt = at)
    }
    return { ...(await client.call(call, signal)), askedAt }
  } catch (thrown) {
    if (!(thrown instanceof AlgoliaError) || thrown.status !== 404) throw thrown
    if (thrown.isAlgolias && place.keeps) client.keepPlace()
    if (thrown.isAlgolias)
      return { ...readable({ userID: userToken, lastUpdatedAt: undefined }, false, [], false), askedAt }
    throw transientError(
      'Something on the way to Algolia answered with a 404 of its own. Run again later.',
      thrown.message
    )
  }
}

function profilePath(userToken: string): string {
  return `/2/users/${encodeURIComponent(userToken)}`
}

/** A profile is understood whole, or it isn't written to: better an error than a wiped list. */
function profileReader(userToken: string): (body: Buffer) => Read<Omit<ReadProfile, 'askedAt'>> {
  return (body) => {
    // A byte that is no text would come back as another one.
    if (!isUtf8(body)) return { unreadable: 'it holds bytes that are not UTF-8' }
    const text = body.toString('utf8')
    return jsonReader((json): Read<Omit<ReadProfile, 'askedAt'>> => {
      const { userID, segments, lastUpdatedAt } = Object(json) as Record<string, unknown>
      if (userID !== userToken) return { unreadable: "it is another user's profile" }
      const time = typeof lastUpdatedAt === 'string' ? lastUpdatedAt : undefined
      const listed = { userID: userToken, lastUpdatedAt: time }
      if (segments === undefined || segments === null) return { value: readable(listed, true, [], false) }
      const areObjects = Array.isArray(segments) && segments.every((one) => Object(one) === one && !Array.isArray(one))
      const texts = areObjects ? sameElementTexts(text, 'segments', segments) : undefined
      if (!texts) return { unreadable: 'its segments are not a list of objects that can be told apart' }
      const entries = (segments as { id: unknown; source: unknown }[]).map(({ id, source }, index): ProfileSegment => ({
        id,
        source,
        json: texts[index] ?? ''
      }))
      return { value: readable(listed, true, entries, true) }
    })(body)
  }
}

function readable(
  listed: Pick<ListedProfile, 'userID' | 'lastUpdatedAt'>,
  exists: boolean,
  entries: readonly ProfileSegment[],
  hasSegments: boolean
): Omit<ReadProfile, 'askedAt'> {
  return {
    ...listed,
    exists,
    hasSegments,
    managed: listedProfile({ ...listed, segments: entries })?.managed,
    withChanges(add, remove) {
      let list = entries
      for (const id of add) list = withMembership(list, id, true) ?? list
      for (const id of remove) list = withMembership(list, id, false) ?? list
      return `[${list.map(({ json }) => json).join(',')}]`
    }
  }
}
