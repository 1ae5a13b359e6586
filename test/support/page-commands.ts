import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cli } from './command'

const root = join(__dirname, '../..')

/** The commands of a section of a page, block by block, as somebody in a clone that is built would type them. */
export async function commandsOf(page: string, section: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8')
  const [part = ''] = text.split(`## ${section}\n`)[1]?.split('\n## ') ?? []
  const blocks = [...part.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block)
  return blocks.map((block) =>
    block
      .replace('npm ci\n', '')
      .replaceAll(/npm run (local-\w+) --/g, `node ${cli} $1`)
      .replaceAll("require('segment-algolia-personalization')", `require('${root}')`)
      .replaceAll('npx segment-algolia-personalization', `node ${cli}`)
  )
}

/** Starts a server that one of these commands starts, on any free port. @returns its origin */
export async function startServer(command: string): Promise<{ child: ChildProcess; url: string }> {
  const line = command.trim().replace(/--port \d+/, '--port 0')
  const child = spawn('bash', ['-c', `exec ${line}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [greeting] = (await once(child.stdout, 'data')) as [Buffer]
  const [url = ''] = /http:\/\/\S+?:\d+/.exec(String(greeting)) ?? []
  return { child, url }
}

/** Types blocks of commands into one shell. @returns what it printed, each block followed by how its last command ended */
export async function typed(blocks: readonly string[], cwd: string): Promise<string> {
  const script = blocks.map((block) => `${block}\necho "ended with $?"\n`).join('')
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd, env: { PATH: process.env.PATH } })
  return stdout
}
