import type { AirbyteMessage } from './messages'
import { pathOf, type Problem, readProfile } from './profile'
import type { Stream } from './streams'

/** The records of a page of profiles. */
export interface PageRecords {
  readonly messages: readonly AirbyteMessage[]
  /** How many there are of each stream, in the order of the streams. */
  readonly counts: readonly number[]
  /** Profiles that can't be handed on at all. */
  readonly rejected: number
  /** What is wrong with which profile, a line each. */
  readonly problems: readonly string[]
}

/**
 * Makes the records of all streams from a page of profiles.
 * @param emittedAt Unix milliseconds
 */
export function recordsOf(profiles: readonly unknown[], streams: readonly Stream[], emittedAt: number): PageRecords {
  const messages: AirbyteMessage[] = []
  const counts = streams.map(() => 0)
  const problems: string[] = []
  let rejected = 0
  profiles.forEach((input, position) => {
    const profile = readProfile(input)
    if (!('userToken' in profile)) {
      rejected += 1
      problems.push(`Profile ${position + 1} of a page of ${profiles.length} is rejected: ${described(profile)}.`)
      return
    }
    for (const problem of profile.problems) {
      problems.push(`A part of the profile ${profile.userToken} is left out: ${described(problem)}.`)
    }
    streams.forEach(({ name, rowsOf }, index) => {
      for (const { data, changes } of rowsOf(profile)) {
        const meta = changes.length > 0 ? { meta: { changes: [...changes] } } : {}
        messages.push({ type: 'RECORD', record: { stream: name, data, emitted_at: emittedAt, ...meta } })
        counts[index] = (counts[index] ?? 0) + 1
      }
    })
  })
  return { messages, counts, rejected, problems }
}

function described(problem: Problem): string {
  return `${pathOf(problem)}: ${problem.reason}`
}
