import type { JSONObject } from '@segment/actions-core'
import type { AirbyteMessage } from '../../airbyte/protocol'
import { readProfile } from '../../algolia/profiles/profile'
import { STREAMS } from '../../sources/algolia-profiles/streams'
import type { Json } from '../interface'
import type { PlatformFiles, StreamRows } from './interface'
import type { RunnableSource } from './sources'

/** Rows of each stream that a preview shows. */
const MOST_ROWS = 100

/** A page of the preview: one call gives so many profiles that there are rows enough of each stream. */
const PAGE_SIZE = 1000

/** @returns a configured catalog that selects streams. */
export function catalogOf(streams: readonly string[], syncMode: string): unknown {
  return { streams: streams.map((name) => ({ stream: { name }, sync_mode: syncMode })) }
}

/** @returns what a platform is given, to run the source as the page does; the key is left to whoever fills it in. */
export function platformFiles(
  { commands }: RunnableSource,
  config: JSONObject,
  streams: readonly string[],
  syncMode: string
): PlatformFiles {
  const message = commands.discover()
  const offered = message.type === 'CATALOG' ? message.catalog.streams : []
  return {
    configuration: { ...config, apiKey: 'YOUR_API_KEY' },
    catalog: {
      streams: offered
        .filter(({ name }) => streams.includes(name))
        .map((stream) => ({
          stream,
          sync_mode: syncMode,
          destination_sync_mode: syncMode === 'incremental' ? 'append_dedup' : 'overwrite',
          cursor_field: stream.default_cursor_field,
          primary_key: stream.source_defined_primary_key
        }))
    }
  }
}

/** @returns all rows that the source makes of a profile. */
export function rowsOfProfile(profile: unknown): StreamRows {
  const checked = readProfile(profile)
  if (!('userToken' in checked)) return {}
  return Object.fromEntries(STREAMS.map(({ name, rowsOf }) => [name, rowsOf(checked).map(({ data }) => data as Json)]))
}

/**
 * Reads the first rows of each stream, through the source's own `read`, which is left as soon as there are some of each.
 * @throws what `read` throws
 */
export async function firstRows(source: RunnableSource, config: JSONObject, signal: AbortSignal): Promise<StreamRows> {
  const names = source.streams.map(({ name }) => name)
  const paging = 'pageSize' in source.schema.shape ? { pageSize: PAGE_SIZE, concurrency: 1 } : {}
  const input = { config: { ...config, ...paging }, catalog: catalogOf(names, 'full_refresh') }
  const rows = new Map<string, Json[]>(names.map((name) => [name, []]))
  const covered = new Set<string>()
  for await (const group of source.commands.read(input, source.environment(), signal)) {
    for (const message of group) take(message, rows, covered)
    if (covered.size === names.length) break
  }
  return Object.fromEntries(rows)
}

/** After the rows of a stream comes its state: then the stream has been looked at. */
function take(message: AirbyteMessage, rows: ReadonlyMap<string, Json[]>, covered: Set<string>): void {
  if (message.type === 'STATE' && message.state.stream) covered.add(message.state.stream.stream_descriptor.name)
  if (message.type !== 'RECORD') return
  const ofStream = rows.get(message.record.stream)
  if (ofStream && ofStream.length < MOST_ROWS) ofStream.push(message.record.data)
}
