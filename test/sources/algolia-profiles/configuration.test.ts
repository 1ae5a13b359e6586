import { catalogMessage, selectStreams } from '../../../src/airbyte/catalog'
import { parseConfiguration, unknownKeysOf } from '../../../src/airbyte/configuration'
import { type Config, configSchema } from '../../../src/sources/algolia-profiles/config'
import { STREAMS } from '../../../src/sources/algolia-profiles/streams'
import { catalogOf, configuration } from '../../support/source'

const parseConfig = (input: unknown): Config => parseConfiguration(configSchema, input)

const configError = (message: RegExp) =>
  expect.objectContaining({
    failureType: 'config_error',
    message: expect.stringMatching(message) as string
  }) as Error

describe('the configuration', () => {
  test('needs an application ID, a key and a region; the rest has defaults', () => {
    expect(parseConfig({ appId: 'APP1', apiKey: 'key', region: 'eu' })).toEqual({
      appId: 'APP1',
      apiKey: 'key',
      region: 'eu',
      pageSize: 1000,
      concurrency: 8
    })
  })

  test.each([
    ['startDate', '2026-01-31'],
    ['startDate', '2024-02-29'],
    ['startDate', '2026-01-31T08:00:00Z'],
    ['startDate', '2026-01-31T08:00:00.123456+05:30'],
    ['pageSize', 1],
    ['concurrency', 16],
    ['affinities', ['category:camping', 'brand']]
  ])('takes %s %j', (key, value) => {
    expect(parseConfig(configuration({ [key]: value }))).toHaveProperty(key, value)
  })

  test.each([
    ['appId', ''],
    ['appId', 'not an id'],
    ['apiKey', ''],
    ['apiKey', 'two words'],
    ['apiKey', 'line\nbreak'],
    ['region', 'de'],
    ['startDate', 'soon'],
    ['startDate', '2026-02-30'],
    ['startDate', '2026-02-29T00:00:00Z'],
    ['startDate', '2026-04-31'],
    ['startDate', '2026-13-01'],
    ['startDate', '2026-01-01T25:00:00Z'],
    ['startDate', '2026-01-01T08:00:00'],
    ['startDate', 1767225600],
    ['indices', 'products'],
    ['pageSize', 0],
    ['pageSize', 1001],
    ['pageSize', 1.5],
    ['concurrency', 0],
    ['concurrency', 17],
    ['concurrency', '8']
  ])('refuses %s %j, naming the key', (key, value) => {
    expect(() => parseConfig(configuration({ [key]: value }))).toThrow(configError(new RegExp(`invalid: ${key}: `)))
  })

  test.each([
    ['affinities', ['category:camping,brand:acme'], /affinities\.0: must not contain a comma/],
    ['indices', ['products', ''], /indices\.1/]
  ])('refuses an entry of %s that would be read as something else: %j', (key, value, complaint) => {
    expect(() => parseConfig(configuration({ [key]: value }))).toThrow(configError(complaint))
  })

  test('may hold what was left empty, as forms and other hosts write it: as null, or as an empty start date', () => {
    const bare = { appId: 'APP1', apiKey: 'key', region: 'eu' }
    const empty = { startDate: '', indices: null, affinities: null, pageSize: null, concurrency: null }
    expect(parseConfig({ ...bare, ...empty })).toEqual(parseConfig(bare))
    expect(parseConfig({ ...bare, startDate: null })).toEqual(parseConfig(bare))
    expect(() => parseConfig({ ...bare, apiKey: null })).toThrow(configError(/invalid: apiKey: /))
  })

  test('may hold keys that it does not know, which are told', () => {
    const config = configuration({ startdate: '2026-01-31', region: 'eu', page: null })
    expect(parseConfig(config)).not.toHaveProperty('startdate')
    expect(unknownKeysOf(configSchema, config)).toEqual(['startdate'])
  })

  test.each([
    ['null', null],
    ['a list', []],
    ['a text', 'configuration']
  ])('can not be %s', (_, input) => {
    expect(() => parseConfig(input)).toThrow(configError(/^The configuration is invalid/))
  })

  test('is never repeated in a complaint about it', () => {
    const secret = 'secret value'
    let message = ''
    try {
      parseConfig({ appId: secret, apiKey: secret, region: secret, startDate: secret, pageSize: secret })
    } catch (thrown) {
      message = JSON.stringify(thrown) + String(thrown)
    }
    expect(message).toContain('apiKey')
    expect(message).not.toContain(secret)
  })
})

describe('the configured catalog', () => {
  test('selects streams in its order, each with a sync mode of its own', () => {
    const selected = selectStreams(STREAMS, catalogOf(['segments', 'full_refresh'], 'profiles'))
    expect(selected.map(({ stream: { name }, syncMode }) => [name, syncMode])).toEqual([
      ['segments', 'full_refresh'],
      ['profiles', 'incremental']
    ])
  })

  test('may hold the discovered streams as they are', () => {
    const message = catalogMessage(STREAMS)
    if (message.type !== 'CATALOG') throw new Error('There is no catalog')
    const streams = message.catalog.streams.map((stream) => ({
      stream,
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
      cursor_field: stream.default_cursor_field,
      primary_key: stream.source_defined_primary_key,
      generation_id: 1,
      minimum_generation_id: 0,
      sync_id: 7
    }))
    expect(selectStreams(STREAMS, { streams })).toHaveLength(3)
  })

  test('may say null for what it does not say', () => {
    const stream = { name: 'profiles', namespace: null, json_schema: {}, default_cursor_field: null }
    const streams = [{ stream, sync_mode: 'incremental', destination_sync_mode: null, generation_id: null }]
    expect(selectStreams(STREAMS, { streams })).toHaveLength(1)
  })

  test.each([
    [
      'a stream that is not offered',
      [{ stream: { name: 'users' }, sync_mode: 'incremental' }],
      /stream users, which this source does not have\. It has: profiles, affinities, segments/
    ],
    [
      'a sync mode that is not offered',
      [{ stream: { name: 'profiles' }, sync_mode: 'cdc' }],
      /stream profiles with the sync mode cdc\. It offers: full_refresh, incremental/
    ],
    ['no stream', [], /selects no stream/],
    ['one stream twice', catalogOf('profiles', 'profiles').streams, /selects the stream profiles twice/],
    ['a stream without a name', [{ stream: {}, sync_mode: 'incremental' }], /streams\.0\.stream\.name/],
    ['no list of streams', 'profiles', /catalog is invalid: streams/]
  ])('that selects %s is refused', (_, streams, complaint) => {
    expect(() => selectStreams(STREAMS, { streams })).toThrow(configError(complaint))
  })
})
