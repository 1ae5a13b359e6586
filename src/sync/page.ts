import { pathOf, type Problem, type ReadProfile, readProfile } from '../algolia/profiles/profile'
import { type Delivery, deliveryOf, type DeliveryRules, TooLarge } from './calls'

/** What a page of profiles comes to. */
export interface PagePlan {
  readonly deliveries: readonly Delivery[]
  /** Profiles that Segment has as of the same update. */
  readonly repeated: number
  /** Profiles that can't be handed on at all. */
  readonly rejected: number
  /** What is wrong with which profile, a line each. */
  readonly problems: readonly string[]
}

/** A page's profiles, checked, in their order: those without a user token as the problem that they are. */
export function readPage(profiles: Iterable<unknown>): (ReadProfile | Problem)[] {
  return Array.from(profiles, (profile) => readProfile(profile))
}

/** @returns the user tokens on a page. */
export function userTokensOf(page: readonly (ReadProfile | Problem)[]): string[] {
  return page.flatMap((profile) => ('userToken' in profile ? [profile.userToken] : []))
}

/** @param marks what is kept of the page's user tokens */
export function planPage(
  page: readonly (ReadProfile | Problem)[],
  marks: ReadonlyMap<string, string>,
  rules: DeliveryRules
): PagePlan {
  const deliveries: Delivery[] = []
  const problems: string[] = []
  let [repeated, rejected] = [0, 0]
  page.forEach((profile, position) => {
    if (!('userToken' in profile)) {
      rejected += 1
      problems.push(`Profile ${position + 1} of a page of ${page.length} is rejected: ${described(profile)}.`)
      return
    }
    const { userToken } = profile
    try {
      const delivery = deliveryOf(profile, marks.get(userToken), rules)
      if (delivery === undefined) {
        repeated += 1
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
  return { deliveries, repeated, rejected, problems }
}

function described(problem: Problem): string {
  return `${pathOf(problem)}: ${problem.reason}`
}
