import { type Finding, green, red, skipped, yellow } from './check'

/** Kinds of user tokens, told by their shape. The first that fits counts. */
const KINDS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['made up by Algolia (anonymous-…)', /^anonymous-/],
  ['UUIDs', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i],
  ['numbers', /^\d+$/],
  ['hexadecimal digits', /^[0-9a-f]{24,}$/i]
]

const OTHERS = 'of another form'

/** A kind below this part of all doesn't count: tests and left-overs are everywhere. */
const RARE = 0.05

/** A user token can't hold `@` nor a dot, so addresses come with something in their place, or in base 64. */
const EMAIL_LIKE = /@|(?:_at_|-at-)\w.*(?:com|net|org|info|[a-z]{2})$/i

export function kindOf(userToken: string): string {
  return KINDS.find(([, pattern]) => pattern.test(userToken))?.[0] ?? OTHERS
}

export function looksLikeEmail(userToken: string): boolean {
  if (EMAIL_LIKE.test(userToken)) return true
  if (userToken.length < 12 || userToken.length % 4 === 1) return false
  return /^[\w.+-]+@[\w-]+\.[\w.]{2,}$/.test(Buffer.from(userToken, 'base64').toString('latin1'))
}

const SAME =
  'A segment helps only on the profile that searches name. Send one kind of token with all searches and events, and map User Token of the destination to it.'

/** Whether the profiles' user tokens look as if one kind of site made them. */
export function checkTokens(userTokens: readonly string[]): Finding {
  const all = userTokens.length
  if (all === 0) return skipped('There are no profiles of the last 120 days to look at.')
  const emails = userTokens.filter(looksLikeEmail).length
  if (emails > 0) {
    return red(
      `${emails} of ${all} user tokens look like e-mail addresses.`,
      'Algolia forbids personal data in user tokens: send another ID, and delete these profiles.'
    )
  }
  const counts = new Map<string, number>()
  for (const userToken of userTokens) counts.set(kindOf(userToken), (counts.get(kindOf(userToken)) ?? 0) + 1)
  const kinds = [...counts].sort(([, one], [, other]) => other - one)
  const list = kinds.map(([kind, count]) => `${count} ${kind}`).join(', ')
  const frequent = kinds.filter(([, count]) => count > all * RARE)
  if (frequent.length > 1) return yellow(`User tokens of several kinds among ${all}: ${list}.`, SAME)
  return green(`${all} user tokens of one kind: ${frequent[0]?.[0] ?? list}.`)
}
