import { type Command, InvalidArgumentError, Option } from 'commander'
import { startLocalAlgolia, type Application, type LocalAlgolia, type RateLimit, type Region } from '../local/algolia'
import { regions } from '../local/algolia/application'
import { grouped } from '../report/words'
import { addFault, pathFaults, type PathFault } from './local-algolia-faults'
import { integer, moment, numberedStatuses, port, wholeNumber } from './options'
import type { Session } from './session'

interface NumberedDrop {
  call: number
  when: 'before' | 'after'
}

interface Flags {
  host: string
  port: number
  insightsPort?: number
  analyticsPort?: number
  searchPort?: number
  profiles: number
  seed: number
  tokens: 'mixed' | 'anonymous'
  affinities: boolean
  now?: number
  clockOffset: number
  rateLimit: RateLimit | false
  analyticsRateLimit: RateLimit
  latency: number
  status?: ReadonlyMap<number, number>
  drop?: NumberedDrop[]
  fault?: readonly PathFault[]
  acl?: string[]
  key?: Record<string, string[]>
  region: Region
  servedRegion?: Region
  planWithoutFeature?: true
  analyticsPlan: Application['analyticsPlan']
  personalization: Application['personalization']['status']
  eventsConfigured: boolean
  /** False by `--no-segments-endpoint`. */
  segmentsEndpoint: string | boolean
  segmentsInLists: boolean
  writesCountAsUpdates: boolean
}

/** `local-algolia`: a stand-in for Algolia, with a made-up shop. */
export function define(command: Command, session: Session): void {
  command
    .description(
      'A stand-in for Algolia with a made-up shop: Advanced Personalization, Insights, Analytics and Search. Each API ' +
        'listens on a port of its own, as some paths of one mean something else in another. It prints the variables to ' +
        'set, such as ALGOLIA_INSIGHTS_URL.'
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port of Advanced Personalization; 0 for any free ones', port, 4010)
    .option('--insights-port <port>', 'port of the Insights API (default: --port and 1)', port)
    .option('--analytics-port <port>', 'port of the Analytics API (default: --port and 2)', port)
    .option('--search-port <port>', 'port of the Search API (default: --port and 3)', port)
    .option('--profiles <count>', 'how many profiles to make up', wholeNumber, 10_000)
    .option('--seed <number>', 'what profiles and analytics are made from', wholeNumber, 1)
    .option('--now <date-time>', 'the profiles were updated in the 90 days before (default: the present)', moment)
    .option('--clock-offset <milliseconds>', "how far this server's clock is ahead", integer, 0)
    .addOption(limit('--rate-limit', 'calls to Advanced Personalization in each window', 500))
    .addOption(limit('--analytics-rate-limit', 'calls to the Analytics API in each window', 100))
    .option('--no-rate-limit', 'allow any number of calls to any API')
    .option('--latency <milliseconds>', 'wait before each answer', wholeNumber, 0)
    .optionsGroup('What goes wrong:')
    .option('--status <call=status>', 'answer the call with this number so; can be repeated', numberedStatuses)
    .option('--drop <call[=before|after]>', 'break the connection before or after that call is applied', drops)
    .option('--fault <api:path=what>', 'as insights:/1/events=429x3 or analytics:/2/hits?index=blog=hang', pathFaults)
    .optionsGroup('What the application is like:')
    .option('--acl <names>', 'what the API key may do, such as search,browse (default: all)', names)
    .option('--key <name=acl,acl>', 'a further API key and what it may do; can be repeated', keys)
    .addOption(new Option('--region <region>', 'where the application lives').choices(regions).default('us'))
    .addOption(
      new Option(
        '--served-region <region>',
        'the region whose hosts this stands in for (default: the same); another one refuses all calls, as Algolia does'
      ).choices(regions)
    )
    .option('--plan-without-feature', 'answer 402, as for a plan without Advanced Personalization')
    .addOption(
      new Option('--analytics-plan <plan>', 'what of the Analytics API the plan includes')
        .choices(['revenue', 'without revenue', 'none'])
        .default('revenue')
    )
    .addOption(
      new Option('--personalization <status>', 'the status of the personalization config')
        .choices(['active', 'paused', 'pending'])
        .default('active')
    )
    .option('--no-events-configured', 'a personalization config without events')
    .addOption(
      new Option('--segments-endpoint <kind>', 'how writes of profile segments are answered')
        .choices(['normal', '405', 'empty', 'page', 'ignored'])
        .default('normal')
    )
    .option(
      '--no-segments-endpoint',
      'answer 404 to writes of profile segments, as for an application without the beta'
    )
    .addOption(
      new Option('--tokens <kind>', 'the user tokens of made-up profiles: of several kinds, or of one')
        .choices(['mixed', 'anonymous'])
        .default('mixed')
    )
    .option('--no-affinities', 'made-up profiles that like nothing, as tokens that no search and no event uses have')
    .option('--no-segments-in-lists', 'lists of profiles without their segments')
    .option('--no-writes-count-as-updates', 'writes of profile segments that leave lastUpdatedAt')
    .action((flags: Flags) => session.serve('The local Algolia', () => start(flags)))
}

async function start({ key: keys, ...flags }: Flags): Promise<{ greeting: string; close: () => Promise<void> }> {
  const next = (own: number | undefined, offset: number): number => own ?? (flags.port && flags.port + offset)
  const algolia = await startLocalAlgolia({
    ...flags,
    ports: {
      insights: next(flags.insightsPort, 1),
      analytics: next(flags.analyticsPort, 2),
      search: next(flags.searchPort, 3)
    },
    ...(keys && { keys }),
    ...(flags.rateLimit === false && { analyticsRateLimit: false, insightsRateLimit: false })
  })
  const { application, faults } = algolia
  if (flags.acl) application.acl = flags.acl
  if (flags.planWithoutFeature) application.planIncludesFeature = false
  application.analyticsPlan = flags.analyticsPlan
  application.personalization.status = flags.personalization
  application.personalization.eventsConfigured = flags.eventsConfigured
  application.segmentsEndpoint = segmentsEndpointOf(flags.segmentsEndpoint)
  application.listsHoldSegments = flags.segmentsInLists
  application.writesCountAsUpdates = flags.writesCountAsUpdates
  for (const [call, status] of flags.status ?? []) faults.status(status, { call })
  for (const { call, when } of flags.drop ?? []) faults.drop(when, { call })
  for (const fault of flags.fault ?? []) addFault(algolia, fault)
  return { greeting: howToUse(algolia), close: () => algolia.close() }
}

function howToUse({ url, urls, profiles, application: { appId, apiKey, region } }: LocalAlgolia): string {
  return (
    `Local Algolia listening on ${url} with ${grouped(profiles.size)} profiles: ` +
    `appId ${appId}, apiKey ${apiKey}, region ${region}, ALGOLIA_PERSONALIZATION_URL=${url}\n` +
    `export ALGOLIA_PERSONALIZATION_URL=${urls.personalization}\n` +
    `export ALGOLIA_INSIGHTS_URL=${urls.insights}\n` +
    `export ALGOLIA_ANALYTICS_URL=${urls.analytics}\n` +
    `export ALGOLIA_SEARCH_URL=${urls.search}`
  )
}

function segmentsEndpointOf(kind: string | boolean): Application['segmentsEndpoint'] {
  if (kind === false) return 404
  return kind === '405' ? 405 : kind === 'empty' || kind === 'page' || kind === 'ignored' ? kind : true
}

function limit(flag: string, description: string, calls: number): Option {
  return new Option(`${flag} <calls/seconds>`, description)
    .argParser(rateLimit)
    .default({ calls, seconds: 60 }, `${calls}/60`)
}

function names(text: string): string[] {
  return text.split(',').filter((name) => name !== '')
}

function keys(text: string, others: Record<string, string[]> = {}): Record<string, string[]> {
  const [, name, acl] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (name === undefined || acl === undefined) {
    throw new InvalidArgumentError('It must be a key and what it may do, as reader=search,browse.')
  }
  return { ...others, [name]: names(acl) }
}

function rateLimit(text: string): RateLimit {
  const [, calls, seconds] = /^(\d+)\/([1-9]\d*)$/.exec(text) ?? []
  if (!calls || !seconds) throw new InvalidArgumentError('It must be calls and seconds, as 500/60.')
  return { calls: Number(calls), seconds: Number(seconds) }
}

function drops(text: string, others: NumberedDrop[] = []): NumberedDrop[] {
  const [, call, when] = /^([1-9]\d*)(?:=(before|after))?$/.exec(text) ?? []
  if (!call) throw new InvalidArgumentError("It must be a call's number, as 3, 3=before or 3=after.")
  return [...others, { call: Number(call), when: when === 'after' ? 'after' : 'before' }]
}
