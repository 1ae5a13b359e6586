/** What Algolia answers, as its API description and, where that is silent, this package's assumptions say. */
import { failure, success, unprocessable, type Answer } from '../../http/answer'
import type { Application } from '../application'
import { changeProfile } from './change-profile'
import { configuration } from './configuration'
import { objectText, propertyTexts } from './json-text'
import { decodePageToken, encodePageToken } from './page-tokens'
import type { ProfileFilter } from './profile-filter'
import { start, type PagePosition, type ProfileStore } from './profile-store'
import type { Request } from '../request'
import { parseTimestamp } from '../timestamps'

/** What an answer is made from. */
export interface AnswerContext {
  application: Application
  profiles: ProfileStore
  /** The present moment of the server, RFC 3339 with microseconds. */
  now: () => string
}

/** Answers a request that may be made, and applies it to the profiles. */
export function answerRequest(request: Request, context: AnswerContext): Answer {
  switch (request.route) {
    case 'listProfiles':
      return listProfiles(request.query, context)
    case 'getConfig':
      return success(JSON.stringify(configuration(context.application, context.now())))
    case 'getProfile':
    case 'deleteProfile':
    case 'writeProfileSegments': {
      const { userID } = request
      if (userID === undefined) return failure(400, 'Invalid userID format')
      if (!/^[A-Za-z0-9=+/_-]{1,129}$/.test(userID)) {
        return failure(
          422,
          'UserID must contain only alphanumeric, equal, plus, slash, hyphen, or underscore characters, and be between 1 and 129 characters long'
        )
      }
      if (request.route === 'getProfile') return getProfile(userID, context)
      if (request.route === 'deleteProfile') return deleteProfile(userID, context)
      return writeProfileSegments(userID, request.body, context)
    }
    case 'wrongMethod':
      return failure(405, 'Method Not Allowed', { allow: request.allowed.join(', ') })
    default:
      return notFound
  }
}

const notFound = failure(404, 'Not Found')
const page: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Welcome</title><p>Nothing to see here.'
}

function getProfile(userID: string, { profiles }: AnswerContext): Answer {
  const profile = profiles.json(userID)
  return profile === undefined ? notFound : success(profile)
}

function deleteProfile(userID: string, { profiles, now }: AnswerContext): Answer {
  if (!profiles.delete(userID)) return notFound
  const moment = now()
  return success(JSON.stringify({ status: 200, message: 'OK', userID, deletedAt: moment, deletedUntil: moment }))
}

/** The call that Algolia has not published. What it takes and gives is this package's assumption. */
function writeProfileSegments(userID: string, body: string, { application, profiles, now }: AnswerContext): Answer {
  const { segmentsEndpoint, writesCountAsUpdates } = application
  if (segmentsEndpoint === 404) return notFound
  if (segmentsEndpoint === 405) return failure(405, 'Method Not Allowed')
  if (segmentsEndpoint === 'page') return page
  if (!holdsProfileSegments(body)) return failure(400, 'Invalid request body')
  const lastUpdatedAt = now()
  if (segmentsEndpoint !== 'ignored') {
    const updated = writesCountAsUpdates || profiles.json(userID) === undefined
    const segments = propertyTexts(body).get('segments')!
    changeProfile(profiles, userID, { segments, ...(updated && { lastUpdatedAt: JSON.stringify(lastUpdatedAt) }) })
  }
  if (segmentsEndpoint === 'empty') return { status: 204, headers: {}, body: '' }
  return success(JSON.stringify({ status: 200, message: 'OK', userID, lastUpdatedAt }))
}

function holdsProfileSegments(body: string): boolean {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return false
  }
  const segments = isObject(value) ? value.segments : undefined
  return Array.isArray(segments) && segments.every(isProfileSegment)
}

function isProfileSegment(value: unknown): boolean {
  return isObject(value) && [value.id, value.source].every((text) => typeof text === 'string' && text !== '')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listProfiles(query: URLSearchParams, { application, profiles }: AnswerContext): Answer {
  const limit = query.get('limit') ?? '10'
  if (!/^\d+$/.test(limit) || Number(limit) < 1 || Number(limit) > 1000) {
    return unprocessable('limit must be a whole number from 1 to 1000')
  }
  const filter = readFilter(query)
  if ('wrong' in filter) return unprocessable(filter.wrong)
  const position = readPosition(query)
  if ('wrong' in position) return unprocessable(position.wrong)

  const { profiles: users, previous, next } = profiles.page(position, filter, Number(limit))
  const page = JSON.stringify({
    users: [],
    previousPageToken: previous && encodePageToken(previous, query),
    nextPageToken: next && encodePageToken(next, query)
  })
  const shown = application.listsHoldSegments ? users : users.map(withoutSegments)
  return success(page.replace('[]', () => `[${shown.join(',')}]`))
}

function withoutSegments(profile: string): string {
  const properties = propertyTexts(profile)
  properties.delete('segments')
  return objectText(properties)
}

interface Wrong {
  wrong: string
}

function readFilter(query: URLSearchParams): ProfileFilter | Wrong {
  const filter: ProfileFilter = {
    indices: list(query, 'indices'),
    affinities: list(query, 'affinity').map((text) => {
      const colon = text.indexOf(':')
      return colon < 0 ? { name: text } : { name: text.slice(0, colon), value: text.slice(colon + 1) }
    })
  }
  for (const [parameter, bound] of [
    ['startDate', 'updatedAfter'],
    ['endDate', 'updatedBefore']
  ] as const) {
    const text = query.get(parameter)
    if (!text) continue
    filter[bound] = parseTimestamp(text)
    if (!filter[bound]) return { wrong: `${parameter} must be a date and time in RFC 3339 format` }
  }
  return filter
}

/** A list parameter, comma-separated, or given more than once. */
function list(query: URLSearchParams, parameter: string): string[] {
  return query.getAll(parameter).flatMap((text) => text.split(',').filter((item) => item !== ''))
}

function readPosition(query: URLSearchParams): PagePosition | Wrong {
  // Algolia's own guide sends an empty token for the first page.
  const [next, previous] = [query.get('nextPageToken'), query.get('previousPageToken')]
  if (next && previous) return { wrong: "nextPageToken and previousPageToken can't be used together" }
  if (next) return decodePageToken(next, 'forward', query) ?? { wrong: 'unknown or expired nextPageToken' }
  if (previous) return decodePageToken(previous, 'backward', query) ?? { wrong: 'unknown or expired previousPageToken' }
  return start
}
