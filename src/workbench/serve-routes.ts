import { defaultValues, HTTPError } from '@segment/actions-core'
import type { Destination, JSONObject } from '@segment/actions-core'
import type { FastifyInstance } from 'fastify'
import { actionBody, audienceBody, deleteBody, dynamicFieldBody, readBody, settingsBody } from './bodies'
import { isFromActionsTester } from './guards'
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
export function serveRoutes(app: FastifyInstance, definition: Definition, target: Target): void {
  const settingsOf = (settings: JSONObject = {}): JSONObject =>
    target.kind === 'local' ? withKeptKey(settings, target) : settings

  app.addHook('onRequest', (request, reply, next) => {
    const { origin } = request.headers
    reply.header('vary', 'Origin')
    if (origin !== undefined && isFromActionsTester(origin)) reply.header('access-control-allow-origin', origin)
    next()
  })
  app.options('*', (request, reply) => {
    reply.header('access-control-allow-methods', 'GET,HEAD,PUT,PATCH,POST,DELETE')
    reply.header('vary', 'Origin, Access-Control-Request-Headers')
    const asked = request.headers['access-control-request-headers']
    if (asked !== undefined) reply.header('access-control-allow-headers', asked)
    return reply.code(204).send()
  })

  app.get('/manifest', () => ({ ...definition, directoryName: DIRECTORY_NAME }))

  // Segment's documentation says /authentication with the settings in an object, its code /authenticate with them bare.
  for (const path of ['/authenticate', '/authentication']) {
    app.post(path, async (request) => {
      const { settings, ...bare } = readBody(settingsBody, request.body ?? {})
      try {
        await load(definition).destination.testAuthentication(settingsOf(settings ?? (bare as JSONObject)))
        return { ok: true }
      } catch (thrown) {
        return { ok: false, error: (thrown as Error).message, fields: fieldErrors(thrown) ?? {} }
      }
    })
  }

  if (definition.onDelete) {
    app.post('/delete', async (request) => {
      const { payload = {}, settings } = readBody(deleteBody, request.body ?? {})
      const { destination, exchanges } = load(definition)
      try {
        await destination.onDelete?.(payload as never, settingsOf(settings))
        return await exchanges(secretsIn(definition, target, settings))
      } catch (thrown) {
        return [errorOutput(thrown)]
      }
    })
  }

  for (const operation of ['createAudience', 'getAudience'] as const) {
    if (!definition.audienceConfig || !(operation in definition.audienceConfig)) continue
    app.post(`/${operation}`, async (request, reply) => {
      const { settings, ...input } = readBody(audienceBody, request.body ?? {})
      const { destination } = load(definition)
      return orBadRequest(reply, () => destination[operation]({ ...input, settings: settingsOf(settings) } as never))
    })
  }

  app.post('/refreshAccessToken', async (request, reply) => {
    const { settings, ...oauth } = readBody(settingsBody, request.body ?? {})
    const { destination } = load(definition)
    return orBadRequest(reply, async () => {
      return { ok: true, data: await destination.refreshAccessToken(settingsOf(settings), oauth as never) }
    })
  })

  for (const [slug, action] of Object.entries(definition.actions)) {
    app.post(`/${slug}`, async (request) => {
      const { payload = {}, mapping, settings, ...rest } = readBody(actionBody, request.body ?? {})
      const { destination, exchanges } = load(definition)
      try {
        const fullMapping = { ...defaultValues(action.fields), ...mapping }
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
    })

    for (const field of Object.keys(action.dynamicFields ?? {})) {
      app.post(`/${slug}/${field}`, async (request, reply) => {
        const body = readBody(dynamicFieldBody, request.body ?? {})
        const { destination } = load(definition)
        const input = { page: '1', payload: {}, ...body, settings: settingsOf(body.settings) }
        const result = await destination.executeDynamicField(slug, field, input as DynamicFieldInput)
        return 'error' in result && result.error ? reply.code(500).send([result.error]) : result
      })
    }
  }
}

type DynamicFieldInput = Parameters<Destination<JSONObject>['executeDynamicField']>[2]

/** @returns what the call gives, or, when it fails, the answer that `serve` gives then. */
async function orBadRequest(reply: { code: (status: number) => unknown }, call: () => Promise<unknown>) {
  try {
    return await call()
  } catch (thrown) {
    reply.code(400)
    return { ok: false, error: (thrown as Error).message }
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
