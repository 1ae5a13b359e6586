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
