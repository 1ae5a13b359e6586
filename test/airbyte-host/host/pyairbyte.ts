import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** What PyAirbyte answers to a request: what it came to, or what it raised. */
interface Answer {
  readonly answer?: unknown
  readonly error?: string
}

/** PyAirbyte with a source as its local executable, in a process of its own. */
export interface PyAirbyte {
  /** @throws Error with what PyAirbyte raised */
  ask<Result>(what: string, request?: Record<string, unknown>): Promise<Result>
  /** All that it wrote for people, and the source with it. */
  said(): string
  close(): Promise<void>
}

/** @param environment set for PyAirbyte and the source alike */
export function startPyAirbyte(
  python: string,
  [name, executable, folder]: readonly [string, string, string],
  environment: Record<string, string>
): PyAirbyte {
  const child = spawn(python, ['-W', 'ignore', join(__dirname, 'pyairbyte.py'), name, executable, folder], {
    cwd: folder,
    env: { ...process.env, AIRBYTE_LOGGING_ROOT: join(folder, 'logs'), ...environment },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe']
  })
  let said = ''
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => (said += text))
  const answers = createInterface(child.stdio[3] as Readable)[Symbol.asyncIterator]()
  return {
    async ask<Result>(what: string, request: Record<string, unknown> = {}) {
      child.stdin.write(`${JSON.stringify({ do: what, ...request })}\n`)
      const { value } = await answers.next()
      if (typeof value !== 'string') throw new Error(`PyAirbyte ended: ${said}`)
      const { answer, error } = JSON.parse(value) as Answer
      if (error !== undefined) throw new Error(error)
      return answer as Result
    },
    said: () => said,
    async close() {
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'close')
    }
  }
}

/** What came of messages that were put through one of Airbyte's models. */
export interface ModelVerdict {
  readonly counts: Readonly<Record<string, number>>
  readonly records_checked: boolean
  readonly faults: readonly string[]
}

export function judge(python: string, models: string, lines: string): ModelVerdict {
  const output = execFileSync(python, ['-W', 'ignore', join(__dirname, 'messages.py'), models], {
    input: lines,
    maxBuffer: 1 << 28
  })
  return JSON.parse(String(output)) as ModelVerdict
}
