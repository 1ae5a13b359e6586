import { z } from 'zod'
import { type Field, type FieldStream, type Row, rowOf, streamOf } from '../../airbyte/stream'
import {
  type Affinity,
  type Needed,
  partOf,
  type Problem,
  type ProfileSegment,
  type ReadProfile
} from '../../algolia/profiles/profile'
import { ScoredKeys, strongestFirst } from './scores'

/** A stream of the source: its rows are made from profiles. */
export interface ProfileStream extends FieldStream<never> {
  /** What its rows are made of. */
  readonly needed: Needed
  readonly rowsOf: (profile: ReadProfile) => Row[]
}

const timestamp = z.string().meta({ format: 'date-time', airbyte_type: 'timestamp_with_timezone' })
const scores = (key: string) =>
  z.record(z.string(), z.number()).describe(`${key} → score (1-20); the highest where several affinities share it`)

/** The fields that each stream has. */
const common = {
  userToken: {
    name: 'algolia_user_id',
    schema: z.string().describe('The user token: the ID of the profile in Algolia'),
    from: ({ profile }) => profile.userToken
  },
  lastUpdated: {
    name: 'algolia_last_updated',
    schema: timestamp.describe('When the profile was last updated').optional(),
    from: ({ profile }) => profile.lastUpdatedAt,
    unreadable: { lastUpdatedAt: 'NULLED' }
  }
} satisfies Record<string, Field<{ readonly profile: ReadProfile }>>

const profiles = profileStream<Summary>({
  name: 'profiles',
  primaryKey: ['algolia_user_id'],
  fields: [
    common.userToken,
    {
      name: 'algolia_user_type',
      schema: z.string().describe('basic, predictive or realtime').optional(),
      from: ({ profile }) => profile.type,
      unreadable: { type: 'NULLED' }
    },
    {
      name: 'algolia_affinities_name',
      schema: z.array(z.string()).describe('Affinity names, distinct, strongest first'),
      from: ({ names }) => names.keys,
      unreadable: { affinities: 'NULLED', 'affinities[]': 'TRUNCATED' }
    },
    {
      name: 'algolia_affinities_value',
      schema: z.array(z.string()).describe('Affinity values, distinct, strongest first'),
      from: ({ values }) => values.keys,
      unreadable: { affinities: 'NULLED', 'affinities[]': 'TRUNCATED' }
    },
    {
      name: 'algolia_affinities_name_score',
      schema: scores('Affinity name'),
      from: ({ names }) => names.scores,
      unreadable: { affinities: 'NULLED', 'affinities[]': 'TRUNCATED', 'affinities[].score': 'TRUNCATED' }
    },
    {
      name: 'algolia_affinities_value_score',
      schema: scores('Affinity value'),
      from: ({ values }) => values.scores,
      unreadable: { affinities: 'NULLED', 'affinities[]': 'TRUNCATED', 'affinities[].score': 'TRUNCATED' }
    },
    {
      name: 'algolia_segment_ids',
      schema: z.array(z.string()).describe("IDs of the profile's segments, distinct"),
      from: ({ profile }) => distinct(profile.profileSegments, ({ id }) => id),
      unreadable: { segments: 'NULLED', 'segments[]': 'TRUNCATED' }
    },
    {
      name: 'algolia_segment_sources',
      schema: z.array(z.string()).describe("Sources of the profile's segments, distinct"),
      from: ({ profile }) => distinct(profile.profileSegments, ({ source }) => source),
      unreadable: { segments: 'NULLED', 'segments[]': 'TRUNCATED', 'segments[].source': 'TRUNCATED' }
    },
    common.lastUpdated
  ],
  needed: { affinityDetails: false },
  entriesOf: (profile) => [summaryOf(profile)],
  concerns: () => true
})

const affinities = profileStream<{ readonly profile: ReadProfile; readonly affinity: Affinity }>({
  name: 'affinities',
  primaryKey: ['algolia_user_id', 'algolia_affinity_id'],
  fields: [
    common.userToken,
    {
      name: 'algolia_affinity_id',
      schema: z.string().describe('Made of name, value and sorted indices: stable between reads'),
      from: ({ affinity }) => affinityId(affinity)
    },
    {
      name: 'algolia_affinity_name',
      schema: z.string().describe('For example category'),
      from: ({ affinity }) => affinity.name
    },
    {
      name: 'algolia_affinity_value',
      schema: z.string().describe('For example camping'),
      from: ({ affinity }) => affinity.value
    },
    {
      name: 'algolia_affinity_indices',
      schema: z.array(z.string()).describe('The indices that the affinity comes from'),
      from: ({ affinity }) => affinity.indices,
      unreadable: { 'affinities[].indices': 'NULLED' }
    },
    {
      name: 'algolia_affinity_score',
      schema: z.number().describe('1-20, the higher the stronger').optional(),
      from: ({ affinity }) => affinity.score,
      unreadable: { 'affinities[].score': 'NULLED' }
    },
    {
      name: 'algolia_affinity_last_updated',
      schema: timestamp.describe('When the affinity was last updated').optional(),
      from: ({ affinity }) => affinity.lastUpdatedAt,
      unreadable: { 'affinities[].lastUpdatedAt': 'NULLED' }
    },
    common.lastUpdated
  ],
  needed: { affinityDetails: true },
  entriesOf: (profile) => profile.affinities.map((affinity) => ({ profile, affinity })),
  concerns: ({ property, position }, { affinity }) =>
    property === 'lastUpdatedAt' || (property === 'affinities' && position === affinity.position)
})

const segments = profileStream<{ readonly profile: ReadProfile; readonly segment: ProfileSegment }>({
  name: 'segments',
  primaryKey: ['algolia_user_id', 'algolia_segment_id', 'algolia_segment_source'],
  fields: [
    common.userToken,
    {
      name: 'algolia_segment_id',
      schema: z.string().describe('The ID of the segment'),
      from: ({ segment }) => segment.id
    },
    {
      name: 'algolia_segment_source',
      schema: z.string().describe('Where the membership comes from; empty where Algolia tells no source'),
      // Part of the primary key, so never left out.
      from: ({ segment }) => segment.source ?? '',
      unreadable: { 'segments[].source': 'NULLED' }
    },
    common.lastUpdated
  ],
  needed: { affinityDetails: false },
  entriesOf: (profile) => profile.profileSegments.map((segment) => ({ profile, segment })),
  concerns: ({ property, position }, { segment }) =>
    property === 'lastUpdatedAt' || (property === 'segments' && position === segment.position)
})

/** The streams, in the order in which `discover` lists them. */
export const STREAMS: readonly ProfileStream[] = [profiles, affinities, segments]

/**
 * @param stream its rows come from entries: one or more of each profile
 * @param stream.concerns whether a problem in the profile is one of an entry
 */
function profileStream<Entry>({
  needed,
  entriesOf,
  concerns,
  ...description
}: {
  readonly name: string
  readonly primaryKey: readonly string[]
  readonly fields: readonly Field<Entry>[]
  readonly needed: Needed
  readonly entriesOf: (profile: ReadProfile) => readonly Entry[]
  readonly concerns: (problem: Problem, entry: Entry) => boolean
}): ProfileStream {
  const stream = streamOf({ ...description, cursorField: common.lastUpdated.name })
  return {
    ...stream,
    needed,
    rowsOf: (profile) => {
      const { problems } = profile
      // Nearly all profiles have none, and there are millions.
      if (problems.length === 0) return entriesOf(profile).map((entry) => rowOf(stream, entry))
      return entriesOf(profile).map((entry) => {
        const unreadable = problems.filter((problem) => concerns(problem, entry)).map(partOf)
        return rowOf(stream, entry, unreadable)
      })
    }
  }
}

/** A profile, and what its affinities come to. */
interface Summary {
  readonly profile: ReadProfile
  readonly names: ScoredKeys
  readonly values: ScoredKeys
}

function summaryOf(profile: ReadProfile): Summary {
  const names = new ScoredKeys()
  const values = new ScoredKeys()
  for (const { name, value, score } of strongestFirst(profile.affinities)) {
    names.add(name, score)
    values.add(value, score)
  }
  return { profile, names, values }
}

/** @returns a text made of name, value and sorted indices: one name and value can stand twice, with other indices. */
function affinityId({ name, value, indices }: Affinity): string {
  return JSON.stringify([name, value, ...[...indices].sort()])
}

function distinct<Entry>(entries: readonly Entry[], of: (entry: Entry) => string | undefined): string[] {
  const values = new Set<string>()
  for (const entry of entries) {
    const value = of(entry)
    if (value !== undefined) values.add(value)
  }
  return [...values]
}
