import { MAX_USER_TOKENS, USER_TOKEN } from '../constants'
import type { Failure } from './outcomes'
import { refusal } from './plan'

/** The part of a payload that says whom it is about. */
export interface WhoPayload {
  userToken?: unknown
  otherUserTokens?: unknown
  /** `context.externalIds` of the event, as JSON. */
  externalIds?: unknown
}

/** The user tokens of an event, each once. */
export interface Who {
  tokens: { userToken: string; place?: string }[]
  /** Some other token can't be one: the rest is served all the same. */
  refusal?: Failure
}

/** The type of those external IDs that are user tokens. */
const EXTERNAL_ID_TYPE = 'algolia_user_token'

/** Whom an event is about, or why it is refused. */
export function userTokensOf({ userToken, otherUserTokens, externalIds }: WhoPayload): Who | Failure {
  if (!isUserToken(userToken)) return refusal(`the user token must be ${ruleAgainst(userToken)}`)
  const others = [
    ...placed('other user token', Array.isArray(otherUserTokens) ? (otherUserTokens as unknown[]) : []),
    ...placed('external ID', idsIn(externalIds))
  ]
  const places = new Map<unknown, string>([[userToken, 'user token']])
  for (const { token, place } of others) if (!places.has(token)) places.set(token, place)
  if (places.size > MAX_USER_TOKENS) {
    return refusal(`it has ${places.size} user tokens, and at most ${MAX_USER_TOKENS} are updated.`)
  }
  const who: Who = { tokens: [] }
  for (const [token, place] of places) {
    if (isUserToken(token)) who.tokens.push({ userToken: token, place: `${place} (${excerpt(token)})` })
    else who.refusal ??= refusal(`the ${place} must be ${ruleAgainst(token)} The others were updated.`)
  }
  return who.tokens.length > 1 ? who : { ...who, tokens: [{ userToken }] }
}

/** The failure of one of the tokens of an event, in the words of that event. */
export function placedFailure(failure: Failure, place: string | undefined): Failure {
  return place === undefined ? failure : { ...failure, message: `For the ${place}: ${failure.message}` }
}

/** Whether Algolia accepts this as the id of a user. */
export function isUserToken(value: unknown): value is string {
  return typeof value === 'string' && USER_TOKEN.pattern.test(value)
}

function ruleAgainst(token: unknown): string {
  return `${USER_TOKEN.rule}, but is ${excerpt(token)}.`
}

/** The beginning of a token, which may be an e-mail address: three characters at most, and at most half of it. */
export function excerpt(token: unknown): string {
  if (typeof token !== 'string') return token === undefined ? 'missing' : `a ${typeof token}`
  const characters = [...token]
  const shown = characters.slice(0, Math.min(3, Math.floor(characters.length / 2))).join('')
  return `${JSON.stringify(`${shown}…`)}, ${characters.length} characters`
}

/** An empty value is none. */
function placed(what: string, tokens: unknown[]): { token: unknown; place: string }[] {
  return tokens
    .map((token, index) => ({
      token: typeof token === 'number' ? String(token) : token,
      place: `${what} ${index + 1}`
    }))
    .filter(({ token }) => token !== '' && token !== null && token !== undefined)
}

function idsIn(externalIds: unknown): unknown[] {
  let list: unknown
  try {
    list = typeof externalIds === 'string' ? JSON.parse(externalIds) : externalIds
  } catch {
    return []
  }
  if (!Array.isArray(list)) return []
  return list
    .filter((entry: unknown): entry is { type: unknown; id: unknown } => typeof entry === 'object' && entry !== null)
    .filter(({ type, id }) => type === EXTERNAL_ID_TYPE && (typeof id === 'string' || typeof id === 'number'))
    .map(({ id }) => id)
}
