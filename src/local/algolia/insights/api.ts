import { failure, success, type Answer } from '../../http/answer'
import type { Api } from '../api'
import type { Application } from '../application'
import { configuredEvents, isActive } from '../personalization/configuration'
import { changeProfile } from '../personalization/change-profile'
import type { ProfileStore } from '../personalization/profile-store'
import type { InsightsRoute, Request, RouteTable } from '../request'
import { likingsIn, weightOf, withLikings } from './affinities'
import type { EventLog } from './event-log'
import { flawOf, type InsightsEvent } from './events'

const routes: RouteTable<InsightsRoute> = [
  { pattern: /^\/1\/events$/, methods: { POST: 'pushEvents' } },
  { pattern: /^\/1\/usertokens\/(?<userID>[^/]*)$/, methods: { DELETE: 'deleteUserToken' } }
]

/** Bytes of a request's body, which must stay below, and events in it, at most. */
const limits = { bytes: 2_000_000, events: 1000 }

export interface InsightsContext {
  readonly application: Application
  readonly profiles: ProfileStore
  readonly events: EventLog
  readonly clock: () => number
  /** The present moment of the server, RFC 3339 with microseconds. */
  readonly now: () => string
}

/** Algolia's Insights API. All texts are those of the API description, as far as it has them. */
export function insightsApi(context: InsightsContext): Api {
  return {
    routes,
    forBrowsers: true,
    regional: true,
    requiredAcl: ({ route }) => (route === 'deleteUserToken' ? ['deleteObject'] : ['search']),
    rateLimit: ({ route }) => route === 'deleteUserToken' && context.application.insightsRateLimit,
    unauthenticated: failure(401, 'Invalid credentials'),
    forbidden: () => failure(403, 'Method not allowed with this API key'),
    local: { '/_local/events': () => context.events.accepted },
    answer: (request) => {
      if (request.route === 'pushEvents') return pushEvents(request, context)
      if (request.route === 'deleteUserToken') return deleteUserToken(request, context)
      if (request.route === 'wrongMethod') return failure(405, 'Method Not Allowed')
      return failure(404, 'Path not supported by Insights REST API.')
    }
  }
}

/** The events of a body, or the answer to one that is wrong. One event that is wrong refuses all. */
function readEvents(body: string, now: number): readonly InsightsEvent[] | Answer {
  if (Buffer.byteLength(body) >= limits.bytes) return failure(413, 'Request Entity Too Large')
  let batch: unknown
  try {
    batch = JSON.parse(body)
  } catch {
    return malformed
  }
  if (typeof batch !== 'object' || batch === null || Array.isArray(batch)) {
    const got = Array.isArray(batch) ? 'array' : typeof batch
    return failure(422, `Invalid type for field : expected insights.PublicEventsBatch, got ${got}`)
  }
  const { events = [] } = batch as { events?: unknown }
  if (!Array.isArray(events)) return failure(422, `Invalid type for field events: expected array, got ${typeof events}`)
  if (events.length === 0) return failure(422, 'No events to process')
  if (events.length > limits.events) return failure(422, 'Cannot process more than 1000 events in a batch')
  for (const event of events) {
    const flaw = flawOf(event, now)
    if (flaw !== undefined) return failure(422, flaw)
  }
  return events as readonly InsightsEvent[]
}

const malformed: Answer = {
  status: 400,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: '<html><title>Error 400 (Bad Request)</title><p>Error: Bad Request. Your client has issued a malformed or illegal request.</html>'
}

function pushEvents({ body }: Request, context: InsightsContext): Answer {
  const read = readEvents(body, context.clock())
  if ('status' in read) return read
  context.events.add(read, context.clock())
  if (isActive(context.application)) for (const event of read) learnFrom(event, context)
  return success(JSON.stringify({ message: 'OK', status: 200 }))
}

/** What an event changes about its user's profile. Whatever Algolia can't make use of is ignored without a word. */
function learnFrom(event: InsightsEvent, { application, profiles, now }: InsightsContext): void {
  const weight = weightOf(event, configuredEvents(application, event.index))
  const likings = weight > 0 ? likingsIn(event) : []
  if (likings.length === 0) return
  const moment = now()
  const affinities = profiles.get(event.userToken)?.affinities ?? []
  const changed = withLikings(affinities, likings, { index: event.index, weight, now: moment })
  changeProfile(profiles, event.userToken, {
    affinities: JSON.stringify(changed),
    lastUpdatedAt: JSON.stringify(moment)
  })
}

function deleteUserToken({ userID = '' }: Request, { events }: InsightsContext): Answer {
  if (!/^[A-Za-z0-9_=/+-]{1,129}$/.test(userID)) {
    return failure(
      422,
      'UserToken must contain only alphanumeric, equal, plus, slash, hyphen, or underscore characters, and be between 1 and 128 characters long'
    )
  }
  events.delete(userID)
  return { status: 204, headers: {}, body: '' }
}
