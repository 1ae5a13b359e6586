import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

// As `npm run workbench` runs it: `npm test` builds it first.
const cli = join(__dirname, '../../dist/cli/main.js')

interface Running {
  child: ChildProcess
  /** What a browser opens. */
  entryUrl: string
  url: string
  output: string
}

function start(args: string[], environment: Record<string, string>): ChildProcess {
  const { PATH } = process.env
  return spawn(process.execPath, [cli, 'workbench', ...args], {
    env: { PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe']
  })
}

async function run(args: string[], environment: Record<string, string> = {}): Promise<Running> {
  const child = start(args, environment)
  let output = ''
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk)
    if (/Ctrl\+C/.test(output)) break
  }
  const [entryUrl = ''] = /http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/.exec(output) ?? []
  return { child, entryUrl, url: entryUrl.replace(/\/\?.*/, ''), output }
}

/** What the page gets, once the start-up address has been opened. */
async function contextOf({ entryUrl, url }: Running): Promise<string> {
  const entered = await fetch(entryUrl, { redirect: 'manual' })
  const [cookie = ''] = entered.headers.getSetCookie()
  const headers = { cookie: cookie.replace(/;.*/, '') }
  expect(await (await fetch(url, { headers })).text()).toContain('<title>Workbench</title>')
  return (await fetch(`${url}/workbench/context`, { headers })).text()
}

async function failure(args: string[], environment: Record<string, string> = {}): Promise<string> {
  const child = start(args, environment)
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(1)
  return output
}

describe('the command line', () => {
  beforeAll(() => {
    if (!existsSync(cli)) throw new Error('Run `npm run build` first: this tests what `npm run workbench` runs.')
  })

  it('says where it listens and against what, serves the page, and ends with exit code 0', async () => {
    const running = await run(['--port', '0'])
    const { child, output } = running
    expect(output).toMatch(/local Algolia on http:\/\/127\.0\.0\.1:\d+/)
    const { target, commands } = JSON.parse(await contextOf(running)) as { target: object; commands: object[] }
    expect(target).toMatchObject({ kind: 'local' })
    expect(commands).toContainEqual({ name: 'doctor', summary: expect.any(String) as string })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('takes the port from PORT, as Segment’s serve does', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as AddressInfo
    free.close()
    await once(free, 'close')
    const { child, url } = await run([], { PORT: String(port) })
    expect(url).toBe(`http://127.0.0.1:${port}`)
    child.kill('SIGKILL')
  })

  it('works against a real application with a key from the environment, which it does not show', async () => {
    const environment = { ALGOLIA_API_KEY: 'secret-of-the-shop', ALGOLIA_PERSONALIZATION_URL: 'http://127.0.0.1:9' }
    const running = await run(['--port', '0', '--app-id', 'MYAPP', '--region', 'eu'], environment)
    const { child, output } = running
    const text = await contextOf(running)
    expect(JSON.parse(text)).toMatchObject({
      target: { kind: 'application', appId: 'MYAPP', region: 'eu', url: 'http://127.0.0.1:9' },
      exampleUserTokens: []
    })
    expect(output).toContain('MYAPP (eu)')
    expect(output + text).not.toContain('secret-of-the-shop')
    child.kill('SIGKILL')
  })

  it('says what is missing for a real application', async () => {
    expect(await failure(['--app-id', 'MYAPP', '--region', 'eu'])).toContain('ALGOLIA_API_KEY')
    expect(await failure(['--app-id', 'MYAPP'], { ALGOLIA_API_KEY: 'k' })).toContain('--region')
    expect(await failure(['--region', 'eu'], { ALGOLIA_API_KEY: 'k' })).toContain('--app-id')
    expect(await failure(['--app-id', 'MYAPP', '--region', 'de'], { ALGOLIA_API_KEY: 'k' })).toContain('us, eu')
  })

  it('takes no key as a flag', async () => {
    expect(await failure(['--api-key', 'k'])).toContain('unknown option')
  })

  it('says that the port is taken, and what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    expect(await failure(['--port', String(port)])).toContain(
      `can't start: the port ${port} is taken (EADDRINUSE). Choose another one with --port.`
    )
    taken.close()
  })
})
