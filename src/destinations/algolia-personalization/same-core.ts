import { Destination, RetryableError } from '@segment/actions-core'

/**
 * Throws when a host that runs on another copy of `@segment/actions-core` than this destination does delivers a batch.
 * Such a host doesn't know this copy's classes: it would take every batch for delivered, whatever failed in it. Events
 * that are refused so are sent again once there is one copy. A single call is another matter: it fails by throwing, which
 * any copy sees. So Segment's own `serve`, which loads the core anew for each destination, can show those.
 *
 * @param caller what called `extendRequest` as its method. The host does so before each call of an action, with an
 *   instance of a class of its own; whoever else calls it isn't a host.
 * @param payload of the call: a list for a batch
 */
export function refuseOtherCore(caller: unknown, payload: unknown): void {
  if (!Array.isArray(payload)) return
  const isHost = typeof (caller as { executeBatch?: unknown } | undefined)?.executeBatch === 'function'
  if (!isHost || caller instanceof actionClass()) return
  throw new RetryableError(
    'Nothing was sent: the host and this destination run on two copies of @segment/actions-core, so the host could not tell failed events of a batch from delivered ones. Install one copy that serves both: "npm ls @segment/actions-core" (or "pnpm why", "yarn why") shows the two.',
    503
  )
}

let known: (new () => unknown) | undefined

/** The class whose instances run actions in this copy of the core, which doesn't export it: so one is made to look at. */
function actionClass(): new () => unknown {
  if (!known) {
    const probe = { title: 'Probe', description: 'Never runs.', fields: {}, perform: () => undefined }
    const { actions } = new Destination({ name: 'Probe', mode: 'cloud', actions: { probe } })
    known = actions.probe?.constructor as new () => unknown
  }
  return known
}
