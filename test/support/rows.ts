import { z } from 'zod'
import { type Profile } from '../../src/local/algolia'
import { discover } from '../../src/sources/algolia-profiles/source'
import { SimulatedAlgolia } from './simulated-algolia'
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
} from './source'
import { VirtualClock } from './virtual-clock'

export const STREAMS: readonly StreamName[] = ['profiles', 'affinities', 'segments']
export const TIME = '2026-02-03T04:05:06.123456Z'

export const anna = {
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

export function rowsOf(...profiles: unknown[]): Promise<SourceRun> {
  return withAlgolia({ profiles: profiles as Profile[] }, ({ url }) => runRead({ url, catalog: catalogOf(...STREAMS) }))
}

/** Reads a page with this body, some streams. */
export function readBody(body: string, ...streams: StreamName[]): Promise<ReadInProcess> {
  const clock = new VirtualClock()
  const algolia = new SimulatedAlgolia({ clock, onCall: () => ({ body }) })
  const input = { config: configuration(), catalog: catalogOf(...streams) }
  return readInProcess(input, { clock, random: Math.random, createTransport: () => algolia })
}

export function affinityOf(name: string, value: string) {
  return { name, value, score: 9, indices: ['products'], lastUpdatedAt: '2026-01-01T00:00:00Z' }
}

/** The first row of a stream that is about a user. */
export function rowOf(run: SourceOutput, stream: StreamName, userToken: string): Row | undefined {
  return run.rows(stream).find(({ algolia_user_id }) => algolia_user_id === userToken)
}

/** The changes told of each row of a stream that is about a user. */
export function changesByRow(run: SourceOutput, stream: StreamName, userToken: string): string[][][] {
  return run.messages.flatMap((message) =>
    message.type === 'RECORD' && message.record.stream === stream && message.record.data.algolia_user_id === userToken
      ? [(message.record.meta?.changes ?? []).map(({ field, change }) => [field, change])]
      : []
  )
}

/** The changes told of the rows of a stream that are about a user, sorted. */
export function changesOf(run: SourceOutput, stream: StreamName, userToken: string): string[][] {
  const changes = changesByRow(run, stream, userToken).flat()
  return [...new Set(changes.map((change) => change.join(' ')))].sort().map((change) => change.split(' '))
}

/** What is said to be wrong with a profile. */
export function warningsOf(run: SourceOutput, userToken: string): string[] {
  const start = `A part of the profile ${userToken} is left out: `
  return run.logs('WARN').flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []))
}

/** A check of each stream's rows, made from the JSON schema that `discover` tells. */
export function discoveredSchemas(): Map<string, z.ZodType> {
  const message = discover()
  if (message.type !== 'CATALOG') throw new Error('There is no catalog')
  return new Map(
    message.catalog.streams.map(({ name, json_schema }) => [
      name,
      z.fromJSONSchema(json_schema as z.core.JSONSchema.JSONSchema)
    ])
  )
}
