import type { JSONObject } from '@segment/actions-core'
import { jsonSchemaOf } from '../../airbyte/json-schema'
import { type Commands, commandsOf } from '../../airbyte/commands'
import type { Source, World } from '../../airbyte/source'
import type { Stream } from '../../airbyte/stream'
import { type Api, ANALYTICS, PERSONALIZATION } from '../../algolia/api/apis'
import { type Environment, systemEnvironment } from '../../algolia/api/environment'
import { algoliaProfiles } from '../../sources/algolia-profiles/source'
import { algoliaSearchAnalytics } from '../../sources/algolia-search-analytics/source'
import { Refusal } from '../http/call'
import type { OptionView, SourceView } from './interface'

/** A source as the workbench runs it. */
export interface RunnableSource {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly streams: readonly Pick<Stream, 'name' | 'primaryKey' | 'cursorField'>[]
  /** What the configuration is checked with. */
  readonly schema: Source<unknown, Stream, World>['config']
  readonly commands: Commands<unknown, Environment>
  readonly environment: () => Environment
  /** What its calls begin with, to count them. */
  readonly api: Api
  /** Options that make a run against the local Algolia last long enough to be watched. */
  readonly localOptions: JSONObject
}

const runnable = <Config, Of extends Stream>(
  source: Source<Config, Of, Environment>,
  api: Api,
  localOptions: JSONObject
): RunnableSource => ({
  name: source.command,
  title: source.title,
  description: source.description,
  streams: source.streams,
  schema: source.config,
  commands: commandsOf(source),
  environment: () => systemEnvironment(api),
  api,
  localOptions
})

/** All sources: a new one is a line here. */
export const SOURCES: readonly RunnableSource[] = [
  runnable(algoliaProfiles, PERSONALIZATION, { pageSize: 50 }),
  runnable(algoliaSearchAnalytics, ANALYTICS, { indices: ['products'] })
]

/** Options that come from the application that the workbench works against. */
const CONNECTION_OPTIONS = ['appId', 'apiKey', 'region']

/** @throws Refusal when there is no such source */
export function sourceNamed(name: string): RunnableSource {
  const source = SOURCES.find((source) => source.name === name)
  if (source === undefined) throw new Refusal(400, `There is no source ${name}.`)
  return source
}

/** @returns a source as the page shows it: options as its `spec` describes them. */
export function sourceView(
  { name, title, description, streams, schema, localOptions }: RunnableSource,
  isLocal: boolean
): SourceView {
  const { properties = {}, required = [] } = jsonSchemaOf(schema, 'input') as {
    properties?: Record<string, Described>
    required?: string[]
  }
  const options = Object.entries(properties)
    .filter(([option]) => !CONNECTION_OPTIONS.includes(option))
    .map(([option, described]): OptionView => {
      const standard = ((isLocal && localOptions[option]) || described.default) as
        string | number | string[] | undefined
      return {
        name: option,
        title: described.title ?? option,
        description: described.description ?? '',
        type: described.type ?? 'string',
        isRequired: required.includes(option),
        example: [described.examples?.[0]].flat().filter(Boolean).join(', '),
        value: [standard ?? ''].flat().join(', ')
      }
    })
  return { name, title, description, options, streams: streams.map(({ name }) => name) }
}

/** What a JSON schema says of one option, as far as it is needed here. */
interface Described {
  readonly type?: string
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
}
