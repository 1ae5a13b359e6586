/**
 * Who has to act on an error.
 * - `config`: whoever set this up; trying again changes nothing.
 * - `transient`: nobody; it may pass by itself, so try again later.
 * - `system`: whoever maintains this package.
 */
export type ErrorKind = 'config' | 'transient' | 'system'

/**
 * An error with a message made for the user: what happened, and what to do. Never holds a secret. The edges translate its
 * kind: into Airbyte's `failure_type` in a source, into an exit code on a command line.
 */
export class PackageError extends Error {
  override readonly name: string = 'PackageError'

  constructor(
    message: string,
    readonly kind: ErrorKind,
    /** What only the log gets: a status, a code, the start of a body. */
    readonly internalMessage?: string
  ) {
    super(message)
  }

  /** The kind as logs and metrics write it. */
  get failureType(): `${ErrorKind}_error` {
    return `${this.kind}_error`
  }
}

export function configError(message: string, internalMessage?: string): PackageError {
  return new PackageError(message, 'config', internalMessage)
}

export function transientError(message: string, internalMessage?: string): PackageError {
  return new PackageError(message, 'transient', internalMessage)
}

export function systemError(message: string, internalMessage?: string): PackageError {
  return new PackageError(message, 'system', internalMessage)
}

/**
 * @param what what was under way, as its user calls it
 * @returns whatever was thrown, as an error that can be told: an unexpected one says so and keeps its text for the log
 */
export function toPackageError(thrown: unknown, what = 'source'): PackageError {
  if (thrown instanceof PackageError) return thrown
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return systemError(`The ${what} failed unexpectedly. Please report this with the internal message.`, text)
}
