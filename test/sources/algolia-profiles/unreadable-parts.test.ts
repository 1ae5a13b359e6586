import { malformedProfiles } from '../../../src/local/algolia'
import { catalogOf, runRead, type SourceRun, withAlgolia } from '../../support/source'

import {
  STREAMS,
  anna,
  rowsOf,
  readBody,
  affinityOf,
  rowOf,
  changesByRow,
  changesOf,
  warningsOf
} from '../../support/rows'

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

test('nothing is said of what no selected stream is made of', async () => {
  const affinities = [
    { ...affinityOf('brand', 'Nike'), indices: 'shoes' },
    { ...affinityOf('brand', 'Puma'), lastUpdatedAt: 'yesterday' },
    { ...affinityOf('brand', 'Fila'), score: '7' }
  ]
  const body = JSON.stringify({ users: [{ ...anna, affinities }] })
  const read = await readBody(body, 'profiles')
  expect(warningsOf(read, anna.userID)).toEqual([expect.stringMatching(/^affinities\[2\]\.score: /) as string])
  expect(read.rows('profiles')[0]).toMatchObject({
    algolia_affinities_value: ['Nike', 'Puma', 'Fila'],
    algolia_affinities_value_score: { Nike: 9, Puma: 9 }
  })
  expect(warningsOf(await readBody(body, 'profiles', 'affinities'), anna.userID)).toHaveLength(3)
})
