import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { configError } from '../errors'
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

/** Writes a plan line by line: JSON that a person can read. Only its owner may read the file, as it names user tokens. */
export class PlanWriter {
  private text = ''
  private entries = 0

  private constructor(private readonly file: FileHandle) {}

  /** @throws PackageError (`config`) when the file can't be written */
  static async open(path: string, head: PlanHead): Promise<PlanWriter> {
    const file = await open(path, 'w', 0o600).catch((thrown: NodeJS.ErrnoException) => {
      throw configError(
        `The plan ${path} can't be written (${thrown.code ?? thrown.message}). Name another file with --out.`
      )
    })
    // A file that was there keeps the mode that it had.
    await file.chmod(0o600)
    const writer = new PlanWriter(file)
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
    await this.file.sync()
    await this.file.close()
  }

  /** Leaves the file without its end, so that nobody takes it for a plan. */
  async abandon(): Promise<void> {
    await this.file.close()
  }

  private async line(json: object): Promise<void> {
    this.text += `${JSON.stringify(json)}\n`
    if (this.text.length >= WRITE_AT) await this.flush()
  }

  private async flush(): Promise<void> {
    await this.file.write(this.text)
    this.text = ''
  }
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
  if (end.entries !== entries) throw damaged(path, `it has ${entries} entries, and should have ${end.entries}`)
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
