import type { PackageError } from '../errors'

/** How a run ended. Whichever it was, the state covers what was accepted, and no more. */
export type RunEnd<Summary> =
  /** All that was to be sent has arrived. */
  | { readonly outcome: 'delivered'; readonly summary: Summary }
  /** The signal ended it; the next run goes on from there. */
  | { readonly outcome: 'stopped'; readonly summary: Summary }
  | { readonly outcome: 'failed'; readonly summary: Summary; readonly error: PackageError }

/** @returns how a run ended, as it is written to a file. */
export function metricsOf<Summary extends object>(end: RunEnd<Summary>): object {
  const { outcome, summary } = end
  const error = outcome === 'failed' ? { error: { type: end.error.failureType, message: end.error.message } } : {}
  return { outcome, ...error, ...summary }
}
