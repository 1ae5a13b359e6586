import { open, readFile, type FileHandle } from 'node:fs/promises'
import { configError, transientError } from '../errors'
import { takeLock } from '../input/lock-file'

/** How an entry of a plan was ended. */
export type Ending = 'written' | 'right already' | 'changed since'

const ENDINGS = new Set<unknown>(['written', 'right already', 'changed since'])

/**
 * What of a plan has been done, beside the plan: a line for each user token, on disk before the next one is counted. So a
 * kill at any moment loses nothing: the one under way is read again, and found right already or not.
 */
export class Journal {
  /** Lines that wait while others are flushed: they go out together. */
  private waiting = ''
  private lastFlush: Promise<void> = Promise.resolve()
  private nextFlush: Promise<void> | undefined

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly unlock: () => Promise<void>,
    private readonly done: ReadonlyMap<string, Ending>
  ) {}

  /**
   * @param path the plan's
   * @param plan tells this plan from all others: a journal of another one that lay at this path is begun anew
   * @throws PackageError (`config`) when another process is applying the plan
   */
  static async open(path: string, plan: string): Promise<Journal> {
    const unlock = await lockPlan(path)
    const file = `${path}.journal`
    const text = await readFile(file, 'utf8').catch(() => '')
    // The last line may have been cut short.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    const [head, ...lines] = whole.split('\n').slice(0, -1)
    if (head !== JSON.stringify({ plan })) {
      const handle = await open(file, 'w', 0o600)
      await handle.writeFile(`${JSON.stringify({ plan })}\n`)
      return new Journal(file, handle, unlock, new Map())
    }
    const done = new Map<string, Ending>()
    for (const line of lines) {
      const [userToken, ending] = JSON.parse(line) as [string, Ending]
      if (ENDINGS.has(ending)) done.set(userToken, ending)
    }
    const handle = await open(file, 'a', 0o600)
    if (whole.length < text.length) await handle.truncate(Buffer.byteLength(whole))
    return new Journal(file, handle, unlock, done)
  }

  endingOf(userToken: string): Ending | undefined {
    return this.done.get(userToken)
  }

  /**
   * Resolves when the line is on disk.
   * @throws PackageError (`transient`) when it can't be written
   */
  add(userToken: string, ending: Ending): Promise<void> {
    this.waiting += `${JSON.stringify([userToken, ending])}\n`
    this.nextFlush ??= this.lastFlush = this.lastFlush.then(() => this.flush())
    return this.nextFlush
  }

  private async flush(): Promise<void> {
    const text = this.waiting
    this.waiting = ''
    this.nextFlush = undefined
    try {
      await this.file.appendFile(text)
      await this.file.datasync()
    } catch (thrown) {
      const { code, message } = thrown as NodeJS.ErrnoException
      throw transientError(
        `What was done can't be kept in ${this.path} (${code ?? message}). Make room on the disk, then run again: nothing is lost.`
      )
    }
  }

  async close(): Promise<void> {
    await this.file.close()
    await this.unlock()
  }
}

async function lockPlan(path: string): Promise<() => Promise<void>> {
  const lock = await takeLock(`${path}.lock`).catch((thrown: NodeJS.ErrnoException) => {
    const { code, message } = thrown
    throw configError(
      `The journal of ${path} can't be kept beside it (${code ?? message}). Copy the plan to where it can.`
    )
  })
  if ('release' in lock) return lock.release
  throw configError(
    `Another process (${lock.holder}) is applying ${path}. Wait for it, or stop it; what it has done is not done again.`
  )
}
