import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './dockerfile'
import { SOURCES } from './sources'

const { filesOf } = jest.requireActual<{ filesOf: (name: string) => Record<string, string> }>(
  '../../scripts/airbyte-files.js'
)

/** Names of properties that Airbyte's acceptance tests take for secrets: those must be marked. */
const SECRET_NAMES =
  'client_token access_token api_token token secret client_secret password key service_account_info service_account tenant_id certificate jwt credentials app_id appid refresh_token'.split(
    ' '
  )

/** What Airbyte's forms can't show. */
const NOT_IN_A_SPEC = 'not anyOf patternProperties prefixItems allOf if then else dependentSchemas dependentRequired'

/** Every value of a keyword in JSON, at any depth. */
function valuesOf(keyword: string, json: unknown): unknown[] {
  if (typeof json !== 'object' || json === null) return []
  const own = Object.entries(json).flatMap(([key, value]) => (key === keyword ? [value as unknown] : []))
  return [...own, ...Object.values(json).flatMap((value) => valuesOf(keyword, value))]
}

describe.each(SOURCES)("Airbyte's acceptance rules for source-$name", ({ name, streams }) => {
  const folder = join(ROOT, 'src/sources', name)
  const files = filesOf(name)
  const spec = JSON.parse(files['integration_tests/spec.json'] ?? '') as {
    connectionSpecification: { properties: Record<string, { type: string; airbyte_secret?: boolean }> }
  }
  const catalog = JSON.parse(files['integration_tests/configured_catalog.json'] ?? '') as {
    streams: {
      stream: {
        name: string
        json_schema: { properties: Record<string, unknown> }
        default_cursor_field: string[]
        source_defined_primary_key: string[][]
        supported_sync_modes: string[]
      }
    }[]
  }

  test('further properties are allowed everywhere', () => {
    const values = [...valuesOf('additionalProperties', spec), ...valuesOf('additionalProperties', catalog)]
    expect(values.length).toBeGreaterThan(streams.length)
    expect(new Set(values)).toEqual(new Set([true]))
  })

  test('no reference is left open, and no keyword stands where Airbyte takes none', () => {
    for (const keyword of NOT_IN_A_SPEC.split(' ')) expect([keyword, valuesOf(keyword, spec)]).toEqual([keyword, []])
    for (const keyword of ['$ref', 'allOf', 'not']) {
      expect([keyword, valuesOf(keyword, [spec, catalog])]).toEqual([keyword, []])
    }
  })

  test('what has the name of a secret is marked as one, and so is the API key', () => {
    const { properties } = spec.connectionSpecification
    expect(properties.apiKey).toHaveProperty('airbyte_secret', true)
    for (const [key, property] of Object.entries(properties)) {
      if (property.type === 'string' && SECRET_NAMES.includes(key.toLowerCase())) {
        expect([key, property.airbyte_secret]).toEqual([key, true])
      }
    }
  })

  test('cursors and keys stand in the schemas, and each stream has its sync modes', () => {
    expect(catalog.streams.map(({ stream }) => stream.name)).toEqual(streams)
    for (const { stream } of catalog.streams) {
      const fields = [...stream.default_cursor_field, ...stream.source_defined_primary_key.flat()]
      for (const field of fields) expect(stream.json_schema.properties).toHaveProperty(field)
      expect(stream.supported_sync_modes).toEqual(['full_refresh', 'incremental'])
    }
  })

  test('the files that they compare with are up to date: npm run airbyte-files', () => {
    for (const [file, text] of Object.entries(files)) expect(readFileSync(join(folder, file), 'utf8')).toBe(text)
  })

  test('their configuration names files that are there, but for secrets', () => {
    const config = readFileSync(join(folder, 'acceptance-test-config.yml'), 'utf8')
    const suites = [...config.matchAll(/^ {2}(\w+):$/gm)].map(([, suite]) => suite)
    expect(suites).toEqual(['spec', 'connection', 'discovery', 'basic_read', 'full_refresh', 'incremental'])
    expect(config).toContain(`connector_image: source-${name}:dev\n`)
    for (const [, path = ''] of config.matchAll(/_path: (\S+)/g)) {
      if (path !== 'secrets/config.json')
        expect(() => JSON.parse(readFileSync(join(folder, path), 'utf8'))).not.toThrow()
    }
  })
})
