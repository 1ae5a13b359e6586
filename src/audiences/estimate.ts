/** How fast calls go. */
export interface Pace {
  /** Calls that may be made in a minute. */
  readonly callsPerMinute: number
  /** Milliseconds that one takes. */
  readonly latency: number
  /** Calls that are under way at the same time. */
  readonly atOnce: number
}

/** The part of a minute's calls that goes out as fast as it is answered; the rest is spread over what is left of the minute. */
const UNHURRIED_PART = 0.5

/** How many minutes calls take, as `CallBudget` lets them go out. */
export function minutesFor(calls: number, { callsPerMinute, latency, atOnce }: Pace): number {
  if (calls <= 0) return 0
  const whole = Math.floor((calls - 1) / callsPerMinute)
  const last = calls - whole * callsPerMinute
  const unhurried = callsPerMinute * UNHURRIED_PART
  const atFirst = Math.min(1, (Math.ceil(Math.min(last, unhurried) / atOnce) * latency) / 60_000)
  const spread = Math.max(0, last - unhurried) / (callsPerMinute - unhurried)
  return whole + atFirst + spread * (1 - atFirst)
}

/** What the first page of a list of profiles tells of the rest. */
export interface FirstPage {
  readonly lastUserToken: string | undefined
  readonly hasNext: boolean
}

/**
 * How many pages there will be. Profiles come in the order of their user tokens, and the list's tokens are a sample of them:
 * if a hundredth of these lies up to the end of the first page, there are about a hundred pages.
 * @returns undefined when no token of the list lies that far: then there are more pages than tokens, most likely
 */
export function estimatedPages(
  userTokens: Iterable<string>,
  { lastUserToken, hasNext }: FirstPage
): number | undefined {
  if (!hasNext || lastUserToken === undefined) return 1
  let all = 0
  let covered = 0
  for (const userToken of userTokens) {
    all += 1
    if (userToken <= lastUserToken) covered += 1
  }
  return covered === 0 ? undefined : Math.ceil(all / covered)
}
