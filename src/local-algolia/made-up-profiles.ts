/**
 * Believable profiles of a shop's visitors, made from a seed. Only user tokens and update times are kept in memory; a
 * profile is made again, always the same, each time it is asked for, so that a million of them fit into a small process.
 */
import type { Affinity, Profile, ProfileSegment } from './profile'
import { hashText, pick, randomFrom, scatter, type Random } from './random'
import { formatTimestamp } from './timestamps'

/** Profiles in lexicographic order of their user tokens. */
export interface MadeUpProfiles {
  readonly userIDs: readonly string[]
  /** When each was last updated: microseconds since the Unix epoch, rounded down. */
  readonly updatedAt: Float64Array
  /** The whole profile of one of `userIDs`. */
  profile(userID: string): Profile
}

export interface MadeUpProfilesOptions {
  count: number
  seed: number
  /** Milliseconds since the Unix epoch: profiles were updated in the 90 days before. */
  now: number
}

export function makeUpProfiles({ count, seed, now }: MadeUpProfilesOptions): MadeUpProfiles {
  const userIDs = Array.from({ length: count }, (_, index) => makeUpUserID(seed, index)).sort()
  const randomOf = (userID: string): Random => randomFrom(hashText(seed, userID))
  return {
    userIDs,
    updatedAt: Float64Array.from(userIDs, (userID) => makeUpUpdate(randomOf(userID), now).microseconds),
    profile: (userID) => makeUpProfile(userID, randomOf(userID), now)
  }
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64url = base64.replace('+/', '-_')
const customerPrefixes = ['user-', 'customer_', 'shop/fr/', 'loyalty+card=']

/** No two indices give the same user token: each kind holds the index, or all 32 bits that it was scattered to. */
function makeUpUserID(seed: number, index: number): string {
  const first = scatter(index ^ scatter(seed))
  const random = randomFrom(first)
  const kind = random()
  if (kind < 0.6) return `anonymous-${makeUpUuid(first, random)}`
  if (kind < 0.85) return `${pick(random, customerPrefixes)}${100_000 + index}`
  // Shops that hash the mail address, and shops that make random tokens.
  return kind < 0.95 ? `${makeUpToken(first, random, base64, 43)}=` : makeUpToken(first, random, base64url, 22)
}

function makeUpUuid(first: number, random: Random): string {
  const word = (bits: number): string =>
    hexadecimal[bits >>> 24]! +
    hexadecimal[(bits >>> 16) & 255]! +
    hexadecimal[(bits >>> 8) & 255]! +
    hexadecimal[bits & 255]!
  const [second, third, fourth] = [random() * 4_294_967_296, random() * 4_294_967_296, random() * 4_294_967_296].map(
    word
  )
  const variant = pick(random, ['8', '9', 'a', 'b'])
  return `${word(first)}-${second!.slice(0, 4)}-4${second!.slice(5)}-${variant}${third!.slice(1, 4)}-${third!.slice(4)}${fourth}`
}

function makeUpToken(first: number, random: Random, alphabet: string, length: number): string {
  let token = ''
  for (let shift = 0; shift < 32; shift += 6) token += alphabet[(first >>> shift) & 63]!
  while (token.length < length) token += alphabet[Math.floor(random() * 64)]!
  return token
}

const day = 86_400_000_000
const span = 90

interface Update {
  /** Since the Unix epoch, rounded down. */
  microseconds: number
  /** RFC 3339 with 0, 3, 6 or 9 fraction digits. */
  text: string
}

/** When a profile was last updated: mostly lately; a few at the very same moment, as a nightly job leaves them. */
function makeUpUpdate(random: Random, now: number): Update {
  const sort = random()
  const age = random()
  const latest = now * 1000
  if (sort < 0.05) {
    const microseconds = Math.floor(latest / day - Math.floor(age * (span - 1))) * day - 21 * 3_600_000_000
    return { microseconds, text: formatTimestamp(microseconds, 6) }
  }
  const exact = Math.floor(latest - age * age * span * day)
  if (sort < 0.75) return { microseconds: exact, text: formatTimestamp(exact, 6) }
  if (sort < 0.85)
    return { microseconds: exact, text: formatTimestamp(exact, 9, String(Math.floor(sort * 1e6)).slice(-3)) }
  const [digits, unit] = sort < 0.95 ? [3, 1000] : [0, 1_000_000]
  const microseconds = Math.floor(exact / unit) * unit
  return { microseconds, text: formatTimestamp(microseconds, digits) }
}

const departments = [
  { categories: ['Running shoes', 'Trail shoes', 'Sportswear'], brands: ['Nike', 'Asics', 'Hoka', 'Brooks'] },
  { categories: ['Tents', 'Sleeping bags', 'Hiking boots', 'Camping'], brands: ['Vaude', 'Fjällräven', 'Salomon'] },
  { categories: ['Coffee machines', 'Kettles', 'Kitchen'], brands: ["De'Longhi", 'Bialetti', 'Moccamaster'] },
  { categories: ['Headphones', 'Speakers', 'Turntables'], brands: ['Sony', 'Bose', 'Bang & Olufsen', 'Sennheiser'] },
  { categories: ['Denim', 'Knitwear', 'Coats', 'Accessories'], brands: ["Levi's", 'A.P.C.', 'Barbour'] },
  { categories: ['Skincare', 'Fragrance', 'Make-up'], brands: ['Aesop', 'La Roche-Posay', 'L’Occitane'] },
  { categories: ['Building blocks', 'Board games', 'Plush toys'], brands: ['Lego', 'Ravensburger', 'Steiff'] }
]
const colors = ['black', 'white', 'navy', 'forest green', 'red', 'beige', 'grey', 'yellow']
const indices = [
  ['products'],
  ['products', 'products_price_asc'],
  ['products_fr'],
  ['products', 'editorial'],
  ['editorial']
]

/** The indices that made-up affinities are about. */
export const madeUpIndices = [...new Set(indices.flat())]
/** The names of made-up affinities. */
export const madeUpAffinityNames = ['category', 'brand', 'color']

const profileSegments: { source: string; ids: string[] }[] = [
  { source: 'segment', ids: ['vip_customers', 'cart_abandoners', 'trail_runners', 'churn_risk', 'newsletter_readers'] },
  { source: 'adobe', ids: ['d2f0c6a1-3f61-4b1e-9a7e-5c1b7a6d9e21', '7be4a9d0-88b3-4c52-8f0d-0a1f6e2c3b44'] },
  { source: 'lytics', ids: ['high_momentum', 'dormant', 'likely_to_return'] },
  { source: 'dashboard', ids: ['Outdoor lovers', 'Gift buyers'] }
]

function makeUpProfile(userID: string, random: Random, now: number): Profile {
  const update = makeUpUpdate(random, now)
  const profile: Profile = {
    userID,
    type: random() < 0.85 ? 'basic' : 'predictive',
    affinities: makeUpAffinities(random, update.microseconds),
    lastUpdatedAt: update.text
  }
  if (random() < 0.75) profile.segments = makeUpProfileSegments(random)
  return profile
}

function makeUpAffinities(random: Random, before: number): Affinity[] {
  if (random() < 0.06) return []
  const count = 2 + Math.floor(random() * 9)
  const department = pick(random, departments)
  const other = pick(random, departments)
  const affinities: Affinity[] = []
  for (let index = 0; index < count; index++) {
    const { categories, brands } = random() < 0.7 ? department : other
    const name = pick(random, madeUpAffinityNames)
    const value = pick(random, name === 'category' ? categories : name === 'brand' ? brands : colors)
    const where = pick(random, indices)
    // One name and value can stand twice, but not for the same indices.
    if (affinities.some((known) => known.name === name && known.value === value && known.indices === where)) continue
    affinities.push({
      name,
      indices: where,
      value,
      score: 1 + Math.floor(random() * 20),
      lastUpdatedAt: formatTimestamp(Math.floor(before - random() * 5 * day), 6)
    })
  }
  return affinities.map((affinity) => ({ ...affinity, indices: [...affinity.indices] }))
}

function makeUpProfileSegments(random: Random): ProfileSegment[] {
  const count = Math.floor(random() * 4)
  const segments: ProfileSegment[] = []
  for (let index = 0; index < count; index++) {
    const { source, ids } = pick(random, profileSegments)
    const id = pick(random, ids)
    if (segments.some((known) => known.id === id && known.source === source)) continue
    segments.push({
      id,
      source,
      ...(random() < 0.1 ? { rank: index + 1, details: { origin: 'import', dry: false } } : {})
    })
  }
  return segments
}
