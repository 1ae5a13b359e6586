import type { AirbyteMessage } from './messages'
import type { ReadPage } from './passes'
import { readProfile } from './profile'
import type { ReadReport } from './read-report'
import { writeStreamState } from './state'
import type { Stream } from './streams'

/**
 * Makes the messages of a page: for each profile its records in all streams, and then, for each stream, the state that
 * covers them. They are made one by one, as they are taken, so that no more than one lies in memory.
 *
 * Where the page turns out to be broken, its messages end there, without a state.
 * @param emittedAt Unix milliseconds
 * @param onBroken told of the page being broken
 */
export function* pageMessages(
  { profiles, state }: ReadPage,
  streams: readonly Stream[],
  emittedAt: number,
  report: ReadReport,
  onBroken: (error: unknown) => void
): Generator<AirbyteMessage, void> {
  yield* report.page()
  const counts = streams.map(() => 0)
  let position = 0
  try {
    for (; position < profiles.length; position += 1) {
      const profile = readProfile(profiles.at(position))
      if (!('userToken' in profile)) {
        yield* report.rejected(profile, position, profiles.length)
        continue
      }
      if (profile.problems.length > 0) yield* report.incomplete(profile)
      for (let index = 0; index < streams.length; index += 1) {
        const { name, rowsOf } = streams[index] as Stream
        for (const { data, changes } of rowsOf(profile)) {
          const record = { stream: name, data, emitted_at: emittedAt }
          yield {
            type: 'RECORD',
            record: changes.length === 0 ? record : { ...record, meta: { changes: [...changes] } }
          }
          counts[index] = (counts[index] ?? 0) + 1
        }
      }
    }
  } catch (thrown) {
    onBroken(thrown)
    return
  } finally {
    report.taken(position, counts)
  }
  const streamState = writeStreamState(state)
  for (const [index, { name }] of streams.entries()) {
    const stream = { stream_descriptor: { name }, stream_state: streamState }
    yield { type: 'STATE', state: { type: 'STREAM', stream, sourceStats: { recordCount: counts[index] ?? 0 } } }
  }
}
