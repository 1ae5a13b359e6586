import { configError, transientError } from '../errors'
import { type Lock, takeLock } from '../input/lock-file'
import { readStateText, writeStateText } from '../input/state-text'
import { EMPTY, parseState, type State, writeState } from './state'

/** Keeps the state of a run, in a file; of a dry run, only as long as it goes on. */
export class Keeper {
  private saved: Promise<void> = Promise.resolve()

  private constructor(
    private readonly path: string,
    private readonly target: string,
    private readonly release: (() => Promise<void>) | undefined,
    private present: State,
    /** Whether the file is another application's, or was written for another source in Segment. */
    readonly isOfAnother: boolean
  ) {}

  /**
   * @param target see `targetOf`
   * @param isDryRun whether the file is left as it is, and may be in use
   * @throws PackageError when the file can't be read or understood, or another run has it
   */
  static async open(path: string, target: string, isDryRun: boolean): Promise<Keeper> {
    const release = isDryRun ? undefined : await lockState(path)
    try {
      const text = await readStateText(path)
      if (text === undefined) return new Keeper(path, target, release, EMPTY, false)
      const read = understood(path, text)
      const isOfAnother = read.target !== target
      return new Keeper(path, target, release, isOfAnother ? EMPTY : read.state, isOfAnother)
    } catch (thrown) {
      await release?.()
      throw thrown
    }
  }

  get state(): State {
    return this.present
  }

  /** Changes the state, and resolves when that is on disk. Changes may be made at the same time. */
  async change(change: (state: State) => Partial<State>): Promise<void> {
    this.present = { ...this.present, ...change(this.present) }
    if (this.release === undefined) return
    // One writer at a time, each with all that has changed until then.
    const save = (): Promise<void> => writeStateText(this.path, writeState(this.target, this.present))
    this.saved = this.saved.then(save, save)
    await this.saved
  }

  async close(): Promise<void> {
    await this.saved.catch(() => undefined)
    await this.release?.()
  }
}

async function lockState(path: string): Promise<() => Promise<void>> {
  const file = `${path}.lock`
  let lock: Lock
  try {
    lock = await takeLock(file)
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException
    throw configError(
      `The state can't be kept in ${path} (${code}). Check that its directory exists and can be written to.`,
      message
    )
  }
  if ('release' in lock) return lock.release
  throw transientError(
    `Another run with the same state is going on (process ${lock.holder}). Wait for it to end, or give this one a state of its own. If there is none, delete ${file}.`
  )
}

function understood(path: string, text: string): ReturnType<typeof parseState> {
  try {
    return parseState(JSON.parse(text))
  } catch {
    throw configError(
      `The state file ${path} is damaged, or another version has written it. Restore it, or delete it: then the newest day is sent again, with the same message ids, and alerts are judged from there.`
    )
  }
}
