import { configError } from '../errors'
import { tryWriting, writeFileAtomically } from '../input/atomic-file'

/**
 * Tries whether metrics can be written to a file, before a run whose metrics would be lost.
 * @throws PackageError (`config`) when they can't
 */
export async function checkMetricsFile(path: string): Promise<void> {
  try {
    await tryWriting(path)
  } catch (thrown) {
    throw configError(
      `The metrics file ${path} can't be written (${reasonOf(thrown)}). Check that its directory exists and can be written to.`
    )
  }
}

/** Writes how a run ended as JSON. Metrics that can no longer be written are told, and no reason to fail. */
export async function writeMetricsFile(path: string, content: object, warn: (line: string) => void): Promise<void> {
  try {
    await writeFileAtomically(path, `${JSON.stringify(content, null, 2)}\n`)
  } catch (thrown) {
    warn(`The metrics file ${path} can't be written (${reasonOf(thrown)}).`)
  }
}

function reasonOf(thrown: unknown): string {
  const { code, message } = thrown as NodeJS.ErrnoException
  return code ?? message
}
