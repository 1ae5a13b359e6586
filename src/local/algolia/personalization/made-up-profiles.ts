/**
 * Believable profiles of a shop's visitors, made from a seed. Only user tokens and update times are kept in memory; a
 * profile is made again, always the same, each time it is asked for, so that a million of them fit into a small process.
 */
import type { AffinityKind } from './profile-filter'
import { hashText, pick, randomFrom, scatter, type Random } from '../random'
import { colors, departments, indexGroups } from '../shop/assortment'
import { formatTimestamp } from '../timestamps'

/** Profiles in lexicographic order of their user tokens. */
export interface MadeUpProfiles {
  readonly userIDs: readonly string[]
  /** When each was last updated: microseconds since the Unix epoch, rounded down. */
  readonly updatedAt: Float64Array
  /** What one of `userIDs` likes: much faster than reading it from `json`. */
  affinityKinds(userID: string): readonly AffinityKind[]
  /** The whole profile of one of `userIDs`, as JSON. */
  json(userID: string): string
}

export interface MadeUpProfilesOptions {
  count: number
  seed: number
  /** Milliseconds since the Unix epoch: the profiles were updated in the 90 days before. */
  now: number
  /** `mixed` (default): several kinds, as of a shop that sends now one token and now another. */
  tokens?: 'mixed' | 'anonymous'
  /** Whether anybody likes anything (default: yes, nearly everybody). */
  affinities?: boolean
}

export function makeUpProfiles(options: MadeUpProfilesOptions): MadeUpProfiles {
  const { count, seed, now, tokens = 'mixed', affinities = true } = options
  const userIDs = Array.from({ length: count }, (_, index) => makeUpUserID(seed, index, tokens)).sort()
  const randomOf = (userID: string): Random => randomFrom(hashText(seed, userID))
  return {
    userIDs,
    updatedAt: Float64Array.from(userIDs, (userID) => makeUpUpdate(randomOf(userID), now).microseconds),
    affinityKinds: (userID) => (affinities ? outline(randomOf(userID), now).affinities.map(({ kind }) => kind) : []),
    json: (userID) => profileJson(userID, randomOf(userID), now, affinities)
  }
}

const customerPrefixes = ['user-', 'customer_', 'shop/fr/', 'loyalty+card=']
const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const base64url = base64.replace('+/', '-_')

/** No two indices give the same user token: each kind holds the index, or all 32 bits that it was scattered to. */
function makeUpUserID(seed: number, index: number, tokens: 'mixed' | 'anonymous'): string {
  const first = scatter(index ^ scatter(seed))
  const random = randomFrom(first)
  const kind = random()
  if (kind < 0.6 || tokens === 'anonymous') return `anonymous-${makeUpUuid(first, random)}`
  if (kind < 0.85) return `${pick(random, customerPrefixes)}${100_000 + index}`
  // Some shops use the hash of a mail address, some a random token.
  return kind < 0.95 ? `${makeUpToken(first, random, base64, 43)}=` : makeUpToken(first, random, base64url, 22)
}

const scratch = Buffer.alloc(16)

function makeUpUuid(first: number, random: Random): string {
  scratch.writeUInt32BE(first, 0)
  for (let offset = 4; offset < 16; offset += 4) scratch.writeUInt32BE(random() * 4_294_967_296, offset)
  scratch[6] = (scratch[6]! & 0x0f) | 0x40
  scratch[8] = (scratch[8]! & 0x3f) | 0x80
  const digits = scratch.toString('hex')
  const bounds = [0, 8, 12, 16, 20, 32]
  return bounds
    .slice(1)
    .map((end, index) => digits.slice(bounds[index], end))
    .join('-')
}

function makeUpToken(first: number, random: Random, alphabet: string, length: number): string {
  let token = ''
  for (let shift = 0; shift < 32; shift += 6) token += alphabet[(first >>> shift) & 63]!
  while (token.length < length) token += alphabet[Math.floor(random() * 64)]!
  return token
}

const day = 86_400_000_000
const days = 90

interface Update {
  /** Since the Unix epoch, rounded down. */
  microseconds: number
  /** 0, 3, 6 or 9. */
  digits: number
  /** The digits after the sixth. */
  beyond: string
}

/** When a profile was last updated: mostly lately; a few at the very same moment, as a nightly job leaves them. */
function makeUpUpdate(random: Random, now: number): Update {
  const kind = random()
  const age = random()
  const latest = now * 1000
  if (kind < 0.05) {
    const midnight = Math.floor(latest / day) * day
    return { microseconds: midnight - Math.floor(age * (days - 1)) * day - 21 * 3_600_000_000, digits: 6, beyond: '' }
  }
  const microseconds = Math.floor(latest - age * age * days * day)
  if (kind < 0.75) return { microseconds, digits: 6, beyond: '' }
  if (kind < 0.85) return { microseconds, digits: 9, beyond: String(100 + Math.floor(random() * 900)) }
  const [digits, unit] = kind < 0.95 ? [3, 1000] : [0, 1_000_000]
  return { microseconds: Math.floor(microseconds / unit) * unit, digits, beyond: '' }
}

interface MadeUpAffinityKind extends AffinityKind {
  /** The JSON of an affinity of this kind, as far as its score. */
  json: string
}

/** For each department, and each name in it, what an affinity can be about. */
const affinityKinds: MadeUpAffinityKind[][][] = departments.map((department) =>
  Object.entries({ ...department, color: colors }).map(([name, values]) =>
    values.flatMap((value) =>
      indexGroups.map((some) => {
        const kind = { name, indices: some, value }
        return { ...kind, json: `${JSON.stringify(kind).slice(0, -1)},"score":` }
      })
    )
  )
)

const profileSegments = Object.entries({
  segment: ['vip_customers', 'cart_abandoners', 'trail_runners', 'churn_risk', 'newsletter_readers'],
  adobe: ['d2f0c6a1-3f61-4b1e-9a7e-5c1b7a6d9e21', '7be4a9d0-88b3-4c52-8f0d-0a1f6e2c3b44'],
  lytics: ['high_momentum', 'dormant', 'likely_to_return'],
  dashboard: ['Outdoor lovers', 'Gift buyers']
}).map(([source, ids]) => ids.map((id) => JSON.stringify({ id, source })))

interface Outline {
  update: Update
  type: string
  affinities: { kind: MadeUpAffinityKind; score: number; microseconds: number }[]
}

/** What is decided about a profile before anything is written down. */
function outline(random: Random, now: number): Outline {
  const update = makeUpUpdate(random, now)
  const type = random() < 0.85 ? 'basic' : 'predictive'
  const affinities: Outline['affinities'] = []
  const wanted = random() < 0.06 ? 0 : 2 + Math.floor(random() * 9)
  const [favourite, other] = [pick(random, affinityKinds), pick(random, affinityKinds)]
  for (let index = 0; index < wanted; index++) {
    const kind = pick(random, pick(random, random() < 0.7 ? favourite : other))
    const score = 1 + Math.floor(random() * 20)
    const microseconds = Math.floor(update.microseconds - random() * 5 * day)
    // One name and value can stand twice, but not for the same indices.
    if (!affinities.some((known) => known.kind.json === kind.json)) affinities.push({ kind, score, microseconds })
  }
  return { update, type, affinities }
}

function profileJson(userID: string, random: Random, now: number, likes: boolean): string {
  const { update, type, affinities } = outline(random, now)
  const { microseconds, digits, beyond } = update
  let affinitiesJson = ''
  for (const { kind, score, microseconds } of likes ? affinities : []) {
    affinitiesJson += `${affinitiesJson && ','}${kind.json}${score},"lastUpdatedAt":"${formatTimestamp(microseconds)}"}`
  }
  // Neither user tokens nor timestamps hold anything that JSON would escape.
  return `{"userID":"${userID}","type":"${type}","affinities":[${affinitiesJson}]${profileSegmentsJson(random)},"lastUpdatedAt":"${formatTimestamp(microseconds, digits, beyond)}"}`
}

/** A quarter of the profiles has no such property, as in Algolia's published description; others have an empty list. */
function profileSegmentsJson(random: Random): string {
  if (random() < 0.25) return ''
  const segments = new Set<string>()
  for (let wanted = Math.floor(random() * 4); wanted > 0; wanted--)
    segments.add(pick(random, pick(random, profileSegments)))
  // What another system may have added to its entries.
  const more = random() < 0.1 ? ',"rank":3,"details":{"origin":"import","dryRun":false}}' : '}'
  return `,"segments":[${[...segments].map((segment) => segment.slice(0, -1) + more).join(',')}]`
}
