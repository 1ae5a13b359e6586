import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'

const COMMAND = path.join(__dirname, '..', 'sources', 'algolia-profiles', 'cli.js')

/** What a read gave: the rows of each stream, and the states to go on from. */
export interface ReadResult {
  readonly rows: ReadonlyMap<string, Record<string, unknown>[]>
  readonly states: readonly unknown[]
}

interface Line {
  type: string
  record?: { stream: string; data: Record<string, unknown> }
  state?: { stream: { stream_descriptor: { name: string } } }
  trace?: { error?: { message: string } }
}

/**
 * Runs the source's command line as a platform does: files in, messages out.
 * @param onRows told how many rows of the first stream have been read, after each page
 * @throws Error with the source's own message when the command fails
 */
export async function runSource(
  config: object,
  streams: readonly string[],
  states: readonly unknown[] | undefined,
  environment: Readonly<Record<string, string | undefined>>,
  onRows: (profiles: number) => void
): Promise<ReadResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'algolia-profiles-'))
  try {
    const file = async (name: string, content: unknown): Promise<string> => {
      await writeFile(path.join(folder, name), JSON.stringify(content), { mode: 0o600 })
      return path.join(folder, name)
    }
    const catalog = {
      streams: streams.map((name) => ({
        stream: { name },
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup'
      }))
    }
    const parameters = ['--config', await file('config.json', config), '--catalog', await file('catalog.json', catalog)]
    if (states) parameters.push('--state', await file('state.json', states))

    const source = spawn(process.execPath, [COMMAND, 'read', ...parameters], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'inherit']
    })
    const ended = new Promise<number | null>((resolve, reject) => source.on('error', reject).on('close', resolve))
    const rows = new Map<string, Record<string, unknown>[]>(streams.map((name) => [name, []]))
    const stateOf = new Map<string, unknown>()
    let error = ''
    for await (const text of createInterface({ input: source.stdout })) {
      const { type, record, state, trace } = JSON.parse(text) as Line
      if (type === 'RECORD' && record) rows.get(record.stream)?.push(record.data)
      if (type === 'STATE' && state) {
        const { name } = state.stream.stream_descriptor
        stateOf.set(name, state)
        if (name === streams[0]) onRows(rows.get(name)?.length ?? 0)
      }
      error = trace?.error?.message ?? error
    }
    const exitCode = await ended
    if (exitCode !== 0) throw new Error(error || `The source ended with the exit code ${exitCode}.`)
    return { rows, states: [...stateOf.values()] }
  } finally {
    await rm(folder, { recursive: true })
  }
}
