import type { Command } from 'commander'
import { inspectCore } from '../host/inspect-core'
import { EXIT } from './session'
import type { Session } from './session'

/** `host`: what of Segment's host the destination finds where it is installed. */
export function define(command: Command, session: Session): void {
  command.action(() => {
    const { facts, problem } = inspectCore(__filename)
    for (const fact of facts) process.stdout.write(`${fact}\n`)
    if (problem === undefined) process.stdout.write('The destination can run here.\n')
    else {
      process.stderr.write(`${problem}\n`)
      session.exitCode = EXIT.WRONG_CONFIGURATION
    }
  })
}
