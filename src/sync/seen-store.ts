import { access, mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { configError, type PackageError, transientError } from '../errors'
import type { Delivery } from './calls'

/**
 * Remembers for each user token the update that Segment has accepted, on disk: eight bytes and the token, in a store that
 * takes a few megabytes of memory whatever its size. The store can be opened once only, so it also keeps two syncs from
 * using one state at the same time; the lock goes with the process, however that ends.
 */
export interface SeenStore {
  /** @returns the marks of those user tokens that have one. */
  marksOf(userTokens: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Resolves when the marks are on disk. */
  keep(deliveries: readonly Pick<Delivery, 'userToken' | 'mark'>[]): Promise<void>
  close(): Promise<void>
}

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
    return { marksOf: () => Promise.resolve(new Map()), keep: () => Promise.resolve(), close: () => Promise.resolve() }
  }
  return open(
    directory,
    'A dry run has to look into it, and only one can at a time. Wait for the other one to end, then run this one again.'
  )
}

async function open(directory: string, whenInUse: string): Promise<SeenStore> {
  const store = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'hex' })
  try {
    await store.open()
  } catch (thrown) {
    throw cannotOpen(directory, thrown, whenInUse)
  }
  return {
    async marksOf(userTokens) {
      const marks = await store.getMany([...userTokens])
      const known = new Map<string, string>()
      marks.forEach((mark, index) => {
        if (mark !== undefined) known.set(userTokens[index]!, mark)
      })
      return known
    },
    async keep(deliveries) {
      const operations = deliveries.map(
        ({ userToken, mark }) => ({ type: 'put', key: userToken, value: mark }) as const
      )
      await store.batch(operations, { sync: true })
    },
    close: () => store.close()
  }
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
    const what =
      code === 'ENOENT' && !(await isThere(parent))
        ? `The directory ${parent}, in which the state is to be kept, does not exist. Create it, or correct the path of the state.`
        : `The directory ${directory} can't be created (${code}). Check that ${parent} can be written to, or keep the state elsewhere.`
    throw configError(what, message)
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false
  )
}

function cannotOpen(directory: string, thrown: unknown, whenInUse: string): PackageError {
  const { message, cause } = thrown as Error & { cause?: { code?: string; message?: string } }
  if (cause?.code === 'LEVEL_LOCKED') {
    return transientError(`Another sync with the same state is running: ${directory} is in use. ${whenInUse}`)
  }
  return configError(
    `The store of what was sent, ${directory}, can't be opened. Check that it is a directory and can be written to. If the store is damaged, delete it together with the state file: everything is then sent again.`,
    cause?.message ?? message
  )
}
