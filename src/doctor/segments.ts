import { grouped } from '../report/words'
import { type Finding, green, skipped, yellow } from './check'

/** A profile, as far as it matters here. */
export interface SampledProfile {
  readonly userToken: string
  readonly hasAffinities: boolean
  /** Ids of managed segments; undefined where the list doesn't show segments. */
  readonly managed: readonly string[] | undefined
}

/** Fewer managed segments than this tell nothing. */
const ENOUGH = 20

const RULE_CONTEXT = /^[A-Za-z0-9_-]+$/

/** @returns a listed profile, or undefined where it can't be read as one */
export function sampledProfile(json: unknown): SampledProfile | undefined {
  const { userID, affinities, segments } = Object(json) as Record<string, unknown>
  if (typeof userID !== 'string') return undefined
  return {
    userToken: userID,
    hasAffinities: Array.isArray(affinities) && affinities.length > 0,
    managed: Array.isArray(segments)
      ? segments.flatMap((entry) => {
          const { id, source } = Object(entry) as { id?: unknown; source?: unknown }
          return source === 'segment' && typeof id === 'string' ? [id] : []
        })
      : undefined
  }
}

/** Whether managed segments sit where searches look for them, and can be used by a rule. */
export function checkSegments(profiles: readonly SampledProfile[]): Finding {
  if (profiles.length === 0) return skipped('There are no profiles of the last 120 days to look at.')
  if (profiles.every(({ managed }) => managed === undefined)) {
    return skipped(
      `None of ${grouped(profiles.length)} listed profiles shows segments: there are none, or lists leave them out.`,
      'Look at one profile by itself, in the workbench.'
    )
  }
  const managed = profiles.flatMap(({ managed = [], hasAffinities }) => managed.map((id) => ({ id, hasAffinities })))
  const unusable = [...new Set(managed.map(({ id }) => id))].filter((id) => !RULE_CONTEXT.test(id))
  const alone = managed.filter(({ hasAffinities }) => !hasAffinities).length
  if (managed.length >= ENOUGH && alone > managed.length / 2) {
    return yellow(
      `${alone} of ${managed.length} managed segments sit on profiles without affinities: no event of such a user ever came, so their searches most likely send another token.`,
      'See which token your site sends, and map User Token of the destination to it.'
    )
  }
  if (unusable.length > 0) {
    return yellow(
      `These segment IDs can't be rule contexts: ${unusable
        .slice(0, 5)
        .map((id) => JSON.stringify(id))
        .join(', ')}.`,
      'Only letters, digits, - and _ may stand in a rule context: give the audience another ID, or make contexts with the /contexts module, which makes them safe.'
    )
  }
  if (managed.length === 0) return green(`No managed segments yet on ${grouped(profiles.length)} profiles.`)
  return green(`${grouped(managed.length)} managed segments on ${grouped(profiles.length)} profiles.`)
}
