import type { JSONObject } from '@segment/actions-core'
import { z } from 'zod'
import { issuesOf } from '../input/schema-issues'

/** A request that can't be understood: answered with 400, and this message. */
export class BadRequest extends Error {
  readonly statusCode = 400
}

const object = z.custom<JSONObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object'
)
const events = z.custom<JSONObject | JSONObject[]>(
  (value) => (Array.isArray(value) ? value : [value]).every((event) => object.safeParse(event).success),
  'must be an event, which is an object, or a list of events'
)
const userToken = z.string('must be a text').min(1, 'must not be empty')

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
export const connectionBody = z.object({ settings: object })
export const previewBody = z.object({ action: z.string(), mapping: object, payload: events })
export const sendBody = previewBody.extend({ settings: object })
export const profileBody = z.object({ settings: object, userToken })
export const sourceBody = z.object({ settings: object, options: object })
export const runBody = sourceBody.extend({
  streams: z.array(z.string()),
  syncMode: z.string(),
  state: z.array(z.unknown()).optional()
})

/**
 * Checks a request's body.
 * @throws BadRequest that names what is wrong, and no value
 */
export function readBody<Shape extends z.ZodType>(shape: Shape, body: unknown): z.output<Shape> {
  if (!object.safeParse(body).success) throw new BadRequest('The body must be a JSON object.')
  const result = shape.safeParse(body)
  if (result.success) return result.data
  throw new BadRequest(`The body can't be used: ${issuesOf(result.error, body)}.`)
}
