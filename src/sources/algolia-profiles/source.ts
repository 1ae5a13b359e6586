import { catalogMessage, selectStreams } from '../../airbyte/catalog'
import { type Config, configSchema, parseConfig, unknownKeysOf } from './config'
import { PERSONALIZATION } from '../../algolia/api/apis'
import type { Connection, ConnectionOptions } from '../../algolia/api/connection'
import type { Environment } from '../../algolia/api/environment'
import { toPackageError } from '../../errors'
import { toTimestamp } from '../../algolia/instants'
import { jsonSchemaOf } from '../../airbyte/json-schema'
import { Mailbox } from '../../airbyte/mailbox'
import type { AirbyteMessage } from '../../airbyte/protocol'
import { pageMessages } from './page-messages'
import { getUsers } from '../../algolia/profiles/users'
import { readPlan } from '../../algolia/profiles/passes'
import { ReadReport } from '../../airbyte/read-report'
import { logMessage } from '../../airbyte/reports'
import { filtersOf, parseStreamState, type Plan, planOf } from '../../algolia/profiles/state'
import { statesByStream } from '../../airbyte/states'
import type { Stream } from './streams'

/** Where the source is documented. */
const DOCUMENTATION_URL = 'https://www.npmjs.com/package/segment-algolia-personalization'

/** `check` gives up sooner than a read, as somebody is waiting for it. Milliseconds. */
const CHECK_PATIENCE = 20_000

/** What somebody who runs it again wants to know. */
const KEPT = ': the state is kept'

/** @returns the SPEC message: what the source has to be told, derived from the configuration's shape. */
export function spec(): AirbyteMessage {
  const schema = jsonSchemaOf(configSchema, 'input')
  return {
    type: 'SPEC',
    spec: {
      documentationUrl: DOCUMENTATION_URL,
      connectionSpecification: { ...schema, title: 'Algolia profiles' },
      supportsIncremental: true,
      protocol_version: '0.3.2'
    }
  }
}

/** @returns the CATALOG message. */
export function discover(): AirbyteMessage {
  return catalogMessage()
}

/** @returns what is odd in a valid configuration, and for that no reason to refuse it */
export function configWarnings(config: unknown): AirbyteMessage[] {
  parseConfig(config)
  const keys = unknownKeysOf(config)
  if (keys.length === 0) return []
  const known = Object.keys(configSchema.shape).join(', ')
  const [what, mean] = keys.length > 1 ? ['keys', 'mean'] : ['key', 'means']
  return [
    logMessage(
      'WARN',
      `The configuration has the ${what} ${keys.join(', ')}, which ${mean} nothing here. It takes: ${known}.`
    )
  ]
}

/** @returns the CONNECTION_STATUS message: whether profiles can be read, and if not, why. */
export async function check(config: unknown, environment: Environment, signal: AbortSignal): Promise<AirbyteMessage> {
  try {
    const { indices = [], affinities = [], ...parsed } = parseConfig(config)
    const { client, close } = await connectTo(parsed, environment, { patience: CHECK_PATIENCE, assurance: '' })
    try {
      const query = { indices, affinities, after: undefined, before: undefined, limit: 1, pageToken: undefined }
      await getUsers(client, query, signal)
    } finally {
      await close()
    }
    return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED' } }
  } catch (thrown) {
    signal.throwIfAborted()
    return failedCheck(thrown)
  }
}

/** @returns the CONNECTION_STATUS message of a check that failed, with the cause. */
export function failedCheck(cause: unknown): AirbyteMessage {
  return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: toPackageError(cause).message } }
}

/** What a read is given, as it stands in the host's files. */
export interface ReadInput {
  readonly config: unknown
  /** A configured catalog. */
  readonly catalog: unknown
  /** The states of an earlier read, if any. */
  readonly state?: unknown
}

/**
 * Reads profiles and hands out messages, a group at a time: for each page its records, then the states that cover them.
 * A group's messages are made as they are taken: go through each group once, and whole, before asking for the next. A
 * consumer that stops asking stops the reading.
 * @throws PackageError when it can't begin, or can't go on: the last group then says INCOMPLETE; on abort the signal's reason
 */
export async function* read(
  input: ReadInput,
  environment: Environment,
  signal: AbortSignal
): AsyncGenerator<Iterable<AirbyteMessage>, void> {
  const config = parseConfig(input.config)
  const selected = selectStreams(input.catalog)
  const filters = filtersOf(config)
  const states = statesByStream(input.state)
  const starts = selected.map(({ stream: { name }, syncMode }) => {
    return { name, syncMode, state: parseStreamState(name, states.get(name), filters) }
  })
  const plan = planOf(starts, filters)

  const { clock, random } = environment
  const streams = selected.map(({ stream }) => stream)
  const report = new ReadReport(
    streams.map(({ name }) => name),
    () => clock.now()
  )
  const mail = new Mailbox<AirbyteMessage>()
  const warn = (warning: string): void => mail.put(logMessage('WARN', warning))
  const { client, close } = await connectTo(config, environment, {
    onRetry: ({ message, internalMessage = message }, pause) => {
      warn(`A call failed (${internalMessage}). Trying again in ${(pause / 1000).toFixed(1)} s.`)
    },
    onLimit: (resumesAt, wait) => report.limited(resumesAt, wait).forEach((message) => mail.put(message))
  })
  plan.warnings.forEach(warn)
  const stop = new AbortController()
  const stopped = AbortSignal.any([signal, stop.signal])
  const pages = readPlan(plan, {
    client,
    clock,
    filters,
    pageSize: config.pageSize,
    concurrency: config.concurrency,
    run: random().toString(36).slice(2),
    signal: stopped,
    onWarning: warn
  })
  try {
    const start = logMessage('INFO', startLine(config, streams, plan))
    yield [...configWarnings(input.config), start, ...report.statuses('STARTED')]
    for (;;) {
      const next = yield* mail.until(pages.next())
      if (next.done) break
      yield [...pageMessages(next.value, streams, Math.floor(clock.now()), report)]
      yield report.progress(client.callsLeft())
      stopped.throwIfAborted()
    }
    yield [...mail.take(), ...report.statuses('COMPLETE'), report.summary(client.counts)]
  } catch (thrown) {
    yield [...mail.take(), ...report.statuses('INCOMPLETE'), report.summary(client.counts)]
    throw thrown
  } finally {
    stop.abort()
    await pages.return()
    await close()
  }
}

function startLine({ appId, region }: Config, streams: readonly Stream[], { resume, after }: Plan): string {
  const names = streams.map(({ name }) => name).join(', ')
  const what = resume
    ? `going on with a pass begun at ${toTimestamp(resume.startedAt)}`
    : after === undefined
      ? 'all profiles'
      : `profiles updated after ${toTimestamp(after)}`
  return `Reading ${names} of the application ${appId} (${region}): ${what}.`
}

/** Loads the HTTP client only when it is needed: `spec` and `discover` answer at once. */
async function connectTo(config: Config, environment: Environment, options: ConnectionOptions): Promise<Connection> {
  const connection = await import('../../algolia/api/connection')
  const { concurrency } = config
  return connection.connect(PERSONALIZATION, config, environment, { concurrency, assurance: KEPT, ...options })
}
