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
  return { child, url: /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '', output }
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
    const { child, url, output } = await run(['--port', '0'])
    expect(output).toMatch(/local Algolia on http:\/\/127\.0\.0\.1:\d+/)
    expect(await (await fetch(url)).text()).toContain('<title>Workbench</title>')
    const { target } = (await (await fetch(`${url}/workbench/context`)).json()) as { target: { kind: string } }
    expect(target.kind).toBe('local')
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
    const { child, url, output } = await run(['--port', '0', '--app-id', 'MYAPP', '--region', 'eu'], environment)
    const text = await (await fetch(`${url}/workbench/context`)).text()
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

  it('says that the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    expect(await failure(['--port', String(port)])).toMatch(/can't start: .*EADDRINUSE/)
    taken.close()
  })
})
