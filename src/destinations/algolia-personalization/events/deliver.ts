import type { ExecuteInput, MultiStatusResponse, RequestClient } from '@segment/actions-core'
import { aborted } from '../api/failures'
import { openInsights } from '../api/insights'
import { untilAborted } from '../delivery/aborts'
import { isFailure, multiple, single } from '../delivery/outcomes'
import type { Outcome, Success } from '../delivery/outcomes'
import type { Settings } from '../generated-types'
import type { Payload } from '../sendEvents/generated-types'
import { prepareEvent } from './prepare'
import { sendUnits } from './send'
import { unitOf } from './units'
import type { Unit } from './units'

/** The `perform` of the action: a batch of one. Throws the host's error when the event fails. */
export async function sendOne(request: RequestClient, data: ExecuteInput<Settings, Payload>): Promise<Success> {
  return single(await deliverEvents(request, data, [data.payload]))
}

/** The `performBatch` of the action: a response for each event, at its own index. */
export async function sendBatch(
  request: RequestClient,
  data: ExecuteInput<Settings, Payload[]>
): Promise<MultiStatusResponse> {
  return multiple(await deliverEvents(request, data, data.payload), data.payload)
}

/** Sends the events of a batch to the Insights API; gives an outcome for each. */
async function deliverEvents(
  request: RequestClient,
  { settings, signal }: Pick<ExecuteInput<Settings, unknown>, 'settings' | 'signal'>,
  payloads: Payload[]
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const units: Unit[] = []
  const leftOut: string[][] = []
  const now = Date.now()
  payloads.forEach((payload, index) => {
    const prepared = prepareEvent(payload, now)
    const unit = isFailure(prepared) ? prepared : unitOf(index, prepared.parts)
    if (isFailure(unit)) {
      outcomes[index] = unit
    } else {
      units.push(unit)
      leftOut[index] = isFailure(prepared) ? [] : prepared.leftOut
    }
  })
  const post = openInsights(request, settings, signal)
  if (isFailure(post)) return payloads.map((_, index) => outcomes[index] ?? post)
  const sending = sendUnits(units, post, ({ index }, failure) => {
    const told = leftOut[index]?.length ? { leftOut: leftOut[index] } : {}
    outcomes[index] ??= failure ?? { status: 200, result: 'event sent', ...told }
  })
  await untilAborted(signal, sending)
  return payloads.map((_, index) => outcomes[index] ?? aborted())
}
