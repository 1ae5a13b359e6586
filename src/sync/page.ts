import { pathOf, type Problem, type ReadProfile, readProfile } from '../algolia/profiles/profile'
import { type Delivery, deliveryOf, type DeliveryRules, TooLarge } from './calls'
import { cannotTell, changesSide, type Side, type SideOf } from './identity'
import type { Known } from './seen-store'

/** What a page of profiles comes to. */
export interface PagePlan {
  readonly deliveries: readonly Delivery[]
  /** Those of which Segment has all, though it is kept in a former way: nothing is to be sent. */
  readonly takenOver: readonly Delivery[]
  /** Profiles of which Segment has all that they mean. */
  readonly known: number
  /** Profiles that can't be handed on at all. */
  readonly rejected: number
  /** What is wrong with which profile, a line each. */
  readonly problems: readonly string[]
}

export interface PageRules extends DeliveryRules {
  readonly sideOf: SideOf
  /** What a token was sent as whose side isn't kept, as far as that is known. */
  readonly formerSideOf: (userToken: string) => Side | undefined
  readonly stateFile: string
}

/** A page's profiles, checked, in their order: those without a user token as the problem that they are. */
export function readPage(profiles: Iterable<unknown>): (ReadProfile | Problem)[] {
  return Array.from(profiles, (profile) => readProfile(profile))
}

/** @returns the user tokens on a page. */
export function userTokensOf(page: readonly (ReadProfile | Problem)[]): string[] {
  return page.flatMap((profile) => ('userToken' in profile ? [profile.userToken] : []))
}

/**
 * @param kept what is kept of the page's user tokens
 * @throws PackageError (`config`) when a token can't be told, or would become somebody else in Segment: nothing of the page
 * is to be sent then
 */
export function planPage(
  page: readonly (ReadProfile | Problem)[],
  kept: ReadonlyMap<string, Known>,
  rules: PageRules
): PagePlan {
  const sides = sidesOf(userTokensOf(page), kept, rules)
  const deliveries: Delivery[] = []
  const takenOver: Delivery[] = []
  const problems: string[] = []
  let [known, rejected] = [0, 0]
  page.forEach((profile, position) => {
    if (!('userToken' in profile)) {
      rejected += 1
      problems.push(`Profile ${position + 1} of a page of ${page.length} is rejected: ${described(profile)}.`)
      return
    }
    const { userToken } = profile
    try {
      const delivery = deliveryOf(profile, sides.get(userToken)!, kept.get(userToken), rules)
      if (delivery === undefined || delivery.calls.length === 0) {
        known += 1
        if (delivery !== undefined) takenOver.push(delivery)
        return
      }
      deliveries.push(delivery)
      for (const problem of profile.problems) {
        problems.push(`A part of the profile ${userToken} is left out: ${described(problem)}.`)
      }
      if (delivery.affinitiesLeftOut > 0) {
        problems.push(
          `The profile ${userToken} is too large for Segment: the weakest ${delivery.affinitiesLeftOut} of its ${profile.affinities.length} affinities are left out.`
        )
      }
    } catch (thrown) {
      if (!(thrown instanceof TooLarge)) throw thrown
      rejected += 1
      problems.push(`The profile ${userToken} is rejected, as it is too large for Segment: ${thrown.message}.`)
    }
  })
  return { deliveries, takenOver, known, rejected, problems }
}

function sidesOf(
  userTokens: readonly string[],
  kept: ReadonlyMap<string, Known>,
  { sideOf, formerSideOf, stateFile }: PageRules
): ReadonlyMap<string, Side> {
  const sides = new Map<string, Side>()
  const untold: string[] = []
  for (const userToken of userTokens) {
    const side = sideOf(userToken)
    if (side === undefined) {
      untold.push(userToken)
      continue
    }
    const known = kept.get(userToken)
    const before = known === undefined ? undefined : (known.side ?? formerSideOf(userToken))
    if (before !== undefined && before !== side) throw changesSide(userToken, before, side, stateFile)
    sides.set(userToken, side)
  }
  if (untold.length > 0) throw cannotTell(untold)
  return sides
}

function described(problem: Problem): string {
  return `${pathOf(problem)}: ${problem.reason}`
}
