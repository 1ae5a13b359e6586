import { commandsOf } from '../../airbyte/commands'
import type { Batch, Problem, ReadHost, ReadRequest, Source } from '../../airbyte/source'
import type { Row } from '../../airbyte/stream'
import { PERSONALIZATION } from '../../algolia/api/apis'
import type { Connection, ConnectionOptions } from '../../algolia/api/connection'
import type { Environment } from '../../algolia/api/environment'
import { toTimestamp } from '../../algolia/instants'
import { readPlan, type ReadPage } from '../../algolia/profiles/passes'
import { pathOf, readProfile } from '../../algolia/profiles/profile'
import { type Plan, planOf } from '../../algolia/profiles/plan'
import { filtersOf, parseStreamState, writeStreamState } from '../../algolia/profiles/state'
import { getUsers } from '../../algolia/profiles/users'
import { grouped } from '../../report/words'
import { type Config, configSchema, inWords, whyNone } from './config'
import { type ProfileStream, STREAMS } from './streams'

/** `check` gives up sooner than a read, as somebody is waiting for it. Milliseconds. */
const CHECK_PATIENCE = 20_000

/** Algolia's user profiles as a source for platforms that speak the Airbyte protocol. */
export const algoliaProfiles: Source<Config, ProfileStream, Environment> = {
  command: 'source-algolia-profiles',
  title: 'Algolia profiles',
  description: 'Reads Algolia user profiles, for platforms that speak the Airbyte protocol.',
  from: 'Algolia',
  item: 'profile',
  config: configSchema,
  streams: STREAMS,
  check: checkConfig,
  read: readProfiles
}

export type { ReadInput } from '../../airbyte/commands'
export const { spec, discover, check, read } = commandsOf(algoliaProfiles)

async function checkConfig(
  { indices = [], affinities = [], ...config }: Config,
  environment: Environment,
  signal: AbortSignal
): Promise<string | undefined> {
  const { client, close } = await connectTo(config, environment, { patience: CHECK_PATIENCE, assurance: '' })
  try {
    const query = { indices, affinities, after: undefined, before: undefined, limit: 1, pageToken: undefined }
    const answer = await getUsers(client, query, signal)
    return answer.kind === 'page' && answer.page.profiles.length === 0 ? whyNone({ indices, affinities }) : undefined
  } finally {
    await close()
  }
}

/** However many streams are selected, the profiles are read once. */
async function* readProfiles(
  { config, selected, states }: ReadRequest<Config, ProfileStream>,
  host: ReadHost,
  environment: Environment,
  signal: AbortSignal
): AsyncGenerator<Batch, void> {
  const filters = filtersOf(config)
  const warnings: string[] = []
  const starts = selected.map(({ stream: { name }, syncMode }) => {
    const state = parseStreamState(name, states.get(name), filters, (warning) => warnings.push(warning))
    return { name, syncMode, state }
  })
  const plan = planOf(starts, filters)
  const streams = selected.map(({ stream }) => stream)
  const { client, close } = await connectTo(config, environment, {
    onRetry: (cause, pause) => host.retrying(cause, pause),
    onLimit: (resumesAt, wait) => host.limited(resumesAt, wait)
  })
  try {
    const what = whatIsRead(config, streams, plan)
    host.begin({ what, counts: client.counts, callsLeft: () => client.callsLeft() })
    for (const warning of [...warnings, ...plan.warnings]) host.warn(warning)
    const { clock, random } = environment
    const { pageSize, concurrency } = config
    const run = random().toString(36).slice(2)
    const onWarning = (warning: string): void => host.warn(warning)
    let pages = 0
    let found = 0
    for await (const page of readPlan(plan, {
      client,
      clock,
      filters,
      pageSize,
      concurrency,
      run,
      signal,
      onWarning
    })) {
      pages += 1
      found += page.profiles.length
      const state = writeStreamState(page.state)
      yield {
        rows: rowsOf(page, pages, streams),
        states: streams.map(({ name }) => ({ stream: name, state }))
      }
    }
    // Where only changes are read, to find none is nothing to wonder at.
    const none = found === 0 && !plan.resume && plan.latestCursor === undefined ? whyNone(config) : undefined
    if (none !== undefined) host.warn(none)
  } finally {
    await close()
  }
}

/** Makes the rows of a page, profile by profile. @param number of the page, from 1 */
function* rowsOf(
  { profiles }: ReadPage,
  number: number,
  streams: readonly ProfileStream[]
): Generator<readonly (Row | Problem)[], void> {
  const needed = { affinityDetails: streams.some((stream) => stream.needed.affinityDetails) }
  let previous: string | undefined
  let position = 0
  for (const input of profiles) {
    position += 1
    const profile = readProfile(input, needed)
    if (!('userToken' in profile)) {
      const place = `Profile ${position} of ${profiles.length} on page ${grouped(number)}`
      const neighbour = previous === undefined ? '' : `, the one after ${previous},`
      const problem = `${place}${neighbour} is rejected: ${pathOf(profile)}: ${profile.reason}.`
      // How many rows of the other streams it would have given isn't known.
      yield [{ problem, rejectedFrom: 'profiles' }]
      continue
    }
    previous = profile.userToken
    const rows: (Row | Problem)[] = profile.problems.map((problem) => ({
      problem: `A part of the profile ${profile.userToken} is left out: ${pathOf(problem)}: ${problem.reason}.`
    }))
    for (const stream of streams) rows.push(...stream.rowsOf(profile))
    yield rows
  }
}

function whatIsRead(config: Config, streams: readonly ProfileStream[], { resume, after }: Plan): string {
  const { appId, region } = config
  const names = streams.map(({ name }) => name).join(', ')
  const what = resume
    ? `going on with a pass begun at ${toTimestamp(resume.startedAt)}`
    : after === undefined
      ? inWords(config, 'all profiles')
      : inWords(config, `profiles updated after ${toTimestamp(after)}`)
  return `Reading ${names} of the application ${appId} (${region}): ${what}.`
}

/** Loads the HTTP client only when it is needed: `spec` and `discover` answer at once. */
async function connectTo(config: Config, environment: Environment, options: ConnectionOptions): Promise<Connection> {
  const { connect } = await import('../../algolia/api/connection')
  const { concurrency } = config
  return connect(PERSONALIZATION, config, environment, { concurrency, assurance: ': the state is kept', ...options })
}
