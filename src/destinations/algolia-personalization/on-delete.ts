import type { DestinationDefinition } from '@segment/actions-core'
import type { Settings } from './generated-types'
import { isFailure, isRetried, toError } from './delivery/outcomes'
import type { Failure } from './delivery/outcomes'
import { deleteEvents } from './api/insights'
import { openProfileApi } from './api/personalization'
import { stillHeld } from './api/failures'
import { monotonic } from './api/pace'
import { lately } from './delivery/lately'
import { inTurn } from './delivery/user-locks'
import type { Hold } from './delivery/user-locks'
import { isUserToken } from './delivery/user-tokens'

/**
 * Deletes the profiles of the user and of the anonymous user, and their events as far as the key may. An id that Algolia can't know has no profile; one that is a
 * number is known by its digits, as the host makes a text of it in events. When one
 * deletion fails the other is made all the same; the error is one that the host retries, if there is such a one.
 */
export const onDelete: DestinationDefinition<Settings>['onDelete'] = async (request, { settings, payload }) => {
  const api = openProfileApi(request, settings)
  if (isFailure(api)) throw toError(api)
  const failures: Failure[] = []
  let eventsRemain = false
  const ids: unknown[] = [payload.userId, payload.anonymousId]
  const userTokens = ids.map((id) => (typeof id === 'number' ? String(id) : id)).filter(isUserToken)
  for (const userToken of new Set(userTokens)) {
    const name = api.globalName(userToken)
    const toldAt = monotonic()
    const remove = async (hold: Hold): Promise<Failure | undefined> => {
      const { answer, fate } = await api.deleteProfile(userToken)
      if (!isFailure(answer)) lately.deleted(name, toldAt)
      else hold(fate)
      return isFailure(answer) ? answer : undefined
    }
    const failure = await inTurn([name], remove, stillHeld)
    if (failure) failures.push(failure)
    const events = await deleteEvents(request, settings, userToken)
    if (events === 'not allowed') eventsRemain = true
    else if (events !== 'deleted') failures.push(events)
  }
  const failure = failures.find(({ status }) => isRetried(status)) ?? failures[0]
  if (failure) throw toError(failure)
  return {
    output: eventsRemain
      ? 'No profile left. Events remain: the API key lacks the ACL deleteObject, so delete them in Algolia.'
      : 'No profile left, and no events'
  }
}
