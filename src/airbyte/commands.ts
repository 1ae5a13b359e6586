import { toPackageError } from '../errors'
import { catalogMessage, selectStreams } from './catalog'
import { parseConfiguration, unknownKeysOf } from './configuration'
import { jsonSchemaOf } from './json-schema'
import { Outbox } from './outbox'
import type { AirbyteMessage } from './protocol'
import { ReadReport } from './read-report'
import { logMessage } from './reports'
import type { Batch, CallCounts, ReadHost, Source, World } from './source'
import { statesByStream } from './states'
import type { Stream } from './stream'

/** What a read is given, as it stands in the host's files. */
export interface ReadInput {
  readonly config: unknown
  /** A configured catalog. */
  readonly catalog: unknown
  /** The states of an earlier read, if any. */
  readonly state?: unknown
}

/** What a host can ask of a source. */
export interface Commands<Config, Environment> {
  /** @returns the SPEC message: what the source has to be told */
  readonly spec: () => AirbyteMessage
  /** @returns the CATALOG message */
  readonly discover: () => AirbyteMessage
  /** @returns the CONNECTION_STATUS message: whether anything can be read, and if not, why */
  readonly check: (config: unknown, environment: Environment, signal: AbortSignal) => Promise<AirbyteMessage>
  /**
   * Reads, and hands out messages, a group at a time: for each batch its records, then the states that cover them. What is
   * left of a group comes with the next. A consumer that stops asking stops the reading.
   * @param longestSilence after so many milliseconds in which there is nothing to say, there is a sign of life
   * @throws PackageError when it can't begin, or can't go on: the last group then says INCOMPLETE; on abort the signal's
   * reason
   */
  readonly read: (
    input: ReadInput,
    environment: Environment,
    signal: AbortSignal,
    longestSilence?: number
  ) => AsyncGenerator<Iterable<AirbyteMessage>, void>
  /** @throws PackageError (`config`) that names each bad key and what it must be; values are never repeated */
  readonly parseConfig: (input: unknown) => Config
  /** @returns what is odd in a valid configuration, and for that no reason to refuse it */
  readonly configWarnings: (input: unknown) => AirbyteMessage[]
}

/** @returns the commands of a source. */
export function commandsOf<Config, Of extends Stream, Environment extends World>(
  source: Source<Config, Of, Environment>
): Commands<Config, Environment> {
  const parseConfig = (input: unknown): Config => parseConfiguration<Config>(source.config, input)

  const configWarnings = (input: unknown): AirbyteMessage[] => {
    parseConfig(input)
    const keys = unknownKeysOf(source.config, input)
    if (keys.length === 0) return []
    const [what, mean] = keys.length > 1 ? ['keys', 'mean'] : ['key', 'means']
    const known = Object.keys(source.config.shape).join(', ')
    const warning = `The configuration has the ${what} ${keys.join(', ')}, which ${mean} nothing here. It takes: ${known}.`
    return [logMessage('WARN', warning)]
  }

  return {
    parseConfig,
    configWarnings,

    spec: () => ({
      type: 'SPEC',
      spec: {
        ...(source.documentationUrl !== undefined && { documentationUrl: source.documentationUrl }),
        connectionSpecification: { ...jsonSchemaOf(source.config, 'input'), title: source.title },
        supportsIncremental: true,
        protocol_version: '0.3.2'
      }
    }),

    discover: () => catalogMessage(source.streams),

    async check(config, environment, signal) {
      try {
        const message = await source.check(parseConfig(config), environment, signal)
        const said = message === undefined ? {} : { message }
        return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'SUCCEEDED', ...said } }
      } catch (thrown) {
        signal.throwIfAborted()
        return failedCheck(thrown)
      }
    },

    async *read(input, environment, signal, longestSilence = Infinity) {
      const config = parseConfig(input.config)
      const selected = selectStreams(source.streams, input.catalog)
      const states = statesByStream(source.streams, input.state)
      const now = (): number => environment.clock.now()
      const report = new ReadReport(
        selected.map(({ stream }) => stream.name),
        source.item,
        now
      )
      const outbox = new Outbox()
      let counts: CallCounts | undefined
      let callsLeft: () => number | undefined = () => undefined
      const host: ReadHost = {
        begin: (start) => {
          ;({ counts, callsLeft } = start)
          outbox.put([...configWarnings(input.config), logMessage('INFO', start.what), ...report.statuses('STARTED')])
        },
        warn: (warning) => outbox.put([logMessage('WARN', warning)]),
        retrying: ({ message, internalMessage = message }, pause) =>
          host.warn(`A call failed (${internalMessage}). Trying again in ${(pause / 1000).toFixed(1)} s.`),
        limited: (resumesAt, wait) => outbox.put(report.limited(source.from, resumesAt, wait))
      }
      const stop = new AbortController()
      const stopped = AbortSignal.any([signal, stop.signal])
      const batches = source.read({ config, selected, states }, host, environment, stopped)
      const stillWaiting = logMessage('DEBUG', `Still waiting for ${source.from}.`)
      try {
        for (;;) {
          const next = yield* outbox.until(batches.next(), longestSilence, stillWaiting)
          if (next.done) break
          outbox.put(messagesOf(next.value, report, Math.floor(now())))
          yield outbox.handOut()
          outbox.throwIfFailed()
          outbox.put(report.progress(callsLeft()))
          stopped.throwIfAborted()
        }
        outbox.throwIfFailed()
        if (counts !== undefined) outbox.put([...report.statuses('COMPLETE'), report.summary(counts)])
        yield outbox.handOut()
      } catch (thrown) {
        // What was wrong before the read began is told by the error alone.
        if (counts !== undefined) outbox.put([...report.statuses('INCOMPLETE'), report.summary(counts)])
        yield outbox.handOut()
        throw thrown
      } finally {
        stop.abort()
        await batches.return()
      }
    }
  }
}

/** @returns the CONNECTION_STATUS message of a check that failed, with the cause. */
export function failedCheck(cause: unknown): AirbyteMessage {
  return { type: 'CONNECTION_STATUS', connectionStatus: { status: 'FAILED', message: toPackageError(cause).message } }
}

/** Makes the messages of a batch: its records, one by one as they are taken, and then the states that cover them. */
function* messagesOf({ rows, states }: Batch, report: ReadReport, emittedAt: number): Generator<AirbyteMessage, void> {
  yield* report.batch()
  const counts = new Map(states.map(({ stream }) => [stream, { records: 0, rejected: 0 }]))
  let items = 0
  try {
    for (const rowsOfItem of rows) {
      items += 1
      for (const row of rowsOfItem) {
        if ('problem' in row) {
          const count = counts.get(row.rejectedFrom ?? '')
          if (count !== undefined) count.rejected += 1
          yield* report.problem(row)
          continue
        }
        const { stream, data, changes } = row
        const count = counts.get(stream)
        if (count !== undefined) count.records += 1
        const record = { stream, data, emitted_at: emittedAt }
        yield {
          type: 'RECORD',
          record: changes === undefined ? record : { ...record, meta: { changes: [...changes] } }
        }
      }
    }
  } finally {
    report.taken(items, counts)
  }
  for (const { stream, state } of states) {
    const { records = 0, rejected = 0 } = counts.get(stream) ?? {}
    yield {
      type: 'STATE',
      state: {
        type: 'STREAM',
        stream: { stream_descriptor: { name: stream }, stream_state: state },
        sourceStats: {
          recordCount: records,
          ...(rejected > 0 && { rejectedRecordCount: rejected })
        }
      }
    }
  }
}
