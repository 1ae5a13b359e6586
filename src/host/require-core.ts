import { configError } from '../errors'
import { inspectCore } from './inspect-core'

/**
 * Imported before the destination, this refuses to start where it can't run, in place of an error that names a file of
 * the core, or of one at the first event.
 */
const { problem } = inspectCore(__filename)
if (problem !== undefined) throw configError(problem)
