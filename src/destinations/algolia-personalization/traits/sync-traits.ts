import { isFailure } from '../delivery/outcomes'
import type { Outcome } from '../delivery/outcomes'
import { refusal, timeOf } from '../delivery/plan'
import type { Action, Change, PlanContext } from '../delivery/plan'
import { userTokensOf } from '../delivery/user-tokens'
import type { WhoPayload } from '../delivery/user-tokens'
import { traitPrefix, traitSegmentId, withTrait } from './trait-segments'
import { valuesOf } from './values'

/** The part of the payload that says what to do. */
export interface TraitsPayload extends WhoPayload {
  traits?: Record<string, unknown>
  createProfiles?: boolean
  timestamp?: string
}

/** That a trait has these values and no others. */
export interface TraitChange extends Change {
  /** What the ids of its segments begin with. */
  prefix: string
  profileSegmentIds: string[]
}

/** Most traits in one event; those that are null count as well. */
const MAX_TRAITS = 20

/** Which values a user's traits have, after these events. */
export const syncTraitsAction: Action<TraitsPayload, TraitChange> = {
  plan(events, context) {
    const outcomes: (Outcome | undefined)[] = []
    const changes: TraitChange[] = []
    events.forEach(({ payload }, index) => {
      const planned = changesOf(payload, index, context)
      outcomes[index] = planned.outcome
      changes.push(...planned.changes)
    })
    return { outcomes, changes }
  },
  apply: (current, { prefix, profileSegmentIds }) => withTrait(current, prefix, profileSegmentIds)
}

/** How the changes of a trait are told from all others of a user. */
export function traitKey(prefix: string): string {
  return `trait ${prefix}`
}

function changesOf(
  payload: TraitsPayload,
  index: number,
  { now }: PlanContext
): { outcome?: Outcome; changes: TraitChange[] } {
  const traits = Object.entries(payload.traits ?? {})
  if (traits.length === 0) return { outcome: { status: 200, result: 'profile unchanged' }, changes: [] }
  if (traits.length > MAX_TRAITS) {
    return { outcome: refusal(`it has ${traits.length} traits, and at most ${MAX_TRAITS} are taken.`), changes: [] }
  }
  const who = userTokensOf(payload)
  if (isFailure(who)) return { outcome: who, changes: [] }

  const refused: string[] = []
  const changes = traits.flatMap(([name, value]): TraitChange[] => {
    const values = valuesOf(value)
    if ('refused' in values) {
      refused.push(`${JSON.stringify(name.slice(0, 60))} (${values.refused})`)
      return []
    }
    const prefix = traitPrefix(name)
    const common = {
      index,
      key: traitKey(prefix),
      time: timeOf(payload.timestamp, now),
      createProfile: payload.createProfiles !== false,
      prefix,
      profileSegmentIds: values.map((text) => traitSegmentId(prefix, text))
    }
    return who.tokens.map((token) => ({ ...common, ...token }))
  })
  if (refused.length === 0) return { outcome: who.refusal, changes }
  const others = changes.length > 0 ? ' The other traits were updated.' : ''
  return { outcome: who.refusal ?? refusal(`these traits can't be taken: ${refused.join(', ')}.${others}`), changes }
}
