import { Destination, RetryableError } from '@segment/actions-core'
import { Action } from '@segment/actions-core/destination-kit/action'

/**
 * Throws when the host runs on another copy of `@segment/actions-core` than this destination does. Such a host doesn't
 * know this copy's classes: it would take every batch for delivered, whatever failed in it. Events that are refused so
 * are sent again once there is one copy.
 *
 * @param caller what called `extendRequest` as its method. The host does so before each call of an action, with an
 *   instance of a class of its own; whoever else calls it isn't a host.
 */
export function refuseOtherCore(caller: unknown): void {
  if (caller instanceof Action || caller instanceof Destination) return
  const isHost = typeof (caller as { executeBatch?: unknown } | undefined)?.executeBatch === 'function'
  if (!isHost) return
  throw new RetryableError(
    'Nothing was sent: the host and this destination run on two copies of @segment/actions-core, so the host could not tell failed events from delivered ones. Install one copy that serves both: "npm ls @segment/actions-core" (or "pnpm why", "yarn why") shows the two.',
    503
  )
}
