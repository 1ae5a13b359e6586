import { configError } from '../errors'
import { withoutNulls } from '../input/json-file'
import { stateInputSchema } from './protocol'
import { issuesOf } from '../input/schema-issues'
import type { Stream } from './stream'

const UNREADABLE =
  "Pass, as a list, each stream's last STATE message, or what stands as `state` in it, or reset the state in your host to read everything anew."

/**
 * Finds the states of the streams in what a host passes in: a list of STREAM states, a GLOBAL one, or, from older hosts,
 * an object with a state for each stream's name, bare or as LEGACY `data`. By hand, whole STATE messages are what is there.
 * A list in which an entry holds no state, or of which no stream is this source's, is garbage: to read everything anew for it
 * would look like a success.
 * @param streams what the source offers
 * @param input the content of the state file; nothing, null, an empty list and an empty object hold no state
 * @returns the state of each stream, not yet checked, by the stream's name
 * @throws PackageError (`config`) when it can't be understood
 */
export function statesByStream(streams: readonly Stream[], input: unknown): ReadonlyMap<string, unknown> {
  const states = new Map<string, unknown>()
  const isOffered = (stream: string): boolean => streams.some(({ name }) => name === stream)
  if (input === undefined || input === null) return states
  const list = ((Array.isArray(input) ? input : [input]) as unknown[]).map((entry) => withoutNulls(stateOf(entry)))
  const result = stateInputSchema.safeParse(list)
  if (!result.success) throw configError(`The state can't be read: ${issuesOf(result.error, list)}. ${UNREADABLE}`)
  for (const state of result.data) {
    const { stream, global, data, type, ...bare } = state
    if (stream) states.set(stream.stream_descriptor.name, stream.stream_state)
    for (const { stream_descriptor, stream_state } of global?.stream_states ?? []) {
      states.set(stream_descriptor.name, stream_state)
    }
    const legacy = data ?? (stream || global || type ? {} : bare)
    const holdsNone = stream === undefined && global === undefined && data === undefined
    if (holdsNone && (type !== undefined || Array.isArray(input)) && Object.keys(legacy).length === 0) {
      throw configError(`The state can't be read: an entry of it holds no state. ${UNREADABLE}`)
    }
    for (const [name, blob] of Object.entries(legacy)) {
      if (!isOffered(name)) {
        throw configError(`The state can't be read: it names ${name}, which is no stream of this source. ${UNREADABLE}`)
      }
      states.set(name, blob)
    }
  }
  const names = [...states.keys()]
  if (names.length > 0 && !names.some(isOffered)) {
    throw configError(`The state can't be read: of ${names.join(', ')}, none is a stream of this source. ${UNREADABLE}`)
  }
  return states
}

function stateOf(entry: unknown): unknown {
  const message = entry as { type?: unknown; state?: unknown } | null
  return message?.type === 'STATE' ? message.state : entry
}
