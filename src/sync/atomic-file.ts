import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Replaces a file in one step: whoever reads it finds the old text or the new one, also after a crash or a power cut.
 * Only one writer of a path at a time.
 */
export async function writeFileAtomically(path: string, text: string): Promise<void> {
  const next = `${path}.tmp`
  const file = await open(next, 'w', 0o600)
  try {
    await file.writeFile(text)
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
}
