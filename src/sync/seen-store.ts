import { access, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ClassicLevel } from 'classic-level'
import { configError, transientError } from '../errors'
import type { Side } from './identity'
import { cannotOpen, cannotWrite } from './store-failures'

/** What is kept of a user token. */
export interface Known {
  /** See `Delivery`. */
  readonly mark: string
  /** What the token was sent as; absent where an earlier version has written it. */
  readonly side: Side | undefined
  /** Whether Segment never had it, as it refused all that was sent of it. */
  readonly isUnsent: boolean
}

/** What is to be kept of a user token. */
export interface Entry {
  readonly userToken: string
  readonly mark: string
  readonly side: Side
  readonly isUnsent: boolean
}

/**
 * Remembers for each user token what Segment has accepted, on disk: nine bytes and the token, in a store that takes a few
 * megabytes of memory whatever its size. The store can be opened once only, so it also keeps two syncs from using one state
 * at the same time; the lock goes with the process, however that ends.
 */
export interface SeenStore {
  /** @returns what is kept of those user tokens, where there is something. */
  knownOf(userTokens: readonly string[]): Promise<ReadonlyMap<string, Known>>
  /** Resolves when the entries are on disk. */
  keep(entries: readonly Entry[]): Promise<void>
  close(): Promise<void>
}

/** The byte after the mark. */
const ANONYMOUS = 1
const UNSENT = 2

/** Eight bytes, in hexadecimal digits. */
const MARK_LENGTH = 16

/**
 * Opens the store in a directory, or creates both; the directory above must be there.
 * @throws PackageError (`transient`) when another sync has it open, (`config`) when it can't be opened
 */
export async function openSeenStore(directory: string): Promise<SeenStore> {
  await makeDirectory(directory)
  return open(directory, 'Wait for it to end, or give this one a state of its own.')
}

/**
 * @returns the store in a directory if there is one, else one that is empty and stays so; neither to be written to
 * @throws PackageError as `openSeenStore` does: whoever reads it needs it alone, too
 */
export async function openSeenStoreIfAny(directory: string): Promise<SeenStore> {
  if (!(await isThere(directory))) {
    return { knownOf: () => Promise.resolve(new Map()), keep: () => Promise.resolve(), close: () => Promise.resolve() }
  }
  return open(
    directory,
    'A dry run has to look into it, and only one can at a time. Wait for the other one to end, then run this one again.'
  )
}

async function open(directory: string, whenInUse: string): Promise<SeenStore> {
  const Store = await loadLevel()
  const store = new Store(directory, { keyEncoding: 'utf8', valueEncoding: 'hex' })
  try {
    await store.open()
  } catch (thrown) {
    throw cannotOpen(directory, thrown, whenInUse)
  }
  return {
    async knownOf(userTokens) {
      const values = await store.getMany([...userTokens])
      const known = new Map<string, Known>()
      values.forEach((value, index) => {
        if (value !== undefined) known.set(userTokens[index]!, read(value))
      })
      return known
    },
    async keep(entries) {
      if (entries.length === 0) return
      const operations = entries.map((entry) => {
        return { type: 'put', key: entry.userToken, value: written(entry) } as const
      })
      await store.batch(operations, { sync: true }).catch((thrown: unknown) => {
        throw cannotWrite(directory, thrown)
      })
    },
    close: () => store.close()
  }
}

/** The store's library has native code, so it isn't installed for those who only want the destination. */
async function loadLevel(): Promise<typeof ClassicLevel> {
  try {
    return (await import('classic-level')).ClassicLevel
  } catch (thrown) {
    throw configError(
      'The sync needs the package classic-level to keep what was sent, and it is not installed. Install it beside this package: npm install classic-level@3.',
      (thrown as Error).message
    )
  }
}

function read(value: string): Known {
  const flags = value.length > MARK_LENGTH ? Number.parseInt(value.slice(MARK_LENGTH), 16) : undefined
  const mark = value.slice(0, MARK_LENGTH)
  if (flags === undefined) return { mark, side: undefined, isUnsent: false }
  return { mark, side: flags & ANONYMOUS ? 'anonymousId' : 'userId', isUnsent: (flags & UNSENT) !== 0 }
}

function written({ mark, side, isUnsent }: Entry): string {
  const flags = (side === 'anonymousId' ? ANONYMOUS : 0) + (isUnsent ? UNSENT : 0)
  return `${mark}${flags.toString(16).padStart(2, '0')}`
}

/**
 * Makes that directory alone. Those above it are not made, as a mistyped path would be; and where they can't be, as in
 * /proc, Node's recursive `mkdir` never ends.
 */
async function makeDirectory(directory: string): Promise<void> {
  try {
    // It remembers user tokens, which are nobody else's business.
    await mkdir(directory, { mode: 0o700 })
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    const parent = dirname(directory)
    if (code === 'ENOSPC') {
      throw transientError(
        `The directory ${directory} can't be created: the disk is full (ENOSPC). Make room.`,
        message
      )
    }
    const what =
      code === 'ENOENT' && !(await isThere(parent))
        ? `The directory ${parent}, in which the state is to be kept, does not exist. Create it, or correct the path of the state.`
        : `The directory ${directory} can't be created (${code}). Check that ${parent} can be written to, or keep the state elsewhere.`
    throw configError(what, message)
  }
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false
  )
}
