import { configError, type PackageError } from '../errors'
import type { Identity } from '../segment/calls'
import type { SyncConfig } from './config'

/** What a user token is in Segment. */
export type Side = 'userId' | 'anonymousId'

/** @returns what a user token is, or undefined when it can't be told: nothing is sent under a guessed user id. */
export type SideOf = (userToken: string) => Side | undefined

/** User tokens that Algolia's libraries make up for users without one. */
const ANONYMOUS_TOKEN = /^anonymous-/

/** How many tokens an error names. */
const EXAMPLES = 3

export function sideOf({ identity, userIdPattern }: Pick<SyncConfig, 'identity' | 'userIdPattern'>): SideOf {
  if (identity !== 'auto') return () => identity
  const pattern = userIdPattern === undefined ? undefined : new RegExp(userIdPattern, 'u')
  return (userToken) => {
    if (ANONYMOUS_TOKEN.test(userToken)) return 'anonymousId'
    if (pattern === undefined) return undefined
    return pattern.test(userToken) ? 'userId' : 'anonymousId'
  }
}

export function identityOf(userToken: string, side: Side): Identity {
  return side === 'userId' ? { userId: userToken } : { anonymousId: userToken }
}

/** @returns the error to end with before anything of a page is sent that holds tokens which can't be told apart. */
export function cannotTell(userTokens: readonly string[]): PackageError {
  const named = userTokens.slice(0, EXAMPLES).join(', ')
  return configError(
    `It can't be told whether these user tokens are user ids or anonymous ids: ${named}. Nothing is sent under a guessed user id, as Segment can't forget one. Choose with the setting identity: userId if all tokens are user ids, anonymousId if all are anonymous ids; or leave it at auto and give userIdPattern, a regular expression that user ids match and anonymous ids don't.`
  )
}

/** @returns the error to end with before a token would become somebody else in Segment. */
export function changesSide(userToken: string, known: Side, now: Side, stateFile: string): PackageError {
  return configError(
    `The user token ${userToken} was sent as ${known}, and would now be sent as ${now}: it would become somebody else in Segment. Set identity and userIdPattern so that it stays what it was. To change it all the same, begin anew: delete ${stateFile} and ${stateFile}.seen; all profiles are then sent again.`
  )
}
