import type { Event } from './destination'

/** What the benchmarks take their figures from: plain JavaScript, typed here as far as it is tested. */

export interface Figure {
  id: string
  what: string
  samples: number[]
  unit?: string
  ratios?: number[]
  beside: string
  goal?: { atMost: number } | { atLeast: number }
  higherIsBetter?: boolean
}

export interface Reference {
  ratio: number
  allowance: number
}

export interface MembershipChange {
  userToken: string
  audience: string
  entered: boolean
}

export const { findings, meetsGoal, referenceOf } = jest.requireActual<{
  findings: (figures: Figure[], references: Record<string, Reference>) => string[]
  meetsGoal: (figure: Figure) => boolean
  referenceOf: (figure: Figure, former?: Reference) => Reference | undefined
}>('../../bench/check.js')

export const { batchesOf, leastCalls, membershipChanges } = jest.requireActual<{
  batchesOf: <Item>(items: Item[], size: number) => Item[][]
  leastCalls: (batches: MembershipChange[][]) => number
  membershipChanges: (
    pattern: 'changing' | 'unchanging' | 'churning',
    userTokens: string[],
    count: number
  ) => MembershipChange[]
}>('../../bench/audience-events.js')

export interface Identify {
  userToken: string
  tier: string
}

export const { identifies, identifyEvent, leastTraitCalls, TRAIT } = jest.requireActual<{
  identifies: (userTokens: string[], count: number) => Identify[]
  identifyEvent: (identify: Identify, index: number) => Event
  leastTraitCalls: (batches: Identify[][]) => number
  TRAIT: string
}>('../../bench/trait-events.js')
