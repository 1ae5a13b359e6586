import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { configError } from '../errors'
import { beginReplacing, type Replacement } from '../input/atomic-file'
import { grouped } from '../report/words'
import type { AudienceCounts, PlannedChange } from './comparison'

const KIND = 'segment-algolia-personalization audience plan'
const VERSION = 1

/** A plan older than this is refused unless told otherwise, in milliseconds: a week. */
export const OLDEST_PLAN = 7 * 86_400_000

const headSchema = z.object({
  kind: z.literal(KIND),
  version: z.literal(VERSION),
  application: z.string(),
  region: z.string(),
  /** When the plan was begun, and when the list was made. */
  startedAt: z.string(),
  asOf: z.string(),
  /** SHA-256 of the list, hexadecimal. */
  list: z.string(),
  audiences: z.array(z.string())
})

const changeSchema = z.object({
  userToken: z.string(),
  add: z.array(z.string()),
  remove: z.array(z.string()),
  withoutProfile: z.literal(true).optional(),
  changedSince: z.literal(true).optional()
})

const countsSchema = z.object({
  id: z.string(),
  wanted: z.int(),
  present: z.int(),
  toAdd: z.int(),
  toRemove: z.int(),
  withoutProfile: z.int(),
  changedSince: z.int(),
  invalid: z.int()
})

const endSchema = z.object({ entries: z.int(), audiences: z.array(countsSchema) })

export type PlanHead = Omit<z.output<typeof headSchema>, 'kind' | 'version'>

/** How a plan ends: without this line it was never finished, or has lost a part. */
export interface PlanEnd {
  readonly entries: number
  readonly audiences: readonly AudienceCounts[]
}

/** So much of a plan is kept before it is written, in characters. */
const WRITE_AT = 1 << 16

/**
 * Writes a plan line by line: JSON that a person can read. Only its owner may read the file, as it names user tokens. A plan
 * that was there stays until the new one is whole.
 */
export class PlanWriter {
  private text = ''
  private entries = 0

  private constructor(private readonly replacement: Replacement) {}

  /** @throws PackageError (`config`) when the file can't be written, or holds something that isn't a plan */
  static async open(path: string, head: PlanHead): Promise<PlanWriter> {
    await checkPlace(path)
    const replacement = await beginReplacing(path).catch((thrown: NodeJS.ErrnoException) => {
      throw configError(
        `The plan ${path} can't be written (${thrown.code ?? thrown.message}). Name another file with --out.`
      )
    })
    // One that a crash has left keeps the mode that it had.
    await replacement.file.chmod(0o600)
    const writer = new PlanWriter(replacement)
    await writer.line({ kind: KIND, version: VERSION, ...head })
    return writer
  }

  async add(change: PlannedChange): Promise<void> {
    this.entries += 1
    await this.line(change)
  }

  async end(audiences: readonly AudienceCounts[]): Promise<void> {
    await this.line({ entries: this.entries, audiences })
    await this.flush()
    await this.replacement.finish()
  }

  /** Leaves what was there before, and nothing of this plan. */
  async abandon(): Promise<void> {
    await this.replacement.discard()
  }

  private async line(json: object): Promise<void> {
    this.text += `${JSON.stringify(json)}\n`
    if (this.text.length >= WRITE_AT) await this.flush()
  }

  private async flush(): Promise<void> {
    await this.replacement.file.write(this.text)
    this.text = ''
  }
}

/**
 * A list of members that was named by mistake would be lost.
 * @throws PackageError (`config`) when there is something that isn't a plan; an empty file is nothing
 */
async function checkPlace(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found || (found.isFile() && found.size === 0) || (found.isFile() && (await isPlan(path)))) return
  throw configError(
    `${path} is there already and is no plan of "audiences plan", so nothing was written to it. Name another file with --out, or remove it first.`
  )
}

/** Whether a file begins as a plan does, whole or not. */
async function isPlan(path: string): Promise<boolean> {
  const start = `{"kind":${JSON.stringify(KIND)},`
  const input = createReadStream(path, { encoding: 'utf8', end: start.length - 1 })
  let text = ''
  try {
    for await (const chunk of input) text += String(chunk)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw configError(`${path} can't be read (${code ?? message}). Name another file with --out.`)
  }
  return text === start
}

/** What a plan holds, read as it is needed. */
export interface Plan {
  readonly head: PlanHead
  readonly end: PlanEnd
  /** How many user tokens have something to be done. */
  changes(): AsyncGenerator<PlannedChange>
}

/**
 * Opens a plan, once all of it proved whole.
 * @throws PackageError (`config`) when there is none, or it is damaged
 */
export async function openPlan(path: string): Promise<Plan> {
  let head: PlanHead | undefined
  let end: PlanEnd | undefined
  let entries = 0
  for await (const { line, json } of linesOf(path)) {
    if (end) throw damaged(path, `line ${line} comes after its end`)
    if (!head) {
      const result = headSchema.safeParse(json)
      if (!result.success) throw configError(`${path} is no plan of "audiences plan". Give the file that --out named.`)
      head = result.data
      continue
    }
    const ending = endSchema.safeParse(json)
    if (ending.success) end = ending.data
    else if (changeSchema.safeParse(json).success) entries += 1
    else throw damaged(path, `line ${line} can't be read`)
  }
  if (!head || !end) throw damaged(path, 'its end is missing')
  if (end.entries !== entries)
    throw damaged(path, `it has ${grouped(entries)} entries, and should have ${grouped(end.entries)}`)
  return {
    head,
    end,
    async *changes() {
      for await (const { json } of linesOf(path)) {
        const change = changeSchema.safeParse(json)
        if (change.success) yield change.data
      }
    }
  }
}

async function* linesOf(path: string): AsyncGenerator<{ line: number; json: unknown }> {
  const input = createReadStream(path, 'utf8')
  const lines = createInterface({ input, crlfDelay: Infinity })
  let line = 0
  try {
    for await (const text of lines) {
      line += 1
      try {
        yield { line, json: JSON.parse(text) as unknown }
      } catch (thrown) {
        if (thrown instanceof SyntaxError) throw damaged(path, `line ${line} is not JSON`)
        throw thrown
      }
    }
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === undefined) throw thrown
    throw configError(`The plan ${path} can't be read (${code}). Check the path and its permissions.`)
  } finally {
    lines.close()
    input.destroy()
  }
}

function damaged(path: string, how: string): Error {
  return configError(`The plan ${path} is damaged: ${how}. Make it anew with "audiences plan".`)
}
