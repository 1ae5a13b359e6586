import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A new text of a file that is being written, beside the old one. */
export interface Replacement {
  readonly file: FileHandle
  /** Puts the new text, once it is on disk, in the place of the old one. */
  readonly finish: () => Promise<void>
  /** Leaves the old text as it is, and nothing of the new one. */
  readonly discard: () => Promise<void>
}

/**
 * Begins to replace a file in one step: whoever reads it finds the old text or the new one, also after a crash or a power
 * cut. Only one writer of a path at a time.
 */
export async function beginReplacing(path: string): Promise<Replacement> {
  const next = siblingOf(path)
  const file = await open(next, 'w', 0o600)
  return {
    file,
    async finish() {
      try {
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(next, path)
      // Windows has no way to sync a directory.
      if (process.platform === 'win32') return
      const directory = await open(dirname(path))
      try {
        await directory.sync()
      } finally {
        await directory.close()
      }
    },
    async discard() {
      await file.close()
      await rm(next, { force: true })
    }
  }
}

/** Replaces a file in one step, as `beginReplacing` does. */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const { file, finish } = await beginReplacing(path)
  try {
    await file.writeFile(text)
    await finish()
  } finally {
    await file.close()
  }
}

/**
 * Tries whether a file could be replaced so, and leaves it as it is.
 * @throws Node's error when it couldn't
 */
export async function tryWriting(path: string): Promise<void> {
  const next = siblingOf(path)
  await (await open(next, 'w', 0o600)).close()
  await rm(next)
  const existing = await stat(path).catch(() => undefined)
  if (existing?.isDirectory()) throw Object.assign(new Error(`${path} is a directory`), { code: 'EISDIR' })
}

/** Where the new text is written before it takes the place of the old. */
function siblingOf(path: string): string {
  return `${path}.tmp`
}
