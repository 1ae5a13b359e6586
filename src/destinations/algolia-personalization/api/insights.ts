import type { RequestClient } from '@segment/actions-core'
import { connectionOf } from '../connection'
import { isFailure } from '../delivery/outcomes'
import type { Failure } from '../delivery/outcomes'
import type { Answer as Verdict, Post } from '../events/send'
import type { Settings } from '../generated-types'
import { unexpectedAnswer } from './failures'
import { openCalls } from './request'

/** Statuses that say that something in the request is wrong: one event spoils them all. */
const REFUSED = new Set([400, 413, 422])

/** Statuses after which no other request can succeed: the key, the plan, the address, no calls left. */
const STOPS = new Set([401, 402, 403, 404, 405, 429])

/** Opens the Insights API for one batch, or says why the settings allow no connection. */
export function openInsights(request: RequestClient, settings: Settings, signal?: AbortSignal): Post | Failure {
  const connection = connectionOf(settings, 'insights')
  if (isFailure(connection)) return connection
  const calls = openCalls(request, `${connection.origin}/1`, settings.apiKey, { signal })
  return async (body) => {
    const answer = await calls.send({
      operation: 'send the events',
      path: '/events',
      method: 'post',
      headers: { 'Content-Type': 'application/json' },
      body
    })
    return verdictOf(answer)
  }
}

/**
 * Deletes the events of a user token: what Algolia has from then on it deletes within two days.
 * @returns whether they are deleted, or why not
 */
export async function deleteEvents(
  request: RequestClient,
  settings: Settings,
  userToken: string
): Promise<'deleted' | 'not allowed' | Failure> {
  const connection = connectionOf(settings, 'insights')
  if (isFailure(connection)) return connection
  const calls = openCalls(request, `${connection.origin}/1`, settings.apiKey)
  const answer = await calls.send({
    operation: 'delete the events',
    path: `/usertokens/${encodeURIComponent(userToken)}`,
    userToken,
    method: 'delete'
  })
  if (!isFailure(answer)) return 'deleted'
  return answer.status === 401 || answer.status === 403 ? 'not allowed' : answer
}

function verdictOf(answer: Awaited<ReturnType<ReturnType<typeof openCalls>['send']>>): Verdict {
  if (!isFailure(answer)) {
    return answer.kind === 'object'
      ? { verdict: 'accepted' }
      : { verdict: 'failed', failure: unexpectedAnswer('send the events', 'empty') }
  }
  if (REFUSED.has(answer.status)) {
    return { verdict: 'refused', failure: { ...answer, status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED' } }
  }
  if (STOPS.has(answer.status)) return { verdict: 'stop', failure: answer }
  return { verdict: answer.isUnanswered ? 'unanswered' : 'failed', failure: answer }
}
