import { configError } from '../errors'
import { withoutNulls } from '../input/json-file'
import { jsonSchemaOf } from './json-schema'
import { type AirbyteMessage, configuredCatalogSchema } from './protocol'
import { issuesOf } from '../input/schema-issues'
import { type SelectedStream, type Stream, SYNC_MODES } from './stream'

/** @returns the CATALOG message: each stream with its schema, keys, cursor and sync modes. */
export function catalogMessage(offered: readonly Stream[]): AirbyteMessage {
  const streams = offered.map(({ name, schema, primaryKey, cursorField }) => ({
    name,
    json_schema: jsonSchemaOf(schema, 'output'),
    supported_sync_modes: [...SYNC_MODES],
    source_defined_cursor: true,
    default_cursor_field: [cursorField],
    source_defined_primary_key: primaryKey.map((field) => [field]),
    is_resumable: true
  }))
  return { type: 'CATALOG', catalog: { streams } }
}

/**
 * @param streams what the source offers
 * @param input a configured catalog, as a host passes it in
 * @returns the streams to read, in the catalog's order
 * @throws PackageError (`config`) when it selects nothing, or what this source doesn't offer
 */
export function selectStreams<Of extends Stream>(streams: readonly Of[], input: unknown): SelectedStream<Of>[] {
  const catalog = withoutNulls(input)
  const result = configuredCatalogSchema.safeParse(catalog)
  if (!result.success) throw configError(`The configured catalog is invalid: ${issuesOf(result.error, catalog)}`)
  const selected = result.data.streams.map(({ stream: { name }, sync_mode }): SelectedStream<Of> => {
    const stream = streams.find((offered) => offered.name === name)
    if (stream === undefined) {
      throw configError(
        `The configured catalog selects the stream ${name}, which this source does not have. It has: ${streams.map((offered) => offered.name).join(', ')}. Discover the source's streams anew.`
      )
    }
    const syncMode = SYNC_MODES.find((offered) => offered === sync_mode)
    if (syncMode === undefined) {
      throw configError(
        `The configured catalog selects the stream ${name} with the sync mode ${sync_mode}. It offers: ${SYNC_MODES.join(', ')}.`
      )
    }
    return { stream, syncMode }
  })
  if (selected.length === 0) throw configError('The configured catalog selects no stream. Select at least one.')
  const twice = selected.find(({ stream }, index) => selected.findIndex((other) => other.stream === stream) !== index)
  if (twice) throw configError(`The configured catalog selects the stream ${twice.stream.name} twice. Select it once.`)
  return selected
}
