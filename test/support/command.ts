import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

// As it is installed: `npm test` builds it first.
export const cli = join(__dirname, '../../dist/cli/main.js')

export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts the package's command line with these variables and no others but the path. */
export function start(args: readonly string[], variables: Record<string, string> = {}, input = ''): Running {
  const env = { PATH: process.env.PATH ?? '', ...variables }
  const child = spawn(process.execPath, [cli, ...args], { env })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (text: Buffer) => (stdout += String(text)))
  child.stderr.on('data', (text: Buffer) => (stderr += String(text)))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }))
  })
  return { child, ended }
}
