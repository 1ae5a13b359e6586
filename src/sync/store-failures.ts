import { configError, type PackageError, transientError } from '../errors'
import { diskFull } from '../input/state-text'

/** How the store's library words what the system says → the system's code. */
const CODES: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/permission denied/i, 'EACCES'],
  [/operation not permitted/i, 'EPERM'],
  [/read-only file system/i, 'EROFS'],
  [/no space left|disk quota/i, 'ENOSPC'],
  [/too many open files/i, 'EMFILE'],
  [/not a directory/i, 'ENOTDIR']
]

/** @returns why the store in a directory can't be opened, and what to do. */
export function cannotOpen(directory: string, thrown: unknown, whenInUse: string): PackageError {
  const { code, message } = causeOf(thrown)
  const what = `The store of what was sent, ${directory}, can't be opened`
  if (code === 'LEVEL_LOCKED') {
    return transientError(`Another sync with the same state is running: ${directory} is in use. ${whenInUse}`)
  }
  const system = systemCode(message)
  if (system === 'ENOSPC') return diskFull(what, message)
  if (system !== undefined) {
    return configError(
      `${what} (${system}). Run the sync as the user to whom it belongs, or let this one read and write it; leave it as it is otherwise.`,
      message
    )
  }
  return configError(
    `${what}: it seems to be damaged. Restore it together with the state file from a copy. Without a copy, delete both: everything is then sent again.`,
    message
  )
}

/** @returns why what was sent can't be kept, and what to do. */
export function cannotWrite(path: string, thrown: unknown): PackageError {
  const { message } = causeOf(thrown)
  const system = systemCode(message)
  const what = `What was sent can't be kept in ${path}`
  if (system === 'ENOSPC') return diskFull(what, message)
  return transientError(
    `${what}${system === undefined ? '' : ` (${system})`}. Check the disk, then run again: nothing is lost.`,
    message
  )
}

function systemCode(message: string): string | undefined {
  return CODES.find(([pattern]) => pattern.test(message))?.[1]
}

function causeOf(thrown: unknown): { code: string | undefined; message: string } {
  const { message, code, cause } = thrown as Error & { code?: string; cause?: { code?: string; message?: string } }
  return { code: cause?.code ?? code, message: cause?.message ?? message }
}
