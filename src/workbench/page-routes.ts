import { defaultValues } from '@segment/actions-core'
import type { JSONObject } from '@segment/actions-core'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { MANAGED_SOURCE, USER_TOKEN } from '../destinations/algolia-personalization/constants'
import { isUserToken } from '../destinations/algolia-personalization/delivery/user-tokens'
import { check, discover, spec, systemEnvironment } from '../sources/algolia-profiles'
import { toPackageError } from '../errors'
import { connectionBody, previewBody, profileBody, readBody, runBody, sendBody, sourceBody } from './bodies'
import { isFromOwnPage } from './guards'
import { type Definition, load } from './host'
import { readPageFiles } from './page-files'
import { mapEvents } from './preview'
import { readProfiles } from './profiles'
import { redactAll } from './redaction'
import { type Sample } from './samples'
import { secretsIn } from './secrets'
import { send } from './send'
import { problemsOf } from './source-problems'
import { catalogOf, firstRows, rowsOfProfile, streamNames } from './source-rows'
import { SourceRun } from './source-run'
import { type Target, withKeptKey } from './target'

/** Options of the source that come from the destination's settings. */
const CONNECTION_OPTIONS = ['appId', 'apiKey', 'region']

export interface PageOptions {
  readonly definition: Definition
  readonly target: Target
  readonly samples: readonly Sample[]
  /** User tokens that the page offers to look up. */
  readonly exampleUserTokens: readonly string[]
  /** Options of a source run that the form is filled in with. */
  readonly runOptions: JSONObject
}

/** The page and what it asks for. Only the page itself is answered: here the kept key is used whatever the target. */
export function pageRoutes(app: FastifyInstance, options: PageOptions): void {
  const { definition, target, samples, exampleUserTokens, runOptions } = options
  const files = readPageFiles()
  const complete = (settings: JSONObject): JSONObject => withKeptKey(settings, target)
  const secretsOf = (settings: JSONObject): string[] => secretsIn(definition, target, settings)
  let run: SourceRun | undefined
  app.addHook('onClose', async () => run?.stop())

  app.addHook('onRequest', async (request, reply) => {
    const { origin, host } = request.headers
    if (!isFromOwnPage(origin, host)) {
      return reply.code(403).send({ ok: false, error: `Only the workbench's own page may do this, and not ${origin}.` })
    }
  })

  app.get('/', (_, reply) => sendFile('index.html', reply))
  app.get<{ Params: { name: string } }>('/page/:name', (request, reply) => sendFile(request.params.name, reply))

  function sendFile(name: string, reply: FastifyReply): unknown {
    const file = files.get(name)
    return file ? reply.type(file.type).send(file.content) : reply.callNotFound()
  }

  app.get('/workbench/context', () => {
    const { kind, appId, region, url } = target
    return {
      target: { kind, appId, region, url },
      definition,
      mappings: Object.fromEntries(
        Object.entries(definition.actions).map(([slug, { fields }]) => [slug, defaultValues(fields)])
      ),
      managedSource: MANAGED_SOURCE,
      samples,
      exampleUserTokens,
      sourceOptions: sourceOptions(),
      streams: streamNames(),
      runOptions
    }
  })

  app.post('/workbench/connection', async (request) => {
    const { settings } = readBody(connectionBody, request.body)
    try {
      await load(definition).destination.testAuthentication(complete(settings))
      return { ok: true }
    } catch (thrown) {
      // The host puts this before every cause, also where it isn't the credentials.
      const cause = (thrown as Error).message.replace(/^Credentials are invalid: +/, '')
      return { ok: false, error: cause }
    }
  })

  app.post('/workbench/preview', (request) => mapEvents(definition, readBody(previewBody, request.body)))

  app.post('/workbench/send', (request) => {
    const { settings, ...delivery } = readBody(sendBody, request.body)
    return send(definition, { ...delivery, settings: complete(settings) }, secretsOf(settings))
  })

  app.post('/workbench/profile', async (request) => {
    const { settings, userToken } = readBody(profileBody, request.body)
    // Algolia would say of it that the mapping is wrong, and there is none here.
    if (!isUserToken(userToken)) return { userToken, invalid: `must be ${USER_TOKEN.rule}` }
    const [found] = await readProfiles(complete(settings), [userToken], secretsOf(settings))
    const profile = found && 'profile' in found ? found.profile : null
    return { ...found, rows: profile === null ? {} : rowsOfProfile(profile) }
  })

  app.post('/workbench/source/check', async (request, reply) => {
    const config = sourceConfig(request.body)
    const invalid = problemsOf(config)
    if (invalid) return { invalid }
    return check(config, systemEnvironment(), whileConnected(reply))
  })
  app.post('/workbench/source/discover', () => discover())
  app.post('/workbench/source/rows', async (request, reply) => {
    const { settings } = readBody(sourceBody, request.body)
    const config = sourceConfig(request.body)
    const invalid = problemsOf(config)
    if (invalid) return { invalid }
    try {
      const rows = await firstRows(config, whileConnected(reply))
      return { rows: redactAll(rows, secretsOf(settings)) }
    } catch (thrown) {
      return { problem: toPackageError(thrown).message }
    }
  })

  app.post('/workbench/run', (request, reply) => {
    const { settings, streams, syncMode, state } = readBody(runBody, request.body)
    if (run?.isRunning) return reply.code(409).send({ ok: false, error: 'A run is under way: stop it first.' })
    const config = sourceConfig(request.body)
    const invalid = problemsOf(config)
    if (invalid) return reply.send({ invalid })
    const input = { config, catalog: catalogOf(streams, syncMode), state }
    run = new SourceRun(input, streams, secretsOf(settings))
    return reply.send(run.progress(0))
  })
  app.post('/workbench/run/stop', async () => {
    await run?.stop()
    return run?.progress(0) ?? null
  })
  app.get<{ Querystring: { fromLine?: string } }>('/workbench/run', (request, reply) => {
    const fromLine = Number(request.query.fromLine ?? 0) || 0
    return reply.send(run?.progress(fromLine) ?? { status: 'none' })
  })

  /** The source takes the destination's settings, and options of its own. */
  function sourceConfig(body: unknown): JSONObject {
    const { settings, options } = readBody(sourceBody, body)
    const { appId, apiKey, region } = complete(settings)
    return { ...options, appId, apiKey, region } as JSONObject
  }
}

/** @returns the source's own options, by their names, as its `spec` describes them. */
function sourceOptions(): Record<string, unknown> {
  const message = spec()
  const described = message.type === 'SPEC' ? message.spec.connectionSpecification.properties : {}
  return Object.fromEntries(Object.entries(described as object).filter(([name]) => !CONNECTION_OPTIONS.includes(name)))
}

/** @returns a signal that aborts when nobody waits for the answer any longer. */
function whileConnected(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(new Error('Nobody waits for the answer any longer.')))
  return gone.signal
}
