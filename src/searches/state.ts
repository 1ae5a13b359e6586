import { z } from 'zod'
import type { Day } from '../algolia/analytics/days'
import type { DaysRead } from '../algolia/analytics/state'
import type { TrackCall } from '../segment/calls'
import type { AlertState } from './alerts/judge'
import type { SlackMessage } from './slack'

/**
 * What is kept between runs: how far each thing is, and what is still on its way. What is to be sent enters the state before it
 * goes out, and leaves it when it has arrived: so after a crash it goes out again as it was, and nothing is made twice.
 */
export interface State {
  /** The days whose searches without results were made into events, by index. */
  readonly zeroResults: ReadonlyMap<string, DaysRead>
  /** The last day that was reported, by `keyOf(period, index)`. */
  readonly reports: ReadonlyMap<string, Day>
  /** How alerts stand, by `keyOf(condition, index)`. */
  readonly alerts: ReadonlyMap<string, AlertState>
  /** Events that Segment hasn't accepted yet. */
  readonly toSegment: readonly TrackCall[]
  /** Messages that the webhook hasn't taken yet. */
  readonly toWebhook: readonly SlackMessage[]
}

export const EMPTY: State = {
  zeroResults: new Map(),
  reports: new Map(),
  alerts: new Map(),
  toSegment: [],
  toWebhook: []
}

/** @returns a key of two names, whatever characters they have */
export function keyOf(name: string, index: string): string {
  return JSON.stringify([name, index])
}

const day = z.iso.date()
const pair = z.tuple([z.string(), z.string()])

const schema = z.object({
  version: z.literal(1),
  /** Stands for the application and the source in Segment: another one's state is of no use. */
  target: z.string(),
  zeroResults: z.array(z.object({ index: z.string(), first: day, last: day })),
  reports: z.array(z.object({ of: pair, last: day })),
  alerts: z.array(z.object({ of: pair, last: day, row: z.int().min(0), since: day.optional() })),
  toSegment: z.array(
    z.object({
      type: z.literal('track'),
      anonymousId: z.string(),
      event: z.string(),
      messageId: z.string(),
      timestamp: z.string(),
      properties: z.record(z.string(), z.unknown())
    })
  ),
  toWebhook: z.array(z.object({ text: z.string(), blocks: z.array(z.record(z.string(), z.unknown())) }))
})

/**
 * @param json what a state file holds
 * @throws ZodError when it is something else
 */
export function parseState(json: unknown): { readonly target: string; readonly state: State } {
  const { target, zeroResults, reports, alerts, toSegment, toWebhook } = schema.parse(json)
  return {
    target,
    state: {
      zeroResults: new Map(zeroResults.map(({ index, first, last }) => [index, { first, last }])),
      reports: new Map(reports.map(({ of, last }) => [keyOf(...of), last])),
      alerts: new Map(alerts.map(({ of, ...alert }) => [keyOf(...of), alert])),
      toSegment,
      toWebhook
    }
  }
}

/** @returns what a state file is to hold */
export function writeState(target: string, { zeroResults, reports, alerts, toSegment, toWebhook }: State): object {
  const of = (key: string): unknown => JSON.parse(key)
  return {
    version: 1,
    target,
    zeroResults: [...zeroResults].map(([index, { first, last }]) => ({ index, first, last })),
    reports: [...reports].map(([key, last]) => ({ of: of(key), last })),
    alerts: [...alerts].map(([key, alert]) => ({ of: of(key), ...alert })),
    toSegment,
    toWebhook
  }
}
