import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { basic, until } from '../support/segment'

// As it is installed: `npm test` builds it first.
const cli = join(__dirname, '../../dist/cli/main.js')

function start(...args: string[]) {
  if (!existsSync(cli)) throw new Error('Run `npm run build` first: this tests what is installed.')
  const child = spawn(process.execPath, [cli, 'local-segment', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const running = { child, output: '', ended: once(child, 'close') }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (running.output += text))
  }
  return running
}

it('says in one line where it listens and how to use it, does so, and leaves on a signal', async () => {
  const running = start('--port', '0', '--write-key', 'a-key', '--status', '1=503')
  try {
    await until(() => running.output.includes('\n') || running.child.exitCode !== null)
    const [, url] =
      /^Local Segment listening on (http:\S+): write key a-key, SEGMENT_TRACKING_URL=\1\n$/.exec(running.output) ?? []
    const body = JSON.stringify({ batch: [{ type: 'identify', userId: 'user-1', messageId: '1' }] })
    const statusOf = async (): Promise<number> => {
      return (await fetch(`${url}/v1/batch`, { method: 'POST', headers: basic('a-key'), body })).status
    }
    expect([await statusOf(), await statusOf()]).toEqual([503, 200])
    running.child.kill('SIGTERM')
    expect(await running.ended).toEqual([0, null])
  } finally {
    running.child.kill('SIGKILL')
  }
})

it.each([
  [['--port', 'four'], 'It must be a port, 0-65535.'],
  [['--status', '500'], "It must be a call's number and a status, as 3=500."],
  [['--host', 'no.such.host.invalid'], "The local Segment can't start: "]
])('fails with 1 and says why when it is started with %j', async (args, message) => {
  const running = start(...args)
  expect(await running.ended).toEqual([1, null])
  expect(running.output).toContain(message)
})
