import { configuration, runSource, type SourceRun, withAlgolia } from '../../support/source'

/** A JSON schema, as far as these tests look into it. */
interface Schema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly [keyword: string]: unknown
}

describe('spec', () => {
  let run: SourceRun
  let schema: Schema
  beforeAll(async () => {
    run = await runSource('spec')
    const [message] = run.messages
    if (message?.type !== 'SPEC') throw new Error('There is no spec')
    schema = message.spec.connectionSpecification
  })

  test('is one SPEC message and nothing else', () => {
    expect(run.messages).toHaveLength(1)
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(0)
  })

  test('names no documentation that nobody finds, and says that it reads incrementally', () => {
    expect(run.messages[0]).toMatchObject({
      spec: { supportsIncremental: true }
    })
    expect(run.messages[0]).not.toHaveProperty('spec.documentationUrl')
  })

  test('asks for the application ID, the key and the region, and refuses nothing else that a host may keep', () => {
    expect(schema.type).toBe('object')
    expect(schema.required).toEqual(['appId', 'apiKey', 'region'])
    expect(schema.additionalProperties).toBe(true)
    expect(Object.keys(schema.properties ?? {})).toEqual(
      'appId apiKey region startDate indices affinities pageSize concurrency'.split(' ')
    )
  })

  test('keeps the API key secret, and what Airbyte takes for a secret', () => {
    const secrets = Object.entries(schema.properties ?? {}).filter(([, { airbyte_secret }]) => airbyte_secret === true)
    expect(secrets.map(([key]) => key)).toEqual(['appId', 'apiKey'])
  })

  test('offers the regions as an enumeration', () => {
    expect(schema.properties?.region).toMatchObject({ type: 'string', enum: ['us', 'eu'] })
  })

  test('gives every key a title, a description and a place in the order', () => {
    const properties = Object.values(schema.properties ?? {})
    for (const { title, description } of properties) {
      expect(title).toEqual(expect.stringMatching(/\w/))
      expect(description).toEqual(expect.stringMatching(/\w.*\.$/))
    }
    expect(properties.map(({ order }) => order)).toEqual(properties.map((_, index) => index))
  })

  test('gives examples for what is typed in, and tells the bounds and the defaults', () => {
    for (const key of ['appId', 'region', 'startDate', 'indices', 'affinities']) {
      expect(schema.properties?.[key]?.examples).toHaveProperty('0')
    }
    expect(schema.properties?.pageSize).toMatchObject({ type: 'integer', minimum: 1, maximum: 1000, default: 1000 })
    expect(schema.properties?.concurrency).toMatchObject({ type: 'integer', minimum: 1, maximum: 16, default: 8 })
  })
})

describe('discover', () => {
  let run: SourceRun
  beforeAll(async () => {
    run = await runSource('discover', { config: configuration(), url: 'http://127.0.0.1:1' })
  })

  const streams = () => {
    const [message] = run.messages
    if (message?.type !== 'CATALOG') throw new Error('There is no catalog')
    return message.catalog.streams
  }

  test('is one CATALOG message, and calls nobody', () => {
    expect(run.messages).toHaveLength(1)
    expect(run.stderr).toBe('')
    expect(run.exitCode).toBe(0)
  })

  test('lists three streams with their keys, that can be read in full or incrementally and be resumed', () => {
    const common = {
      supported_sync_modes: ['full_refresh', 'incremental'],
      source_defined_cursor: true,
      default_cursor_field: ['algolia_last_updated'],
      is_resumable: true
    }
    const keys = (...fields: string[]): string[][] => fields.map((field) => [field])
    const user = 'algolia_user_id'
    expect(streams()).toEqual([
      {
        ...common,
        name: 'profiles',
        source_defined_primary_key: keys(user),
        json_schema: expect.any(Object) as object
      },
      {
        ...common,
        name: 'affinities',
        source_defined_primary_key: keys(user, 'algolia_affinity_id'),
        json_schema: expect.any(Object) as object
      },
      {
        ...common,
        name: 'segments',
        source_defined_primary_key: keys(user, 'algolia_segment_id', 'algolia_segment_source'),
        json_schema: expect.any(Object) as object
      }
    ])
  })

  test('tells the type of each field, and which are always there: what a profile may lack is left out, never null', () => {
    const text = { type: 'string' }
    const time = { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' }
    const texts = { type: 'array', items: text }
    const scores = { type: 'object', patternProperties: { '^': { type: 'number' } }, additionalProperties: true }
    expect(fieldsOf(0)).toEqual({
      algolia_user_id: text,
      'algolia_user_type?': text,
      algolia_affinities_name: texts,
      algolia_affinities_value: texts,
      algolia_affinities_name_score: scores,
      algolia_affinities_value_score: scores,
      algolia_segment_ids: texts,
      algolia_segment_sources: texts,
      'algolia_last_updated?': time
    })
    expect(fieldsOf(1)).toEqual({
      algolia_user_id: text,
      algolia_affinity_id: text,
      algolia_affinity_name: text,
      algolia_affinity_value: text,
      algolia_affinity_indices: texts,
      'algolia_affinity_score?': { type: 'number' },
      'algolia_affinity_last_updated?': time,
      'algolia_last_updated?': time
    })
    expect(fieldsOf(2)).toEqual({
      algolia_user_id: text,
      algolia_segment_id: text,
      algolia_segment_source: text,
      'algolia_last_updated?': time
    })
  })

  test('has the primary keys and the cursor among the fields, and the keys never absent', () => {
    for (const { json_schema, source_defined_primary_key = [], default_cursor_field = [] } of streams()) {
      const { properties = {}, required = [] } = json_schema as Schema
      for (const [key] of source_defined_primary_key) expect(required).toContain(key)
      for (const field of default_cursor_field) expect(properties).toHaveProperty(field)
    }
  })

  test('answers the same for an application that can not be reached', async () => {
    await withAlgolia({}, async ({ url }) => {
      expect((await runSource('discover', { config: configuration(), url })).stdout).toBe(run.stdout)
    })
  })

  /** The fields of a stream without their descriptions, those that may be absent with a question mark. */
  function fieldsOf(index: number): Record<string, unknown> {
    const { properties = {}, required = [], type } = streams()[index]?.json_schema as Schema
    expect(type).toBe('object')
    return Object.fromEntries(
      Object.entries(properties).map(([field, { description, ...schema }]) => {
        expect(description).toEqual(expect.stringMatching(/\w/))
        return [required.includes(field) ? field : `${field}?`, schema]
      })
    )
  }
})
