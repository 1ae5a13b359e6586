import { type Command, InvalidArgumentError, Option } from 'commander'
import { startLocalAlgolia, type LocalAlgolia, type RateLimit, type Region } from '../local/algolia'
import { regions } from '../local/algolia/application'
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
  profiles: number
  seed: number
  now?: number
  clockOffset: number
  rateLimit: RateLimit | false
  latency: number
  status?: ReadonlyMap<number, number>
  drop?: NumberedDrop[]
  acl?: string[]
  key?: Record<string, string[]>
  region: Region
  servedRegion?: Region
  planWithoutFeature?: true
  segmentsEndpoint: boolean
}

/** `local-algolia`: a stand-in for Algolia, with made-up profiles. */
export function define(command: Command, session: Session): void {
  command
    .description(
      'A stand-in for Algolia with a made-up shop. Each API listens on a port of its own, as some paths of one mean ' +
        'something else in another; the variables to set are printed.'
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port of Advanced Personalization; 0 for any free ones', port, 4010)
    .option('--insights-port <port>', 'port of the Insights API (default: the next after --port)', port)
    .option('--analytics-port <port>', 'port of the Analytics API (default: the one after that)', port)
    .option('--profiles <count>', 'how many profiles to make up', wholeNumber, 10_000)
    .option('--seed <number>', 'what the profiles are made from', wholeNumber, 1)
    .option('--now <date-time>', 'the profiles were updated in the 90 days before (default: the present)', moment)
    .option('--clock-offset <milliseconds>', "how far this server's clock is ahead", integer, 0)
    .addOption(
      new Option('--rate-limit <calls/seconds>', 'calls allowed in each window')
        .argParser(rateLimit)
        .default({ calls: 500, seconds: 60 }, '500/60')
    )
    .option('--no-rate-limit', 'allow any number of calls')
    .option('--latency <milliseconds>', 'wait before each answer', wholeNumber, 0)
    .option('--status <call=status>', 'answer the call with this number so; can be repeated', numberedStatuses)
    .option('--drop <call[=before|after]>', 'break the connection before or after that call is applied', drops)
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
    .option(
      '--no-segments-endpoint',
      'answer 404 to writes of profile segments, as for an application without the beta'
    )
    .action((flags: Flags) => session.serve('The local Algolia', () => start(flags)))
}

async function start({ key: keys, ...flags }: Flags): Promise<{ greeting: string; close: () => Promise<void> }> {
  const next = (own: number | undefined, offset: number): number => own ?? (flags.port && flags.port + offset)
  const ports = { insights: next(flags.insightsPort, 1), analytics: next(flags.analyticsPort, 2) }
  const algolia = await startLocalAlgolia({ ...flags, ports, ...(keys && { keys }) })
  const { application, faults } = algolia
  if (flags.acl) application.acl = flags.acl
  if (flags.planWithoutFeature) application.planIncludesFeature = false
  if (!flags.segmentsEndpoint) application.segmentsEndpoint = 404
  for (const [call, status] of flags.status ?? []) faults.status(status, { call })
  for (const { call, when } of flags.drop ?? []) faults.drop(when, { call })
  return { greeting: howToUse(algolia), close: () => algolia.close() }
}

function howToUse({ url, urls, profiles, application: { appId, apiKey, region } }: LocalAlgolia): string {
  return (
    `Local Algolia listening on ${url} with ${profiles.size} profiles: ` +
    `appId ${appId}, apiKey ${apiKey}, region ${region}, ALGOLIA_PERSONALIZATION_URL=${url}\n` +
    `export ALGOLIA_PERSONALIZATION_URL=${urls.personalization}\n` +
    `export ALGOLIA_INSIGHTS_URL=${urls.insights}\n` +
    `export ALGOLIA_ANALYTICS_URL=${urls.analytics}`
  )
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
