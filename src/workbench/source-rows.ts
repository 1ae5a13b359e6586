import type { JSONObject } from '@segment/actions-core'
import { type AirbyteMessage, read, systemEnvironment } from '../sources/algolia-profiles'
import { readProfile } from '../algolia/profiles/profile'
import { STREAMS } from '../sources/algolia-profiles/streams'

/** The rows of each stream. */
export type StreamRows = Record<string, Record<string, unknown>[]>

/** Rows of each stream that a preview shows. */
const MOST_ROWS = 100

/** A page of the preview: one call gives so many profiles that there are rows enough of each stream. */
const PAGE_SIZE = 1000

/** @returns the names of the source's streams. */
export function streamNames(): string[] {
  return STREAMS.map(({ name }) => name)
}

/** @returns a configured catalog that selects streams. */
export function catalogOf(streams: readonly string[], syncMode: string): unknown {
  return { streams: streams.map((name) => ({ stream: { name }, sync_mode: syncMode })) }
}

/** @returns all rows that the source makes of a profile. */
export function rowsOfProfile(profile: unknown): StreamRows {
  const checked = readProfile(profile)
  if (!('userToken' in checked)) return noRows()
  return Object.fromEntries(STREAMS.map(({ name, rowsOf }) => [name, rowsOf(checked).map(({ data }) => data)]))
}

/**
 * Reads the first rows of each stream, through the source's own `read`, which is left after the first page.
 * @throws what `read` throws
 */
export async function firstRows(config: JSONObject, signal: AbortSignal): Promise<StreamRows> {
  const input = {
    config: { ...config, pageSize: PAGE_SIZE, concurrency: 1 },
    catalog: catalogOf(streamNames(), 'full_refresh')
  }
  const rows = noRows()
  for await (const group of read(input, systemEnvironment(), signal)) {
    const messages = [...group]
    if (addRows(rows, messages, MOST_ROWS)) break
  }
  return rows
}

function noRows(): StreamRows {
  return Object.fromEntries(streamNames().map((name) => [name, []]))
}

/** @returns whether there was a whole page: its states come after its rows. */
function addRows(rows: StreamRows, messages: Iterable<AirbyteMessage>, most: number): boolean {
  let isPage = false
  for (const message of messages) {
    if (message.type === 'STATE') isPage = true
    if (message.type !== 'RECORD') continue
    const ofStream = rows[message.record.stream]
    if (ofStream && ofStream.length < most) ofStream.push(message.record.data)
  }
  return isPage
}
