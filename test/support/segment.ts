import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalAlgolia, type LocalAlgolia, type LocalAlgoliaOptions, type Profile } from '../../src/local/algolia'
import {
  startLocalSegment,
  type LocalSegment,
  type LocalSegmentOptions,
  type SegmentCall
} from '../../src/local/segment'
import { systemClock } from '../../src/clock'
import { syncProfiles, type SyncConfigInput, type SyncOptions, type SyncResult } from '../../src/sync'

/** Runs `use` against a local Segment of its own, which is closed afterwards, whatever happens. */
export async function withLocalSegment<Result>(
  options: LocalSegmentOptions,
  use: (segment: LocalSegment) => Promise<Result>
): Promise<Result> {
  const segment = await startLocalSegment(options)
  try {
    return await use(segment)
  } finally {
    await segment.close()
  }
}

/** Posts a body to a local Segment, with its write key unless other headers are given. */
export async function post(
  segment: LocalSegment,
  body: string | object,
  headers: Record<string, string> = basic(segment.writeKey)
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${segment.url}/v1/batch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body)
  })
  return { status: answer.status, body: await answer.json() }
}

/** The header that a write key travels in. */
export function basic(writeKey: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` }
}

/** Keys that nothing may ever show. */
export const API_KEY = 'secret-algolia-key-4711'
export const WRITE_KEY = 'secret-write-key-0815'

export const config: SyncConfigInput = {
  appId: 'LOCALALGOLIA',
  apiKey: API_KEY,
  region: 'us',
  segmentWriteKey: WRITE_KEY,
  // Of tokens that Algolia's libraries didn't make up, all are user ids.
  userIdPattern: '.'
}

/** A command line that is under way. */
export interface RunningSync {
  readonly child: ChildProcess
  /** What has been written so far. */
  readonly stdout: string
  readonly stderr: string
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

// As it is installed: `npm test` builds it first.
const cli = join(__dirname, '../../dist/cli/main.js')

/** A state file, as far as tests look into it. */
export interface StateContent {
  readonly profiles: { readonly cursor?: string; readonly pass?: { readonly startedAt: string } }
}

/** Both ends of a command, and a place for its state. */
export interface BothEnds {
  readonly algolia: LocalAlgolia
  readonly segment: LocalSegment
  readonly directory: string
  readonly stateFile: string
  /** What runs in this process have logged. */
  readonly log: string[]
  /** Starts the built command line with these variables, and where both ends are. */
  readonly startCommand: (args: readonly string[], variables: Record<string, string>) => RunningSync
  /** Writes a JSON file, and gives back its path. */
  readonly file: (content: unknown, name?: string) => Promise<string>
}

/** Both ends of a sync, and a place for its state. */
export interface Bench extends BothEnds {
  /** Syncs in this process. What is logged is added to `log`. */
  readonly sync: (
    options?: Partial<Omit<SyncOptions, 'config'>> & { config?: Partial<SyncConfigInput> }
  ) => Promise<SyncResult>
  /** Starts the built command line, with both servers and both keys in its environment. */
  readonly start: (args?: readonly string[], variables?: Record<string, string>) => RunningSync
  readonly state: () => Promise<StateContent>
}

export interface BenchOptions {
  /** How many to make up, or the profiles themselves. */
  readonly profiles: number | readonly Profile[]
  readonly algolia?: LocalAlgoliaOptions
  readonly segment?: LocalSegmentOptions
}

/** Runs `use` with both ends, which are closed and removed afterwards. Fails when a key has been shown anywhere. */
export async function withBothEnds<Result>(
  { profiles, ...options }: BenchOptions,
  use: (ends: BothEnds) => Promise<Result>
): Promise<Result> {
  const algolia = await startLocalAlgolia({ profiles, rateLimit: false, apiKey: API_KEY, ...options.algolia })
  const segment = await startLocalSegment({ writeKey: WRITE_KEY, ...options.segment })
  const directory = await mkdtemp(join(tmpdir(), 'sync-'))
  const log: string[] = []
  const running: { child: ChildProcess; output: () => string }[] = []
  const ends: BothEnds = {
    algolia,
    segment,
    directory,
    stateFile: join(directory, 'state.json'),
    log,
    startCommand(args, variables) {
      const servers = {
        ALGOLIA_PERSONALIZATION_URL: algolia.url,
        ALGOLIA_ANALYTICS_URL: algolia.urls.analytics,
        SEGMENT_TRACKING_URL: segment.url,
        ALGOLIA_APP_ID: config.appId,
        ALGOLIA_API_KEY: API_KEY,
        ALGOLIA_REGION: 'us',
        SEGMENT_WRITE_KEY: WRITE_KEY
      }
      const started = startCli(args, { ...servers, ...variables }, directory)
      running.push({ child: started.child, output: () => started.stdout + started.stderr })
      return started
    },
    async file(content, name = 'config.json') {
      const path = join(directory, name)
      await writeFile(path, JSON.stringify(content))
      return path
    }
  }
  try {
    const result = await use(ends)
    const shown = [...log, ...running.map(({ output }) => output())].join('\n')
    for (const key of [API_KEY, WRITE_KEY]) if (shown.includes(key)) throw new Error('A key stands in the output')
    return result
  } finally {
    for (const { child } of running) child.kill('SIGKILL')
    await Promise.all([algolia.close(), segment.close()])
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Runs `use` with both ends of a sync. */
export function withBench<Result>(options: BenchOptions, use: (bench: Bench) => Promise<Result>): Promise<Result> {
  return withBothEnds(options, (ends) => {
    const { algolia, segment, stateFile, log, startCommand } = ends
    return use({
      ...ends,
      sync: ({ config: changes, ...others } = {}) =>
        syncProfiles(
          {
            config: { ...config, ...(changes?.identity && { userIdPattern: undefined }), ...changes },
            stateFile,
            onLog: (level, message) => log.push(`${level}: ${message}`),
            ...others
          },
          { clock: systemClock, random: Math.random, baseUrl: algolia.url, segmentUrl: segment.url }
        ),
      start: (args = [], variables = {}) =>
        startCommand(['sync', ...args], { SYNC_USER_ID_PATTERN: '.', ...variables }),
      state: async () => JSON.parse(await readFile(stateFile, 'utf8'))
    })
  })
}

/** Starts the built command line with these arguments, in a directory. */
export function startCli(args: readonly string[], variables: Record<string, string>, cwd: string): RunningSync {
  if (!existsSync(cli)) throw new Error('Run `npm run build` first: this tests what is installed.')
  const child = spawn(process.execPath, [cli, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...variables }
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => (code ?? signal) as number | NodeJS.Signals)
  return {
    child,
    ended,
    get stdout() {
      return output.stdout
    },
    get stderr() {
      return output.stderr
    }
  }
}

/** Resolves as soon as a condition holds, which is looked at again and again. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A profile that was updated just now, unless another time is given. */
export function profile(userID: string, more: Partial<Profile> = {}): Profile {
  return { userID, type: 'basic', affinities: [], lastUpdatedAt: new Date().toISOString(), ...more }
}

let changes = 0

/** A profile that means something else than before, as of now. */
export function changed(known: Profile): Profile {
  const lastUpdatedAt = new Date().toISOString()
  changes += 1
  const affinity = { name: 'campaign', value: `change ${changes}`, indices: ['products'], score: 5, lastUpdatedAt }
  return { ...known, lastUpdatedAt, affinities: [...known.affinities, affinity] }
}

/** What Segment has to have: a user token and an update for each profile, in order. */
export function versionsIn(profiles: Iterable<Profile>): string[] {
  return [...profiles].map(({ userID, lastUpdatedAt }) => `${userID} ${lastUpdatedAt}`).sort()
}

/** A call of a sync as it reaches Segment. */
export interface SentCall {
  readonly type: 'identify' | 'track'
  readonly messageId: string
  readonly userId?: string
  readonly anonymousId?: string
  readonly integrations: Readonly<Record<string, boolean>>
  readonly traits: {
    readonly algolia_user_id: string
    readonly algolia_user_type: string
    readonly algolia_last_updated: string
    readonly algolia_affinities_value: readonly string[]
    readonly algolia_affinities_value_score: Readonly<Record<string, number>>
  }
  readonly properties: { readonly algolia_user_id: string }
}

/** The calls that a local Segment has taken in. */
export function sentTo({ calls }: Pick<LocalSegment, 'calls'>): readonly SentCall[] {
  return calls as readonly unknown[] as readonly SentCall[]
}

/** What identify calls are about: a user token and an update for each, in order. */
export function versionsOf(calls: readonly SegmentCall[]): string[] {
  return sentTo({ calls })
    .filter(({ type }) => type === 'identify')
    .map(({ traits }) => `${traits.algolia_user_id} ${traits.algolia_last_updated}`)
    .sort()
}

/** Profiles that Segment doesn't have as of their last update. */
export function missingProfiles({ algolia, segment }: Pick<Bench, 'algolia' | 'segment'>): string[] {
  const sent = new Set(versionsOf(segment.calls))
  return versionsIn(algolia.profiles).filter((version) => !sent.has(version))
}

/**
 * Profiles that Segment doesn't have and that no run from the present state would send: there must never be any. Nothing
 * is changed by looking.
 */
export async function lostProfiles({ algolia, segment, sync, state }: Bench): Promise<string[]> {
  const toCome: SegmentCall[] = []
  await sync({
    dryRun: (calls) => {
      toCome.push(...(JSON.parse(JSON.stringify(calls)) as SegmentCall[]))
      return Promise.resolve()
    }
  })
  const covered = new Set(versionsOf([...segment.calls, ...toCome]))
  const { profiles } = await state().catch((): StateContent => ({ profiles: {} }))
  // The next run ends a pass that is under way, and the one after it finds what has changed since that pass began.
  const begunAt = Date.parse(profiles.pass?.startedAt ?? '9999-12-31')
  const present = [...algolia.profiles].filter(({ lastUpdatedAt }) => Date.parse(lastUpdatedAt) < begunAt)
  return versionsIn(present).filter((version) => !covered.has(version))
}
