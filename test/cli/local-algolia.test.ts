import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { credentials } from '../support/local-algolia'

// As it is installed: `npm test` builds it first.
const cli = join(__dirname, '../../dist/cli/main.js')

interface Running {
  child: ChildProcess
  url: string
  /** What it has written to standard output. */
  output: () => string
}

async function run(...args: string[]): Promise<Running> {
  const child = spawn(process.execPath, [cli, 'local-algolia', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  while (!output.includes('\n') && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5))
  return { child, url: /http:\/\/\S+/.exec(output)?.[0] ?? '', output: () => output }
}

async function withCli(args: string[], use: (running: Running) => Promise<void>): Promise<void> {
  const running = await run(...args)
  try {
    await use(running)
  } finally {
    running.child.kill('SIGKILL')
  }
}

async function failsWith(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [cli, 'local-algolia', ...args], { stdio: ['ignore', 'inherit', 'pipe'] })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(1)
  return output
}

describe('the command line', () => {
  beforeAll(() => {
    if (!existsSync(cli)) throw new Error('Run `npm run build` first: this tests what is installed.')
  })

  it('says where it listens and how to use it', async () => {
    await withCli(['--profiles', '25'], async ({ url, output }) => {
      expect(output()).toMatch(/^Local Algolia listening on http:\/\/127\.0\.0\.1:\d+ with 25 profiles: [^\n]+\n/)
      for (const part of ['appId LOCALALGOLIA', 'apiKey local-api-key', `ALGOLIA_PERSONALIZATION_URL=${url}`]) {
        expect(output()).toContain(part)
      }
      const variables = [...output().matchAll(/^export (\w+)=(http:\/\/127\.0\.0\.1:\d+)$/gm)]
      expect(variables.map(([, name]) => name)).toEqual(
        ['PERSONALIZATION', 'INSIGHTS', 'ANALYTICS', 'SEARCH'].map((api) => `ALGOLIA_${api}_URL`)
      )
      expect(new Set(variables.map(([, , origin]) => origin)).size).toBe(4)
      const response = await fetch(`${url}/2/users?limit=1000`, { headers: credentials })
      const { users } = (await response.json()) as { users: unknown[] }
      expect(users).toHaveLength(25)
    })
  })

  it('makes the same profiles for the same seed and moment', async () => {
    const read = async (...args: string[]): Promise<string> => {
      let text = ''
      await withCli(['--profiles', '25', ...args], async ({ url }) => {
        text = await (await fetch(`${url}/2/users`, { headers: credentials })).text()
      })
      return text
    }
    const first = await read('--seed', '7', '--now', '2025-06-15T10:30:00Z')
    expect(await read('--seed', '7', '--now', '2025-06-15T10:30:00Z')).toBe(first)
    expect(await read('--seed', '8', '--now', '2025-06-15T10:30:00Z')).not.toBe(first)
  })

  it('takes faults, the rate limit and access from its arguments', async () => {
    const flags = [
      '--status',
      '1=500',
      '--status',
      '2=418',
      '--drop',
      '3',
      '--drop',
      '4=after',
      '--rate-limit',
      '6/3600'
    ]
    await withCli(flags, async ({ url }) => {
      const write = (userID: string): Promise<number> =>
        fetch(`${url}/2/users/${userID}/segments`, {
          method: 'PUT',
          headers: credentials,
          body: '{"segments":[]}'
        }).then(
          ({ status }) => status,
          () => 0
        )
      const read = async (userID: string): Promise<number> =>
        (await fetch(`${url}/2/users/${userID}`, { headers: credentials })).status
      expect([await write('a'), await write('b'), await write('c'), await write('d')]).toEqual([500, 418, 0, 0])
      expect([await read('c'), await read('d'), await read('d')]).toEqual([404, 200, 429])
    })

    const status = async (...args: string[]): Promise<[number, boolean]> => {
      let result: [number, boolean] = [0, false]
      await withCli(args, async ({ url }) => {
        const body = '{"segments":[]}'
        const { status, headers } = await fetch(`${url}/2/users/a/segments`, {
          method: 'PUT',
          headers: credentials,
          body
        })
        result = [status, headers.has('x-ratelimit-limit')]
      })
      return result
    }
    expect(await status('--no-rate-limit', '--latency', '5')).toEqual([200, false])
    expect(await status('--acl', 'search,browse')).toEqual([401, true])
    expect(await status('--key', 'local-api-key=search', '--key', 'other=search')).toEqual([200, true])
    expect(await status('--region', 'eu', '--served-region', 'us')).toEqual([401, false])
    expect(await status('--plan-without-feature')).toEqual([402, true])
    expect(await status('--no-segments-endpoint')).toEqual([404, true])
    expect(await status('--segments-endpoint', 'empty')).toEqual([204, true])
    expect(await status('--fault', 'personalization:/2/users/a/segments=503')).toEqual([503, true])
  })

  it('takes ports that follow each other, faults by path and index, and what the application is like', async () => {
    // Below the ports that systems hand out by themselves.
    const port = 20_000 + 4 * Math.floor(Math.random() * 2_500)
    const flags = [
      ...['--fault', 'insights:/1/events=400pagex1', '--fault', 'analytics:/2/status?index=blog=503'],
      ...['--personalization', 'paused', '--no-events-configured', '--analytics-plan', 'none'],
      ...['--port', String(port)]
    ]
    await withCli(flags, async ({ url }) => {
      expect(url).toBe(`http://127.0.0.1:${port}`)
      const ask = async (offset: number, path: string, init: RequestInit = {}): Promise<[number, string]> => {
        const response = await fetch(`http://127.0.0.1:${port + offset}${path}`, { headers: credentials, ...init })
        return [response.status, await response.text()]
      }
      const events = { method: 'POST', body: '{"events":[]}' }
      expect(await ask(1, '/1/events', events)).toEqual([400, expect.stringMatching('<!doctype')])
      expect((await ask(1, '/1/events', events))[0]).toBe(422)
      expect((await ask(2, '/2/status?index=blog'))[0]).toBe(503)
      expect((await ask(2, '/2/status?index=products'))[0]).toBe(402)
      expect((await ask(3, '/1/indexes/products/query', { method: 'POST', body: '{}' }))[0]).toBe(200)
      const [, config] = await ask(0, '/2/config')
      expect(JSON.parse(config)).toMatchObject({ status: { type: 'paused' } })
      expect(config).toContain('"purchase":[]')
    })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('ends with code 0 on %s, whatever is still connected', async (signal) => {
    await withCli(['--latency', '60000'], async ({ child, url }) => {
      const waiting = fetch(`${url}/2/users`, { headers: credentials }).catch(() => 'broken')
      const stats = async (): Promise<{ calls: number }> =>
        (await fetch(`${url}/_local/stats`)).json() as Promise<{ calls: number }>
      while ((await stats()).calls === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      child.kill(signal)
      expect(await once(child, 'exit')).toEqual([0, null])
      expect(await waiting).toBe('broken')
    })
  })

  it.each([
    ['local-algolia', 0],
    ['local-segment', 1]
  ])('%s has each flag that its part of the page names', async (command, part) => {
    const page = readFileSync(join(__dirname, '../../docs/local-algolia.md'), 'utf8')
    const parts = page.split('## The local Segment beside it')
    const child = spawn(process.execPath, [cli, command, '--help'], { stdio: ['ignore', 'pipe', 'inherit'] })
    let help = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (help += text))
    await once(child, 'close')
    const named = new Set(parts[part]?.match(/(?<![-\w])--[a-z][a-z-]+/g))
    named.delete('--help')
    expect(named.size).toBeGreaterThan(1)
    expect([...named].filter((flag) => !help.includes(flag))).toEqual([])
  })

  it('explains wrong arguments, and a port that is taken, on standard error', async () => {
    expect(await failsWith('--rate-limit', '500')).toContain('500/60')
    expect(await failsWith('--rate-limit', '500/0')).toContain('500/60')
    expect(await failsWith('--profiles', 'many')).toContain('whole number')
    expect(await failsWith('--profiles', '-1')).toContain('negative')
    expect(await failsWith('--status', '3')).toContain('3=500')
    expect(await failsWith('--drop', '3=later')).toContain('3=after')
    expect(await failsWith('--fault', 'insights=429')).toContain('insights:/1/events=429')
    expect(await failsWith('--key', 'reader')).toContain('reader=search,browse')
    expect(await failsWith('--region', 'de')).toContain('us, eu')
    expect(await failsWith('--now', 'today')).toContain('date and time')
    expect(await failsWith('--colour', 'red')).toContain('unknown option')
    await withCli([], async ({ url }) => {
      const { port } = new URL(url)
      expect(await failsWith('--port', port)).toContain('EADDRINUSE')
      // Of several ports, the last one: those that were free aren't kept, and the process ends.
      expect(await failsWith('--search-port', port)).toContain('EADDRINUSE')
    })
    expect(await failsWith('--port', '65534')).toContain('--port')
  })
})
