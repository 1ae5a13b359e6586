import type { JSONObject, SegmentEvent } from '@segment/actions-core'
import type { LocalAlgolia } from '../local/algolia'
import { deliver } from './delivery'
import { isReranked, saveRule, type Search, searchAs } from './search'

const CONTEXT = 'loyalty_tier__gold'
const CATEGORIES = ['Coffee machines', 'Kettles']

/** A shopper's searches before and after a trait of theirs has become a rule context. */
export interface TraitStory {
  readonly userToken: string
  readonly before: Search
  readonly after: Search
  readonly isRight: boolean
}

/** A shopper is identified with a trait, which becomes a profile segment, a rule context, and an order of hits. */
export async function identifyAsGold(
  algolia: LocalAlgolia,
  userToken: string,
  settings: JSONObject
): Promise<TraitStory> {
  await saveRule(algolia, CONTEXT, CATEGORIES)
  const before = await searchAs(algolia, userToken)
  const identify: SegmentEvent = {
    type: 'identify',
    messageId: `identify-${userToken}`,
    timestamp: new Date().toISOString(),
    anonymousId: userToken,
    traits: { loyalty_tier: 'gold' }
  }
  const mapping = { traits: { loyalty_tier: { '@path': '$.traits.loyalty_tier' } } }
  const delivered = await deliver('syncTraits', [identify], settings, { mapping })
  const after = await searchAs(algolia, userToken)
  const isRight = delivered === 1 && after.ruleContexts.includes(CONTEXT) && isReranked(before, after, CATEGORIES)
  return { userToken, before, after, isRight }
}
