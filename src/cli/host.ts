import type { Command } from 'commander'
import { inspectCore } from '../host/inspect-core'
import { EXIT } from './session'
import type { Session } from './session'

/** `host`: what of Segment's host the destination finds where it is installed. */
export function define(command: Command, session: Session): void {
  command.option('--json', 'the same as one JSON object').action(({ json }: { json?: boolean }) => {
    const report = inspectCore(__filename)
    const { facts, problem } = report
    if (problem !== undefined) session.exitCode = EXIT.WRONG_CONFIGURATION
    if (json) return void process.stdout.write(`${JSON.stringify(report)}\n`)
    for (const fact of facts) process.stdout.write(`${fact}\n`)
    if (problem === undefined) process.stdout.write('The destination can run here.\n')
    else process.stderr.write(`${problem}\n`)
  })
}
