import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { isFromActionsTester, isFromOwnPage, namesThisMachine, SECURITY_HEADERS } from './guards'
import { pageRoutes, type PageOptions } from './page-routes'
import { redactValues } from './redaction'
import { secretsIn } from './secrets'
import { serveRoutes } from './serve-routes'

/** Bytes of a request's body: some thousand events. */
const BODY_LIMIT = 1_048_576

/** What is said of failures that Fastify finds before a route is asked. */
const UNREADABLE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty, although the header says that it is JSON.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The body must be JSON, with the header Content-Type: application/json.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as the header Content-Length says.'
}

/** Builds the server: what every request has to pass, the routes, and what is answered when something fails. */
export function buildServer(options: PageOptions): FastifyInstance {
  const { definition, target } = options
  const app = fastify({ bodyLimit: BODY_LIMIT, forceCloseConnections: true })
  // JSON only: a page of another origin can send that across origins only after it has asked, and it asks in vain.
  app.removeContentTypeParser('text/plain')

  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers
    void reply.headers(SECURITY_HEADERS)
    if (!namesThisMachine(host)) {
      return reply.code(403).send({ ok: false, error: 'Open the workbench as http://127.0.0.1 or http://localhost.' })
    }
    if (request.method !== 'OPTIONS' && !isFromOwnPage(origin, host) && !isFromActionsTester(origin)) {
      return reply.code(403).send({ ok: false, error: `Pages of ${origin} may not use the workbench.` })
    }
  })

  // The last gate: whatever a route answers, secrets don't leave with it.
  app.addHook('preSerialization', async (request, _reply, answer) => {
    const body = (request.body ?? {}) as { settings?: unknown }
    const secrets = [body, body.settings].flatMap((settings) => secretsIn(definition, target, settings))
    return redactValues(answer, secrets)
  })

  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const unreadable = UNREADABLE[error.code]
    if (unreadable !== undefined) return reply.code(400).send({ ok: false, error: unreadable })
    const status = error.statusCode ?? 500
    return reply.code(status).send({ ok: false, error: error.message })
  })
  app.setNotFoundHandler((request, reply) => {
    return reply.code(404).send({ ok: false, error: `There is nothing at ${request.method} ${request.url}.` })
  })

  void app.register((scope, _, done) => {
    serveRoutes(scope, definition, target)
    done()
  })
  void app.register((scope, _, done) => {
    pageRoutes(scope, options)
    done()
  })
  return app
}
