import { MultiStatusResponse } from '@segment/actions-core'
import type { AudienceMembership, ExecuteInput, RequestClient } from '@segment/actions-core'
import { MAX_CONCURRENT_USERS } from '../constants'
import { aborted } from '../api/failures'
import type { Settings } from '../generated-types'
import { planChanges } from '../audience/membership'
import type { AudienceEvent, AudiencePayload, Change, Purpose } from '../audience/membership'
import { isFailure, toBatchEntry, toError } from './outcomes'
import type { Outcome, Success } from './outcomes'
import { openProfileApi } from '../api/personalization'
import type { ProfileApi } from '../api/personalization'
import { applyChanges } from '../audience/profile-segments'
import { slots } from './concurrency'
import { inTurn } from './user-locks'

type Single = ExecuteInput<Settings, AudiencePayload>
type Batch = ExecuteInput<Settings, AudiencePayload[]>

/** The `perform` of an action: a batch of one. Throws the host's error when the event fails. */
export async function deliverOne(purpose: Purpose, request: RequestClient, data: Single): Promise<Success> {
  const audienceMembership = data.audienceMembership as AudienceMembership
  const events = [{ payload: data.payload, audienceMembership }]
  const [outcome] = (await deliver(purpose, request, data, events)) as [Outcome]
  if (isFailure(outcome)) throw toError(outcome)
  return outcome
}

/** The `performBatch` of an action: a response for each event, at its own index. */
export async function deliverBatch(
  purpose: Purpose,
  request: RequestClient,
  data: Batch
): Promise<MultiStatusResponse> {
  const memberships = Array.isArray(data.audienceMembership) ? data.audienceMembership : []
  const events = data.payload.map((payload, index) => ({ payload, audienceMembership: memberships[index] }))
  const outcomes = await deliver(purpose, request, data, events)
  const response = new MultiStatusResponse()
  outcomes.forEach((outcome, index) => response.pushResponseObject(toBatchEntry(outcome, { ...data.payload[index] })))
  return response
}

/** Brings each user's profile up to date with the events; gives an outcome for each event. */
async function deliver(
  purpose: Purpose,
  request: RequestClient,
  { settings, signal }: Single | Batch,
  events: AudienceEvent[]
): Promise<Outcome[]> {
  const { outcomes, changesByUser } = planChanges(events, purpose)
  const api = openProfileApi(request, settings, signal)
  if (isFailure(api)) return events.map((_, index) => outcomes[index] ?? api)

  // A slot is taken when it is the user's turn: who waits for another batch to end keeps nobody else waiting.
  const withSlot = slots(MAX_CONCURRENT_USERS)
  const updates = [...changesByUser].map(async ([userToken, changes]) => {
    const outcome = await inTurn(api.globalName(userToken), () => withSlot(() => update(api, userToken, changes)))
    for (const { index } of changes) outcomes[index] = outcome
  })
  await untilAborted(signal, Promise.all(updates))
  return events.map((_, index) => outcomes[index] ?? aborted())
}

/**
 * Reads, merges and writes one profile. All events of the user share the outcome: when the host has to send one again
 * it sends all, in their order.
 */
async function update(api: ProfileApi, userToken: string, changes: Change[]): Promise<Outcome> {
  const current = await api.readProfileSegments(userToken)
  if (isFailure(current)) return current
  const next = applyChanges(current, changes)
  if (!next) return { status: 200, result: 'profile unchanged' }
  return (await api.writeProfileSegments(userToken, next)) ?? { status: 200, result: 'profile updated' }
}

/** Resolves when the work has ended or the signal aborts. It listens once, however much work there is. */
function untilAborted(signal: AbortSignal | undefined, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      signal?.removeEventListener('abort', end)
      resolve()
    }
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
    work.then(end, reject)
  })
}
