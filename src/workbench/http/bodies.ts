import type { JSONObject } from '@segment/actions-core'
import { z } from 'zod'
import { issuesOf } from '../../input/schema-issues'
import { Refusal } from './call'

/** Events of one request, at most: what the host's largest batches hold. */
export const MOST_EVENTS = 1_000

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
const object = z.custom<JSONObject>(isObject, 'must be an object')
const events = z
  .custom<JSONObject | JSONObject[]>(
    (value) => [value].flat().every(isObject),
    'must be an event, which is an object, or a list of events'
  )
  .refine((value) => !Array.isArray(value) || (value.length > 0 && value.length <= MOST_EVENTS), {
    message: `must be at least one event, and at most ${MOST_EVENTS.toLocaleString('en')}`
  })
const text = z.string('must be a text')

/** What is posted to an action, as to Segment's own `serve`; further properties may stand beside these. */
export const actionBody = z.looseObject({
  payload: events.optional(),
  mapping: object.nullish(),
  settings: object.optional(),
  auth: object.optional(),
  features: z.record(z.string(), z.boolean()).optional(),
  subscriptionMetadata: object.optional()
})

/** What is posted to a dynamic field of an action. */
export const dynamicFieldBody = z.looseObject({
  settings: object.optional(),
  payload: object.optional(),
  page: z.string().optional(),
  audienceSettings: object.optional(),
  dynamicFieldContext: object.optional()
})

/** What is posted beside actions: settings, and whatever belongs to the call. */
export const settingsBody = z.looseObject({ settings: object.optional() })
export const deleteBody = settingsBody.extend({ payload: object.optional() })
export const audienceBody = settingsBody.extend({ audienceSettings: object.optional() })

/** What the page posts. */
export const deliveryBody = z.object({
  action: text,
  mapping: object,
  payload: events,
  hookInputs: object.optional(),
  trigger: text.optional()
})
export const profileBody = z.object({ userToken: text.min(1, 'must not be empty') })
export const profileSearchBody = z.object({
  affinity: text.optional(),
  segment: text.optional(),
  beginning: text.optional()
})
export const sourceBody = z.object({ source: text, options: object })
export const platformBody = sourceBody.extend({ streams: z.array(text), syncMode: text })
export const runBody = platformBody.extend({
  from: z
    .object({
      state: z.array(z.unknown()),
      rows: z.record(z.string(), z.number()),
      pages: z.number(),
      calls: z.number(),
      seconds: z.number(),
      legs: z.number()
    })
    .optional()
})

/**
 * Checks a request's body.
 * @throws Refusal that names what is wrong, and no value
 */
export function readBody<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  if (!isObject(body)) throw new Refusal(400, 'The body must be a JSON object.')
  const result = shape.safeParse(body)
  if (result.success) return result.data
  throw new Refusal(400, `The body can't be used: ${issuesOf(result.error, body)}.`)
}
