import { readFile } from 'node:fs/promises'
import { configError, type PackageError, systemError, transientError } from '../errors'
import { writeFileAtomically } from './atomic-file'

/**
 * @returns what a state file holds, or undefined when there is none
 * @throws PackageError (`config`) when it can't be read
 */
export async function readStateText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw configError(`The state file ${path} can't be read (${code}). Check the path and its permissions.`)
  }
}

/**
 * Replaces a state file.
 * @throws PackageError when it can't be written
 */
export async function writeStateText(path: string, state: object): Promise<void> {
  try {
    await writeFileAtomically(path, `${JSON.stringify(state)}\n`)
  } catch (thrown) {
    const { code = '', message } = thrown as NodeJS.ErrnoException
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(`The state file ${path} can't be written`, message)
    throw systemError(
      `The state file ${path} can't be written (${code}). Check its directory and its permissions; what was sent since the last state is found again.`,
      message
    )
  }
}

/** A full disk ends a run and no more than that: the next one finds what this one couldn't keep. */
export function diskFull(what: string, internalMessage: string): PackageError {
  return transientError(
    `${what}: the disk is full (ENOSPC). Make room, then run again: nothing is lost, and what was sent but couldn't be kept is sent again with the same message ids.`,
    internalMessage
  )
}
