import { z } from 'zod'
import type { Problem } from '../../airbyte/source'
import type { Row, Stream } from '../../airbyte/stream'
import type { Told } from '../../algolia/analytics/ask'
import { type EndpointName, ENDPOINT_NAMES, endpointOf, isObject } from '../../algolia/analytics/endpoints'
import { issuesOf } from '../../input/schema-issues'

/** A stream of the source: what one endpoint tells. */
export interface AnalyticsStream extends Stream {
  readonly name: EndpointName
}

const own = {
  algolia_index: z.string().describe('The index that was searched'),
  date: z.string().meta({ format: 'date', description: 'The day, in UTC' })
}

export const STREAMS: readonly AnalyticsStream[] = ENDPOINT_NAMES.map((name) => {
  const { key, fields } = endpointOf(name)
  return {
    name,
    primaryKey: ['algolia_index', 'date', ...key],
    cursorField: 'date',
    schema: z.looseObject({ ...own, ...fields })
  }
})

const schemas = new Map(STREAMS.map(({ name, schema }) => [name, schema]))

/**
 * Makes the rows of each entry of a day and index. What comes goes out; a wrong type refuses its row, and no key comes twice.
 */
export function* rowsOf(algolia_index: string, { name, day, entries }: Told): Generator<(Row | Problem)[], void> {
  const { rowsOf: rowsOfEntry = (entry) => [entry], key } = endpointOf(name)
  const keys = new Set<string>()
  const ids = { algolia_index, date: day }
  for (const entry of entries) {
    yield (isObject(entry) ? rowsOfEntry(entry) : [entry]).flatMap((row): (Row | Problem)[] => {
      const data: unknown = isObject(row) ? { ...ids, ...row, ...ids } : row
      const result = schemas.get(name)?.safeParse(data)
      if (!isObject(data) || result?.success === false) {
        const reason = result?.error === undefined ? 'must be an object' : issuesOf(result.error, data)
        const problem = `A row of ${name} for ${algolia_index} on ${day} is rejected: ${reason}.`
        return [{ problem, rejectedFrom: name }]
      }
      const id = JSON.stringify(key.map((field) => data[field]))
      if (keys.has(id)) return []
      keys.add(id)
      return [{ stream: name, data }]
    })
  }
}
