import * as fc from 'fast-check'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import { catalogOf, configuration, readInProcess, type Row, type SourceRun } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

import { STREAMS, TIME, anna, rowsOf, readBody, affinityOf, rowOf, discoveredSchemas } from '../../support/rows'

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
