import * as fc from 'fast-check'
import { z } from 'zod'
import { malformedProfiles, type Profile } from '../../../src/local/algolia'
import { discover } from '../../../src/sources/algolia-profiles/source'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import {
  catalogOf,
  configuration,
  readInProcess,
  type ReadInProcess,
  type Row,
  runRead,
  type SourceOutput,
  type SourceRun,
  type StreamName,
  withAlgolia
} from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const STREAMS: readonly StreamName[] = ['profiles', 'affinities', 'segments']
const TIME = '2026-02-03T04:05:06.123456Z'

const anna = {
  userID: 'anna/1+2=',
  type: 'predictive',
  affinities: [
    { name: 'brand', value: 'Nike', score: 10, indices: ['shoes'], lastUpdatedAt: '2026-01-01T00:00:00Z' },
    { name: 'category', value: 'camping', score: 20, indices: ['b', 'a'], lastUpdatedAt: '2026-01-02T00:00:00.5Z' },
    { name: 'brand', value: 'Adidas', score: 15.5, indices: [], lastUpdatedAt: '2026-01-03T00:00:00.123456789Z' },
    { name: 'category', value: 'Nike', score: 5, indices: ['shoes'], lastUpdatedAt: '2026-01-04T00:00:00+02:00' },
    { name: 'brand', value: 'Nike', score: 3, indices: ['books'], lastUpdatedAt: '2026-01-05T00:00:00Z' }
  ],
  segments: [
    { id: 'vip', source: 'segment', addedAt: 'yesterday' },
    { id: 'new', source: 'algolia' },
    { id: 'vip', source: 'algolia' }
  ],
  lastUpdatedAt: TIME
}

describe('a profile', () => {
  let run: SourceRun
  beforeAll(async () => {
    run = await rowsOf(
      anna,
      { userID: 'bare', type: 'basic', affinities: [], lastUpdatedAt: TIME },
      { userID: 'less' },
      { userID: 'nulls', type: null, affinities: null, segments: null, lastUpdatedAt: null },
      { userID: 'unknown', type: 'realtime', affinities: [], segments: [], lastUpdatedAt: TIME, score: [{ deep: {} }] }
    )
  })

  test('becomes one row of profiles, by the table of fields', () => {
    expect(rowOf(run, 'profiles', 'anna/1+2=')).toEqual({
      algolia_user_id: 'anna/1+2=',
      algolia_user_type: 'predictive',
      algolia_affinities_name: ['category', 'brand'],
      algolia_affinities_value: ['camping', 'Adidas', 'Nike'],
      algolia_affinities_name_score: { category: 20, brand: 15.5 },
      algolia_affinities_value_score: { camping: 20, Adidas: 15.5, Nike: 10 },
      algolia_segment_ids: ['vip', 'new'],
      algolia_segment_sources: ['segment', 'algolia'],
      algolia_last_updated: TIME
    })
  })

  test('becomes a row of affinities for each of its affinities, which loses nothing', () => {
    const affinity = (id: string, name: string, value: string, score: number, indices: string[], updated: string) => ({
      algolia_user_id: 'anna/1+2=',
      algolia_affinity_id: id,
      algolia_affinity_name: name,
      algolia_affinity_value: value,
      algolia_affinity_indices: indices,
      algolia_affinity_score: score,
      algolia_affinity_last_updated: updated,
      algolia_last_updated: TIME
    })
    expect(run.rows('affinities')).toEqual([
      affinity('["brand","Nike","shoes"]', 'brand', 'Nike', 10, ['shoes'], '2026-01-01T00:00:00Z'),
      affinity('["category","camping","a","b"]', 'category', 'camping', 20, ['b', 'a'], '2026-01-02T00:00:00.5Z'),
      affinity('["brand","Adidas"]', 'brand', 'Adidas', 15.5, [], '2026-01-03T00:00:00.123456789Z'),
      affinity('["category","Nike","shoes"]', 'category', 'Nike', 5, ['shoes'], '2026-01-04T00:00:00+02:00'),
      affinity('["brand","Nike","books"]', 'brand', 'Nike', 3, ['books'], '2026-01-05T00:00:00Z')
    ])
  })

  test('becomes a row of segments for each of its segments', () => {
    const segment = (id: string, source: string) => ({
      algolia_user_id: 'anna/1+2=',
      algolia_segment_id: id,
      algolia_segment_source: source,
      algolia_last_updated: TIME
    })
    expect(run.rows('segments')).toEqual([
      segment('vip', 'segment'),
      segment('new', 'algolia'),
      segment('vip', 'algolia')
    ])
  })

  const nothing = {
    algolia_affinities_name: [],
    algolia_affinities_value: [],
    algolia_affinities_name_score: {},
    algolia_affinities_value_score: {},
    algolia_segment_ids: [],
    algolia_segment_sources: []
  }

  test('without affinities or segments gives empty lists, and what it lacks is left out', () => {
    expect(rowOf(run, 'profiles', 'bare')).toStrictEqual({
      ...nothing,
      algolia_user_id: 'bare',
      algolia_user_type: 'basic',
      algolia_last_updated: TIME
    })
    expect(rowOf(run, 'profiles', 'less')).toStrictEqual({ ...nothing, algolia_user_id: 'less' })
    expect(rowOf(run, 'profiles', 'nulls')).toStrictEqual({ ...nothing, algolia_user_id: 'nulls' })
  })

  test('may hold properties that nobody knows', () => {
    expect(rowOf(run, 'profiles', 'unknown')).toMatchObject({ algolia_user_type: 'realtime' })
  })

  test('that is sound gives no warning, and no change in its rows', () => {
    expect(run.logs('WARN')).toEqual([])
    expect(run.stdout).not.toContain('"changes"')
    expect(run.summary).toMatchObject({ rejected: 0, problems: 0 })
  })
})

test('keys that name parts of every object are keys like any other', async () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']
  const affinities = names.map((name, index) => ({ ...affinityOf(name, `${name} value`), score: index + 1 }))
  const run = await rowsOf({ ...anna, userID: 'odd', affinities: [...affinities, affinityOf('a', '__proto__')] })
  const row = run.stdout.split('\n').find((line) => line.includes('"stream":"profiles"')) ?? ''
  const { record } = JSON.parse(row) as { record: { data: Row } }
  for (const [index, name] of names.entries()) {
    expect(Object.getOwnPropertyDescriptor(record.data.algolia_affinities_name_score, name)?.value).toBe(index + 1)
  }
  expect(Object.keys(record.data.algolia_affinities_name_score as object)).toHaveLength(6)
  expect(Object.getOwnPropertyDescriptor(record.data.algolia_affinities_value_score, '__proto__')?.value).toBe(9)
  expect(record.data.algolia_affinities_name).toEqual(['a', ...[...names].reverse()])
})

describe('a part of a profile that can not be used', () => {
  let run: SourceRun
  beforeAll(async () => {
    run = await rowsOf(
      {
        ...anna,
        userID: 'broken-affinities',
        affinities: [
          affinityOf('brand', 'Nike'),
          null,
          { name: 'brand', score: 3 },
          { ...affinityOf('brand', 'Puma'), score: '7' },
          { ...affinityOf('brand', 'Fila'), indices: 'shoes' },
          { ...affinityOf('brand', 'Asics'), lastUpdatedAt: 'yesterday' }
        ]
      },
      {
        ...anna,
        userID: 'broken-segments',
        segments: [{ id: 'new', source: 'algolia' }, { id: 'vip', source: 7 }, { source: 'segment' }, 'vip']
      },
      { ...anna, userID: 'broken-lists', affinities: {}, segments: 'vip' },
      { ...anna, userID: 'broken-fields', type: 3, lastUpdatedAt: '2026-02-30T00:00:00Z' }
    )
  })

  test('an affinity is dropped from the row, which says so, and the log says what was wrong where', () => {
    expect(rowOf(run, 'profiles', 'broken-affinities')).toMatchObject({
      algolia_affinities_name: ['brand'],
      algolia_affinities_value: ['Nike', 'Fila', 'Asics', 'Puma'],
      algolia_affinities_value_score: { Nike: 9, Fila: 9, Asics: 9 }
    })
    expect(changesOf(run, 'profiles', 'broken-affinities')).toEqual([
      ['algolia_affinities_name', 'TRUNCATED'],
      ['algolia_affinities_name_score', 'TRUNCATED'],
      ['algolia_affinities_value', 'TRUNCATED'],
      ['algolia_affinities_value_score', 'TRUNCATED']
    ])
    expect(warningsOf(run, 'broken-affinities')).toEqual([
      'affinities[1]: it is not an object with texts as name and value.',
      'affinities[2]: it is not an object with texts as name and value.',
      'affinities[3].score: it is a text of another kind, not a number.',
      'affinities[4].indices: it is a text of another kind, not a list of texts.',
      'affinities[5].lastUpdatedAt: it is a text of another kind, not an RFC 3339 time.'
    ])
  })

  test('the affinities that can be used have their rows, each with what it lacks', () => {
    const rows = run.rows('affinities').filter(({ algolia_user_id }) => algolia_user_id === 'broken-affinities')
    expect(rows.map(({ algolia_affinity_value }) => algolia_affinity_value)).toEqual(['Nike', 'Puma', 'Fila', 'Asics'])
    expect(rows[1]).not.toHaveProperty('algolia_affinity_score')
    expect(rows[2]).toHaveProperty('algolia_affinity_indices', [])
    expect(rows[3]).not.toHaveProperty('algolia_affinity_last_updated')
    expect(changesOf(run, 'affinities', 'broken-affinities')).toEqual([
      ['algolia_affinity_indices', 'NULLED'],
      ['algolia_affinity_last_updated', 'NULLED'],
      ['algolia_affinity_score', 'NULLED']
    ])
  })

  test('what is left out of an affinity is told in its own row, and in no other', () => {
    expect(changesByRow(run, 'affinities', 'broken-affinities')).toEqual([
      [],
      [['algolia_affinity_score', 'NULLED']],
      [['algolia_affinity_indices', 'NULLED']],
      [['algolia_affinity_last_updated', 'NULLED']]
    ])
  })

  test('what is left out of a segment is told in its own row, and in no other', () => {
    expect(changesByRow(run, 'segments', 'broken-segments')).toEqual([[], [['algolia_segment_source', 'NULLED']]])
  })

  test('a segment is dropped, or lacks its source', () => {
    expect(rowOf(run, 'profiles', 'broken-segments')).toMatchObject({
      algolia_segment_ids: ['new', 'vip'],
      algolia_segment_sources: ['algolia']
    })
    expect(run.rows('segments').filter(({ algolia_user_id }) => algolia_user_id === 'broken-segments')).toMatchObject([
      { algolia_segment_id: 'new', algolia_segment_source: 'algolia' },
      { algolia_segment_id: 'vip', algolia_segment_source: '' }
    ])
    expect(changesOf(run, 'profiles', 'broken-segments')).toEqual([
      ['algolia_segment_ids', 'TRUNCATED'],
      ['algolia_segment_sources', 'TRUNCATED']
    ])
    expect(changesOf(run, 'segments', 'broken-segments')).toEqual([['algolia_segment_source', 'NULLED']])
  })

  test('a list that is none leaves its fields empty', () => {
    expect(rowOf(run, 'profiles', 'broken-lists')).toMatchObject({
      algolia_affinities_name: [],
      algolia_affinities_name_score: {},
      algolia_segment_ids: []
    })
    expect(changesOf(run, 'profiles', 'broken-lists')).toEqual([
      ['algolia_affinities_name', 'NULLED'],
      ['algolia_affinities_name_score', 'NULLED'],
      ['algolia_affinities_value', 'NULLED'],
      ['algolia_affinities_value_score', 'NULLED'],
      ['algolia_segment_ids', 'NULLED'],
      ['algolia_segment_sources', 'NULLED']
    ])
  })

  test('a type or a time that is none is left out, of the rows of all streams', () => {
    expect(rowOf(run, 'profiles', 'broken-fields')).not.toHaveProperty('algolia_user_type')
    for (const stream of STREAMS) {
      expect(rowOf(run, stream, 'broken-fields')).not.toHaveProperty('algolia_last_updated')
      expect(changesOf(run, stream, 'broken-fields')).toContainEqual(['algolia_last_updated', 'NULLED'])
    }
    expect(changesOf(run, 'profiles', 'broken-fields')).toContainEqual(['algolia_user_type', 'NULLED'])
  })

  test('is counted, and the reason is that Algolia sent what can not be read', () => {
    expect(run.summary).toMatchObject({ rejected: 0, problems: 12 })
    const reasons = run.messages.flatMap((message) =>
      message.type === 'RECORD' ? (message.record.meta?.changes ?? []).map(({ reason }) => reason) : []
    )
    expect(new Set(reasons)).toEqual(new Set(['SOURCE_SERIALIZATION_ERROR']))
  })
})

test('what is no profile at all is reported with its place, counted, and the rest goes on', async () => {
  await withAlgolia({ profiles: 20 }, async ({ url, faults, profiles }) => {
    const entries = Object.values(malformedProfiles)
    faults.insertUsers(Object.fromEntries(entries.map((entry, index) => [index * 2, entry])))
    const run = await runRead({ url, catalog: catalogOf(...STREAMS) })
    expect(run.exitCode).toBe(0)
    expect(run.statuses()).toEqual(['STARTED', 'RUNNING', 'COMPLETE'])
    expect(run.userTokens()).toHaveLength(profiles.size + 4)
    expect(run.summary).toMatchObject({ rejected: 5 })
    const rejections = run.logs('WARN').filter((line) => line.includes('rejected'))
    const [second] = run.userTokens()
    expect(rejections).toEqual([
      'Profile 1 of 29 on page 1 is rejected: the profile: it is null, not an object.',
      `Profile 3 of 29 on page 1, the one after ${second}, is rejected: the profile: it is a text of another kind, not an object.`,
      expect.stringMatching(/^Profile 5 of 29 on page 1.* is rejected: the profile: it is a list, not an object\.$/),
      expect.stringMatching(/^Profile 7 of 29 on page 1.* is rejected: userID: it is missing, not a user token\.$/),
      expect.stringMatching(/^Profile 9 of 29 on page 1.* is rejected: userID: it is a number, not a user token\.$/)
    ])
    const counts = run.messages.flatMap((message) => (message.type === 'STATE' ? [message.state.sourceStats] : []))
    expect(counts.map((count) => count?.rejectedRecordCount)).toEqual([5, undefined, undefined])
  })
})

test('a page of nothing but rubbish is told about a hundred times, and counted whole', async () => {
  await withAlgolia({}, async ({ url, faults }) => {
    faults.changePages(() => ({ users: Array.from({ length: 1000 }, () => ({})) }))
    const run = await runRead({ url })
    expect(run.exitCode).toBe(0)
    expect(run.logs('WARN')).toHaveLength(100)
    expect(run.summary).toMatchObject({ rejected: 1000 })
  })
})

test('whatever stands in a page, each row fits the schema of its stream, and each user token has its row', async () => {
  const odd = fc.oneof(
    fc.constantFrom(null, '', 0, -1, 1e308, true, 'text', '__proto__', TIME, '2026-02-30T00:00:00Z', '2026-01-01'),
    fc.jsonValue({ maxDepth: 2 })
  )
  const or = <Value>(value: fc.Arbitrary<Value>) =>
    fc.oneof({ arbitrary: value, weight: 3 }, { arbitrary: odd, weight: 1 })
  const object = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] })
  const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'brand'))
  const affinity = object({
    name: or(key),
    value: or(key),
    score: or(fc.double()),
    indices: or(fc.array(or(key))),
    lastUpdatedAt: odd
  })
  const segment = object({ id: or(key), source: or(key) })
  const profile = object({
    userID: or(fc.string()),
    type: or(fc.string()),
    affinities: or(fc.array(or(affinity), { maxLength: 5 })),
    segments: or(fc.array(or(segment), { maxLength: 5 })),
    lastUpdatedAt: odd
  })
  const schemas = discoveredSchemas()
  const clock = new VirtualClock()
  let body = ''
  const algolia = new SimulatedAlgolia({ clock, onCall: () => ({ body }) })

  await fc.assert(
    fc.asyncProperty(fc.array(or(profile), { maxLength: 10 }), async (users) => {
      body = JSON.stringify({ users })
      const input = { config: configuration(), catalog: catalogOf(...STREAMS) }
      const { messages, thrown } = await readInProcess(input, {
        clock,
        random: Math.random,
        createTransport: () => algolia
      })
      expect(thrown).toBeUndefined()
      const tokens = (JSON.parse(body) as { users: { userID?: unknown }[] }).users.flatMap((user) =>
        typeof user?.userID === 'string' && user.userID !== '' && !Array.isArray(user) ? [user.userID] : []
      )
      const rows = messages.flatMap((message) => (message.type === 'RECORD' ? [message.record] : []))
      for (const { stream, data } of rows) schemas.get(stream)?.parse(JSON.parse(JSON.stringify(data)))
      expect(rows.filter(({ stream }) => stream === 'profiles').map(({ data }) => data.algolia_user_id)).toEqual(tokens)
    }),
    { numRuns: 300 }
  )
})

test('a score that is too large for a number is left out, and told', async () => {
  const read = await readBody(
    JSON.stringify({ users: [{ ...anna, affinities: [{ ...affinityOf('brand', 'Nike'), score: 7 }] }] }).replace(
      '"score":7',
      '"score":1e999'
    ),
    ...STREAMS
  )
  expect(read.rows('affinities')).toHaveLength(1)
  expect(read.rows('affinities')[0]?.algolia_affinity_score).toBeUndefined()
  expect(read.rows('profiles')[0]).toMatchObject({ algolia_affinities_value: ['Nike'] })
  expect(JSON.stringify(read.rows('profiles')[0]?.algolia_affinities_value_score)).toBe('{}')
  expect(changesOf(read, 'affinities', anna.userID)).toEqual([['algolia_affinity_score', 'NULLED']])
  expect(warningsOf(read, anna.userID)).toEqual([expect.stringMatching(/^affinities\[0\]\.score: /) as string])
})

test('the ID of an affinity depends on its name, its value and which indices it has, in whatever order', async () => {
  const indices = [['b', 'a'], ['a', 'b'], ['a'], [], ['a,b'], ['a', 'b', 'b']]
  const affinities = indices.map((list) => ({ ...affinityOf('brand', 'Nike'), indices: list }))
  const body = JSON.stringify({ users: [{ ...anna, affinities: [...affinities, affinityOf('bran', 'dNike')] }] })
  const read = await readBody(body, 'affinities')
  const ids = read.rows('affinities').map(({ algolia_affinity_id }) => algolia_affinity_id)
  expect(ids[0]).toBe(ids[1])
  expect(new Set(ids).size).toBe(6)
})

/** Reads some profiles with the command line, all streams. */
function rowsOf(...profiles: unknown[]): Promise<SourceRun> {
  return withAlgolia({ profiles: profiles as Profile[] }, ({ url }) => runRead({ url, catalog: catalogOf(...STREAMS) }))
}

/** Reads a page with this body, some streams. */
function readBody(body: string, ...streams: StreamName[]): Promise<ReadInProcess> {
  const clock = new VirtualClock()
  const algolia = new SimulatedAlgolia({ clock, onCall: () => ({ body }) })
  const input = { config: configuration(), catalog: catalogOf(...streams) }
  return readInProcess(input, { clock, random: Math.random, createTransport: () => algolia })
}

function affinityOf(name: string, value: string) {
  return { name, value, score: 9, indices: ['products'], lastUpdatedAt: '2026-01-01T00:00:00Z' }
}

/** The first row of a stream that is about a user. */
function rowOf(run: SourceOutput, stream: StreamName, userToken: string): Row | undefined {
  return run.rows(stream).find(({ algolia_user_id }) => algolia_user_id === userToken)
}

/** The changes told of each row of a stream that is about a user. */
function changesByRow(run: SourceOutput, stream: StreamName, userToken: string): string[][][] {
  return run.messages.flatMap((message) =>
    message.type === 'RECORD' && message.record.stream === stream && message.record.data.algolia_user_id === userToken
      ? [(message.record.meta?.changes ?? []).map(({ field, change }) => [field, change])]
      : []
  )
}

/** The changes told of the rows of a stream that are about a user, sorted. */
function changesOf(run: SourceOutput, stream: StreamName, userToken: string): string[][] {
  const changes = changesByRow(run, stream, userToken).flat()
  return [...new Set(changes.map((change) => change.join(' ')))].sort().map((change) => change.split(' '))
}

/** What is said to be wrong with a profile. */
function warningsOf(run: SourceOutput, userToken: string): string[] {
  const start = `A part of the profile ${userToken} is left out: `
  return run.logs('WARN').flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []))
}

/** A check of each stream's rows, made from the JSON schema that `discover` tells. */
function discoveredSchemas(): Map<string, z.ZodType> {
  const message = discover()
  if (message.type !== 'CATALOG') throw new Error('There is no catalog')
  return new Map(
    message.catalog.streams.map(({ name, json_schema }) => [
      name,
      z.fromJSONSchema(json_schema as z.core.JSONSchema.JSONSchema)
    ])
  )
}
