import type { PackageError } from '../errors'
import type { AirbyteMessage, LogLevel, StreamStatus } from './protocol'

/** @returns a LOG message. */
export function logMessage(level: LogLevel, message: string): AirbyteMessage {
  return { type: 'LOG', log: { level, message } }
}

/**
 * @param emittedAt Unix milliseconds
 * @param quotaReset while calls have to wait: when they go on, Unix milliseconds
 * @returns a TRACE message that tells the platform how a stream fares
 */
export function statusMessage(
  stream: string,
  status: StreamStatus,
  emittedAt: number,
  quotaReset?: number
): AirbyteMessage {
  const reasons =
    quotaReset === undefined
      ? {}
      : { reasons: [{ type: 'RATE_LIMITED' as const, rate_limited: { quota_reset: Math.ceil(quotaReset) } }] }
  return {
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: emittedAt,
      stream_status: { stream_descriptor: { name: stream }, status, ...reasons }
    }
  }
}

/** @returns a TRACE message with the error that ended a command. */
export function errorMessage({ message, internalMessage, kind }: PackageError, emittedAt: number): AirbyteMessage {
  const internal = internalMessage === undefined ? {} : { internal_message: internalMessage }
  const error = { message, ...internal, failure_type: `${kind}_error` as const }
  return { type: 'TRACE', trace: { type: 'ERROR', emitted_at: emittedAt, error } }
}
