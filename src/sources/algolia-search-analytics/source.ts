import { commandsOf } from '../../airbyte/commands'
import type { Batch, ReadHost, ReadRequest, Source } from '../../airbyte/source'
import { ANALYTICS } from '../../algolia/api/apis'
import type { AlgoliaClient } from '../../algolia/api/client'
import type { Connection, ConnectionOptions } from '../../algolia/api/connection'
import type { Environment } from '../../algolia/api/environment'
import { ahead } from '../../algolia/analytics/ahead'
import { Asker, type Told } from '../../algolia/analytics/ask'
import type { Step } from '../../algolia/analytics/calls'
import { lastWholeDay } from '../../algolia/analytics/days'
import { parseStreamState } from '../../algolia/analytics/state'
import { listed } from '../../report/words'
import { type Config, configSchema } from './config'
import { missingIndices } from './missing-indices'
import { firstReadOf, type Plan, planOf, questionOf, whatIsRead } from './plan'
import { type AnalyticsStream, rowsOf, STREAMS } from './streams'

/** `check` gives up sooner than a read, as somebody is waiting for it. Milliseconds. */
const CHECK_PATIENCE = 20_000

/** `check` asks for so many indices, at most: each is a call. */
const MOST_INDICES_CHECKED = 20

/** Calls under way at the same time: at 100 a minute, enough for answers that take five seconds. */
const CONCURRENCY = 8

/** Algolia's search analytics as a source for platforms that speak the Airbyte protocol. */
export const algoliaSearchAnalytics: Source<Config, AnalyticsStream, Environment> = {
  command: 'source-algolia-search-analytics',
  title: 'Algolia search analytics',
  description: 'Reads Algolia search analytics, for platforms that speak the Airbyte protocol.',
  from: 'Algolia',
  item: 'row',
  config: configSchema,
  streams: STREAMS,
  check: checkConfig,
  read: readAnalytics
}

export type { ReadInput } from '../../airbyte/commands'
export const { spec, discover, check, read } = commandsOf(algoliaSearchAnalytics)

async function checkConfig(config: Config, environment: Environment, signal: AbortSignal): Promise<string> {
  const { client, close } = await connectTo(config, environment, { patience: CHECK_PATIENCE, assurance: '' })
  try {
    const asker = new Asker(client, questionOf(config), () => undefined)
    const looked = config.indices.slice(0, MOST_INDICES_CHECKED)
    const statuses = await Promise.all(looked.map((index) => asker.status(index, signal)))
    const missing = looked.filter((_, place) => statuses[place] === undefined)
    if (missing.length > 0) throw missingIndices(missing, config)
    const without = looked.filter((_, place) => statuses[place] === null)
    const none = without.length > 0 ? ` There are no analytics yet of ${listed(without, 'and')}.` : ''
    const unseen = config.indices.length - looked.length
    const rest = unseen > 0 ? ` Only the first ${looked.length} indices were looked at, ${unseen} were not.` : ''
    return `${firstReadOf(config, lastWholeDay(client.serverTime()))}${none}${rest}`
  } finally {
    await close()
  }
}

async function* readAnalytics(
  { config, selected, states }: ReadRequest<Config, AnalyticsStream>,
  host: ReadHost,
  environment: Environment,
  signal: AbortSignal
): AsyncGenerator<Batch, void> {
  const starts = selected.map(({ stream: { name }, syncMode }) => {
    return { name, isFullRefresh: syncMode === 'full_refresh', state: parseStreamState(name, states.get(name)) }
  })
  let plan: Plan
  let hasBegun = false
  const begin = (): void => {
    if (hasBegun) return
    hasBegun = true
    host.begin({ what: whatIsRead(config, selected, plan), counts: client.counts, callsLeft: () => client.callsLeft() })
    for (const warning of plan.warnings) host.warn(warning)
  }
  const warn = (warning: string): void => {
    begin()
    host.warn(warning)
  }
  const { client, close } = await connectTo(config, environment, {
    onRetry: (cause, pause) => {
      begin()
      host.retrying(cause, pause)
    },
    onLimit: (resumesAt, wait) => {
      begin()
      host.limited(resumesAt, wait)
    }
  })
  try {
    const asker = new Asker(client, questionOf(config), warn)
    const ask = (step: Step) => asker.ask(step, signal)
    const planFor = (time: number): Plan => planOf(starts, config, lastWholeDay(time))
    plan = planFor(client.serverTime())
    const { answered, lastDay } = await learnDay(client, asker, plan, config, signal).catch((thrown: unknown) => {
      begin()
      throw thrown
    })
    if (lastDay !== plan.lastDay) {
      if (hasBegun) host.warn(`By Algolia's clock, the last day that is over is ${lastDay}, not ${plan.lastDay}.`)
      plan = planFor(client.serverTime())
      answered.clear()
    }
    begin()
    for (const [name, progress] of plan.progress) {
      // A host wants a state of each stream, of one that has nothing new too.
      if (progress.isThrough) yield { rows: [], states: [{ stream: name, state: progress.state }] }
    }
    for await (const [step, told] of ahead(plan.steps, CONCURRENCY, (step) => answered.get(step) ?? ask(step))) {
      if (told !== undefined) yield* batchesOf(step, told, plan)
    }
    if (asker.missing.size > 0) throw missingIndices([...asker.missing], config)
  } finally {
    await close()
  }
}

/**
 * Which days are over, Algolia's clock says, and that comes with its first answer. Until then the machine's stands in for it:
 * what it has asked for first is nearly always what would have been asked for anyway.
 */
async function learnDay(client: AlgoliaClient, asker: Asker, plan: Plan, { indices }: Config, signal: AbortSignal) {
  const answered = new Map<Step, Promise<readonly Told[] | undefined>>()
  for (const step of plan.steps) {
    if (client.knowsServerTime) break
    const told = asker.ask(step, signal)
    answered.set(step, told)
    await told
  }
  if (!client.knowsServerTime && plan.steps.length === 0) await asker.status(indices[0] ?? '', signal)
  return { answered, lastDay: lastWholeDay(client.serverTime()) }
}

/** A batch for each day, with the states that cover it. */
function* batchesOf(step: Step, told: readonly Told[], { progress }: Plan): Generator<Batch, void> {
  for (const day of new Set(told.map((one) => one.day))) {
    const ofDay = told.filter((one) => one.day === day)
    yield {
      rows: ofDay.flatMap((one) => [...rowsOf(step.index, one)]),
      states: ofDay.map(({ name }) => {
        progress.get(name)?.read(step.index, day)
        return { stream: name, state: progress.get(name)?.state ?? {} }
      })
    }
  }
}

/** Loads the HTTP client only when it is needed: `spec` and `discover` answer at once. */
async function connectTo(config: Config, environment: Environment, options: ConnectionOptions): Promise<Connection> {
  const { connect } = await import('../../algolia/api/connection')
  const share = { callsPerMinute: config.callsPerMinute }
  return connect(ANALYTICS, config, environment, {
    concurrency: CONCURRENCY,
    assurance: ': the state is kept',
    share,
    ...options
  })
}
