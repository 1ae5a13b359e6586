import type { AirbyteMessage } from '../../airbyte/protocol'
import type { ReadPage } from '../../algolia/profiles/passes'
import { readProfile } from '../../algolia/profiles/profile'
import type { ReadReport } from '../../airbyte/read-report'
import { writeStreamState } from '../../algolia/profiles/state'
import type { Stream } from './streams'

/**
 * Makes the messages of a page: for each profile its records in all streams, and then, for each stream, the state that
 * covers them. They are made one by one, as they are taken, so that no more than one lies in memory.
 *
 * @param emittedAt Unix milliseconds
 */
export function* pageMessages(
  { profiles, state }: ReadPage,
  streams: readonly Stream[],
  emittedAt: number,
  report: ReadReport
): Generator<AirbyteMessage, void> {
  yield* report.page()
  const counts = streams.map(() => 0)
  let position = 0
  let rejected = 0
  let previous: string | undefined
  for (; position < profiles.length; position += 1) {
    const profile = readProfile(profiles[position])
    if (!('userToken' in profile)) {
      rejected += 1
      yield* report.rejected(profile, position, profiles.length, previous)
      continue
    }
    previous = profile.userToken
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
  report.taken(position, counts)
  const streamState = writeStreamState(state)
  for (const [index, { name }] of streams.entries()) {
    const stream = { stream_descriptor: { name }, stream_state: streamState }
    // How many rows of the other streams a rejected profile would have given isn't known.
    const rejections = rejected > 0 && name === 'profiles' && { rejectedRecordCount: rejected }
    const sourceStats = { recordCount: counts[index] ?? 0, ...rejections }
    yield { type: 'STATE', state: { type: 'STREAM', stream, sourceStats } }
  }
}
