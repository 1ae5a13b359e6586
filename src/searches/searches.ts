import { Asker } from '../algolia/analytics/ask'
import { ANALYTICS } from '../algolia/api/apis'
import { connect, originOf } from '../algolia/api/connection'
import { PATIENCE } from '../backoff'
import { toPackageError } from '../errors'
import { SegmentClient } from '../segment/client'
import { SegmentDelivery } from '../segment/delivery'
import { segmentOriginOf } from '../segment/endpoint'
import { targetOf } from '../segment/message-id'
import { missingIndices } from '../sources/algolia-search-analytics/missing-indices'
import { Answers, QUESTION } from './answers'
import { checkTogether } from './config'
import { Failures } from './failures'
import { Keeper } from './keeper'
import {
  type SearchesEnvironment,
  type SearchesOptions,
  type SearchesResult,
  systemSearchesEnvironment
} from './options'
import { Outbox } from './outbox'
import { Tally } from './tally'
import type { Plan } from './plan'
import { Webhook } from './webhook'
import { CONCURRENCY, Work } from './work'
import { startLine } from './start-line'

/**
 * Takes search analytics into Segment, and to a webhook: what is due since the last run.
 *
 * It throws only when there is no run, as the settings or the addresses in the environment are wrong. However a run ends, it
 * gives a result.
 * @param environment the clock, chance and the servers' addresses; by default the machine's
 * @throws PackageError (`config`)
 */
export async function sendSearches(
  options: SearchesOptions,
  environment: SearchesEnvironment = systemSearchesEnvironment()
): Promise<SearchesResult> {
  const { config, signal } = options
  checkTogether(config)
  const origin = segmentOriginOf(config.segmentRegion, environment.segmentUrl)
  originOf(ANALYTICS, config.region, environment)
  const tally = new Tally(options, environment)
  try {
    await run(options, origin, environment, tally)
    return { outcome: 'delivered', summary: tally.summary() }
  } catch (thrown) {
    const summary = tally.summary()
    if (signal?.aborted) return { outcome: 'stopped', summary }
    return { outcome: 'failed', summary, error: toPackageError(thrown, 'command') }
  }
}

/** A run: what is due becomes events and messages, and these go out. */
async function run(
  options: SearchesOptions,
  origin: string,
  environment: SearchesEnvironment,
  tally: Tally
): Promise<void> {
  const { config, stateFile, dryRun, patience = PATIENCE, signal = new AbortController().signal } = options
  const { clock, random } = environment
  const log = options.onLog ?? (() => undefined)
  const warn = (line: string): void => log('warn', line)

  const keeper = await Keeper.open(stateFile, targetOf(config), dryRun !== undefined)
  const { client, close } = connect(ANALYTICS, config, environment, {
    concurrency: CONCURRENCY,
    assurance: ': the state is kept',
    share: { callsPerMinute: config.callsPerMinute },
    patience,
    ...tally.calls.algolia()
  })
  const segment = new SegmentClient({
    writeKey: config.segmentWriteKey,
    origin,
    clock,
    random,
    patience,
    onRetry: tally.calls.retries('Segment')
  })
  tally.calls.algoliaClient = client
  tally.calls.segmentClient = segment
  const { webhookUrl: url } = config
  const webhook = url && new Webhook({ url, clock, random, patience, onRetry: tally.calls.retries('the webhook') })
  const outbox = new Outbox(keeper, tally, {
    segment: new SegmentDelivery(segment),
    webhook: webhook || undefined,
    dryRun,
    warn
  })
  const asker = new Asker(client, QUESTION, warn)
  const work = new Work(config, keeper, new Answers(asker, signal, warn), outbox, tally, warn)
  const failures = new Failures(signal, (message) => log('error', message))
  try {
    if (keeper.isOfAnother) {
      warn('The Algolia application or the Segment source has changed since the state was written: all begins anew.')
    }
    let plan: Plan | undefined
    await failures.of(async () => {
      const due = await work.plan(client, (first) => log('info', startLine(first, options, origin)))
      await work.judgeAlerts(due)
      await work.makeReports(due)
      plan = due
    })
    // What is down, Segment or the webhook, holds up only what goes there.
    await Promise.all([
      failures.of(async () => {
        await outbox.deliverEvents(signal)
        if (plan !== undefined) await work.sendZeroResults(plan, signal)
      }),
      failures.of(() => outbox.deliverMessages(signal))
    ])
    if (asker.missing.size > 0) failures.add(missingIndices([...asker.missing], config))
    failures.throwFirst()
  } finally {
    await close()
    await keeper.close()
  }
}
