import { z } from 'zod'
import type { Affinity, Problem, ProfileSegment, ReadProfile } from '../../algolia/profiles/profile'

/** A row of a stream, and what had to be left out of it. */
export interface Row {
  readonly data: Record<string, unknown>
  readonly changes: readonly RowChange[]
}

/** A field that differs from what Algolia holds: left out altogether (`NULLED`), or lacking entries (`TRUNCATED`). */
export type RowChange = {
  readonly field: string
  readonly change: 'NULLED' | 'TRUNCATED'
  readonly reason: 'SOURCE_SERIALIZATION_ERROR'
}

/** A stream: its rows' shape, from which its JSON schema is derived, and how they are made from a profile. */
export interface Stream {
  readonly name: string
  readonly schema: z.ZodType
  readonly primaryKey: readonly string[]
  readonly rowsOf: (profile: ReadProfile) => Row[]
}

/** The cursor field of all streams. */
export const CURSOR_FIELD = 'algolia_last_updated'

const timestamp = z.string().meta({ format: 'date-time', airbyte_type: 'timestamp_with_timezone' })
const userToken = z.string().describe('The user token: the ID of the profile in Algolia')
const lastUpdated = timestamp.describe('When the profile was last updated').optional()
const scores = (key: string) =>
  z.record(z.string(), z.number()).describe(`${key} → score (1-20); the highest where several affinities share it`)

const profiles: Stream = {
  name: 'profiles',
  primaryKey: ['algolia_user_id'],
  schema: z.looseObject({
    algolia_user_id: userToken,
    algolia_user_type: z.string().describe('basic, predictive or realtime').optional(),
    algolia_affinities_name: z.array(z.string()).describe('Affinity names, distinct, strongest first'),
    algolia_affinities_value: z.array(z.string()).describe('Affinity values, distinct, strongest first'),
    algolia_affinities_name_score: scores('Affinity name'),
    algolia_affinities_value_score: scores('Affinity value'),
    algolia_segment_ids: z.array(z.string()).describe("IDs of the profile's segments, distinct"),
    algolia_segment_sources: z.array(z.string()).describe("Sources of the profile's segments, distinct"),
    algolia_last_updated: lastUpdated
  }),
  rowsOf: (profile) => {
    const names = new ScoredKeys()
    const values = new ScoredKeys()
    for (const { name, value, score } of strongestFirst(profile.affinities)) {
      names.add(name, score)
      values.add(value, score)
    }
    const ids = new Set<string>()
    const sources = new Set<string>()
    for (const { id, source } of profile.profileSegments) {
      ids.add(id)
      if (source !== undefined) sources.add(source)
    }
    const data = {
      algolia_user_id: profile.userToken,
      algolia_user_type: profile.type,
      algolia_affinities_name: names.keys,
      algolia_affinities_value: values.keys,
      algolia_affinities_name_score: names.scores,
      algolia_affinities_value_score: values.scores,
      algolia_segment_ids: [...ids],
      algolia_segment_sources: [...sources],
      algolia_last_updated: profile.lastUpdatedAt
    }
    return [{ data, changes: changesOf(profile.problems, fieldsOfProfiles) }]
  }
}

const affinities: Stream = {
  name: 'affinities',
  primaryKey: ['algolia_user_id', 'algolia_affinity_id'],
  schema: z.looseObject({
    algolia_user_id: userToken,
    algolia_affinity_id: z.string().describe('Made of name, value and sorted indices: stable between reads'),
    algolia_affinity_name: z.string().describe('For example category'),
    algolia_affinity_value: z.string().describe('For example camping'),
    algolia_affinity_indices: z.array(z.string()).describe('The indices that the affinity comes from'),
    algolia_affinity_score: z.number().describe('1-20, the higher the stronger').optional(),
    algolia_affinity_last_updated: timestamp.describe('When the affinity was last updated').optional(),
    algolia_last_updated: lastUpdated
  }),
  rowsOf: (profile) =>
    profile.affinities.map((affinity) => ({
      data: {
        algolia_user_id: profile.userToken,
        algolia_affinity_id: affinityId(affinity),
        algolia_affinity_name: affinity.name,
        algolia_affinity_value: affinity.value,
        algolia_affinity_indices: affinity.indices,
        algolia_affinity_score: affinity.score,
        algolia_affinity_last_updated: affinity.lastUpdatedAt,
        algolia_last_updated: profile.lastUpdatedAt
      },
      changes: changesOf(profile.problems, (problem) => fieldsOfEntry(problem, 'affinities', affinity.position))
    }))
}

const segments: Stream = {
  name: 'segments',
  primaryKey: ['algolia_user_id', 'algolia_segment_id', 'algolia_segment_source'],
  schema: z.looseObject({
    algolia_user_id: userToken,
    algolia_segment_id: z.string().describe('The ID of the segment'),
    algolia_segment_source: z.string().describe('Where the membership comes from; empty where Algolia tells no source'),
    algolia_last_updated: lastUpdated
  }),
  rowsOf: (profile) =>
    profile.profileSegments.map(({ id, source, position }) => ({
      data: {
        algolia_user_id: profile.userToken,
        algolia_segment_id: id,
        // Part of the primary key, so never left out.
        algolia_segment_source: source ?? '',
        algolia_last_updated: profile.lastUpdatedAt
      },
      changes: changesOf(profile.problems, (problem) => fieldsOfEntry(problem, 'segments', position))
    }))
}

/** The streams, in the order in which `discover` lists them. */
export const STREAMS: readonly Stream[] = [profiles, affinities, segments]

/** @returns a text made of name, value and sorted indices: one name and value can stand twice, with other indices. */
function affinityId({ name, value, indices }: Affinity): string {
  return JSON.stringify([name, value, ...[...indices].sort()])
}

/** @returns affinities by score, highest first, and those without one last. */
function strongestFirst(affinities: readonly Affinity[]): readonly Affinity[] {
  const strength = ({ score = -Infinity }: Affinity): number => score
  return affinities.length < 2 ? affinities : [...affinities].sort((one, other) => strength(other) - strength(one))
}

/** Distinct keys in the order in which they are added, and the first score of each: of keys added strongest first, the highest. */
class ScoredKeys {
  readonly keys: string[] = []
  /** Without a prototype, as a key can be any text: `__proto__` too. */
  readonly scores = Object.create(null) as Record<string, number>

  add(key: string, score: number | undefined): void {
    if (this.scores[key] !== undefined) return
    if (score !== undefined) this.scores[key] = score
    else if (this.keys.includes(key)) return
    this.keys.push(key)
  }
}

type Fields = Readonly<Record<string, RowChange['change']>>

function changesOf(problems: readonly Problem[], fieldsOf: (problem: Problem) => Fields): RowChange[] {
  if (problems.length === 0) return []
  const changes = new Map<string, RowChange>()
  for (const problem of problems) {
    for (const [field, change] of Object.entries(fieldsOf(problem))) {
      changes.set(field, { field, change, reason: 'SOURCE_SERIALIZATION_ERROR' })
    }
  }
  return [...changes.values()]
}

function fieldsOfProfiles({ property, position, key }: Problem): Fields {
  const change = position === undefined ? 'NULLED' : 'TRUNCATED'
  const affinityScores = { algolia_affinities_name_score: change, algolia_affinities_value_score: change } as const
  switch (property) {
    case 'type':
      return { algolia_user_type: 'NULLED' }
    case 'lastUpdatedAt':
      return { algolia_last_updated: 'NULLED' }
    case 'affinities':
      if (key === 'score') return affinityScores
      if (key !== undefined) return {}
      return { algolia_affinities_name: change, algolia_affinities_value: change, ...affinityScores }
    case 'segments':
      if (key === 'source') return { algolia_segment_sources: change }
      return { algolia_segment_ids: change, algolia_segment_sources: change }
    default:
      return {}
  }
}

function fieldsOfEntry(
  problem: Problem,
  list: 'affinities' | 'segments',
  position: ProfileSegment['position']
): Fields {
  if (problem.property === 'lastUpdatedAt') return { algolia_last_updated: 'NULLED' }
  if (problem.property !== list || problem.position !== position) return {}
  switch (problem.key) {
    case 'score':
      return { algolia_affinity_score: 'NULLED' }
    case 'indices':
      return { algolia_affinity_indices: 'NULLED' }
    case 'lastUpdatedAt':
      return { algolia_affinity_last_updated: 'NULLED' }
    case 'source':
      return { algolia_segment_source: 'NULLED' }
    default:
      return {}
  }
}
