import { access, mkdir } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import { SourceError, transientError } from '../sources/algolia-profiles/errors'
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
 * Opens the store in a directory, or creates it.
 * @throws SourceError (`transient_error`) when another sync has it open, (`config_error`) when it can't be opened
 */
export async function openSeenStore(directory: string): Promise<SeenStore> {
  const store = new ClassicLevel(directory, { keyEncoding: 'utf8', valueEncoding: 'hex' })
  try {
    await mkdir(directory, { recursive: true })
    await store.open()
  } catch (thrown) {
    throw cannotOpen(directory, thrown)
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

/** @returns the store in a directory if there is one, else one that is empty and stays so; neither to be written to. */
export async function openSeenStoreIfAny(directory: string): Promise<SeenStore> {
  try {
    await access(directory)
  } catch {
    return { marksOf: () => Promise.resolve(new Map()), keep: () => Promise.resolve(), close: () => Promise.resolve() }
  }
  return openSeenStore(directory)
}

function cannotOpen(directory: string, thrown: unknown): SourceError {
  const { message, cause } = thrown as Error & { cause?: { code?: string; message?: string } }
  if (cause?.code === 'LEVEL_LOCKED') {
    return transientError(
      `Another sync with the same state is running: ${directory} is in use. Wait for it to end, or give this one a state of its own.`
    )
  }
  return new SourceError(
    `The store of what was sent, ${directory}, can't be opened. Check that its directory exists and can be written to. If the store is damaged, delete it together with the state file: everything is then sent again.`,
    'config_error',
    cause?.message ?? message
  )
}
