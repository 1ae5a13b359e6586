import { defaultValues, HTTPError } from '@segment/actions-core'
import type { Destination, JSONObject } from '@segment/actions-core'
import { actionBody, audienceBody, deleteBody, dynamicFieldBody, readBody, settingsBody } from './http/bodies'
import { type Handler, Reply, type Routes } from './http/call'
import { type Definition, deliver, fieldErrors, load } from './host'
import { secretsIn } from './secrets'
import { type Target, withKeptKey } from './target'

/** What `GET /manifest` calls the folder of the destination. */
const DIRECTORY_NAME = 'algolia-personalization'

/**
 * The HTTP interface of `serve` of Segment's command line: the same routes, requests, answers and CORS, so that Segment's
 * Actions Tester and the examples of its documentation work here. Where the two differ: each answer lists its own calls
 * only, and a body that makes no sense is refused with 400.
 *
 * The kept key stands in for one that is left out with the local Algolia only: who calls here need not be the page.
 */
export function serveRoutes(definition: Definition, target: Target): Routes {
  const settingsOf = (settings: JSONObject = {}): JSONObject =>
    target.kind === 'local' ? withKeptKey(settings, target) : settings

  const authenticate: Handler = async ({ body }) => {
    const { settings, ...bare } = readBody(settingsBody, body ?? {})
    try {
      await load(definition).destination.testAuthentication(settingsOf(settings ?? (bare as JSONObject)))
      return { ok: true }
    } catch (thrown) {
      return { ok: false, error: (thrown as Error).message, fields: fieldErrors(thrown) ?? {} }
    }
  }
  const remove: Handler = async ({ body }) => {
    const { payload = {}, settings } = readBody(deleteBody, body ?? {})
    const { destination, exchanges } = load(definition)
    try {
      await destination.onDelete?.(payload as never, settingsOf(settings))
      return await exchanges(secretsIn(definition, target, settings))
    } catch (thrown) {
      return [errorOutput(thrown)]
    }
  }
  const audienceCall =
    (operation: AudienceCall): Handler =>
    ({ body }) => {
      const { settings, ...input } = readBody(audienceBody, body ?? {})
      const { destination } = load(definition)
      return orBadRequest(() => destination[operation]({ ...input, settings: settingsOf(settings) } as never))
    }
  const refreshAccessToken: Handler = ({ body }) => {
    const { settings, ...oauth } = readBody(settingsBody, body ?? {})
    const { destination } = load(definition)
    return orBadRequest(async () => {
      return { ok: true, data: await destination.refreshAccessToken(settingsOf(settings), oauth as never) }
    })
  }
  const execute =
    (slug: string, fields: Fields): Handler =>
    async ({ body }) => {
      const { payload = {}, mapping, settings, ...rest } = readBody(actionBody, body ?? {})
      const { destination, exchanges } = load(definition)
      try {
        const fullMapping = { ...defaultValues(fields), ...mapping }
        await deliver(destination, {
          ...rest,
          action: slug,
          payload,
          // As `serve` has it: an action without any mapping gets the event, or the first one, as its payload.
          mapping: Object.keys(fullMapping).length > 0 ? fullMapping : ([payload].flat()[0] ?? {}),
          settings: settingsOf(settings)
        })
        return await exchanges(secretsIn(definition, target, settings))
      } catch (thrown) {
        return [errorOutput(thrown)]
      }
    }
  const dynamicField =
    (slug: string, field: string): Handler =>
    async (call) => {
      const body = readBody(dynamicFieldBody, call.body ?? {})
      const { destination } = load(definition)
      const input = { page: '1', payload: {}, ...body, settings: settingsOf(body.settings) }
      const result = await destination.executeDynamicField(slug, field, input as DynamicFieldInput)
      return 'error' in result && result.error ? new Reply(500, [result.error]) : result
    }

  const { actions, audienceConfig, onDelete } = definition
  const audienceCalls = AUDIENCE_CALLS.filter((operation) => audienceConfig && operation in audienceConfig)
  return {
    'GET /manifest': () => ({ ...definition, directoryName: DIRECTORY_NAME }),
    // Segment's documentation says /authentication with the settings in an object, its code /authenticate with them bare.
    'POST /authenticate': authenticate,
    'POST /authentication': authenticate,
    ...(onDelete && { 'POST /delete': remove }),
    ...Object.fromEntries(audienceCalls.map((operation) => [`POST /${operation}`, audienceCall(operation)])),
    'POST /refreshAccessToken': refreshAccessToken,
    ...Object.fromEntries(
      Object.entries(actions).flatMap(([slug, { fields, dynamicFields = {} }]): [string, Handler][] => [
        [`POST /${slug}`, execute(slug, fields)],
        ...Object.keys(dynamicFields).map((field): [string, Handler] => [
          `POST /${slug}/${field}`,
          dynamicField(slug, field)
        ])
      ])
    )
  }
}

const AUDIENCE_CALLS = ['createAudience', 'getAudience'] as const
type AudienceCall = (typeof AUDIENCE_CALLS)[number]
type Fields = Definition['actions'][string]['fields']
type DynamicFieldInput = Parameters<Destination<JSONObject>['executeDynamicField']>[2]

/** @returns what the call gives, or, when it fails, the answer that `serve` gives then. */
async function orBadRequest(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await call()
  } catch (thrown) {
    return new Reply(400, { ok: false, error: (thrown as Error).message })
  }
}

/** A failure in place of the calls, in the shape that `serve` gives. */
function errorOutput(thrown: unknown): object {
  const { status, message, stack } = thrown as Error & { status?: number }
  const output = { statusCode: status ?? 500, message, stack: stack?.split('\n'), requestError: true }
  if (thrown instanceof HTTPError) {
    const { status: answered, data, content } = thrown.response as HTTPError['response'] & Answered
    return { ...output, statusCode: answered, message: data ?? content }
  }
  return { ...output, fields: fieldErrors(thrown) }
}

interface Answered {
  data?: unknown
  content?: string
}
