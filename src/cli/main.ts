#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { OutputClosed } from '../airbyte/output'
import { packageVersion } from '../version'
import { COMMANDS } from './commands'
import { EXIT, Session } from './session'

let isResultLost = false
// A reader that has had enough, as `head` has, is no failure; a full disk is.
process.stdout.on('error', (failure) => {
  const { byReader, message } = new OutputClosed(failure)
  if (byReader || isResultLost) return
  isResultLost = true
  process.stderr.write(`Error: ${message}\n`)
  process.exitCode = EXIT.PASSING
})

void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = isResultLost ? EXIT.PASSING : exitCode
})

async function main(commandLine: readonly string[]): Promise<number> {
  const session = new Session()
  try {
    await (await program(commandLine, session)).parseAsync(commandLine, { from: 'user' })
    return session.exitCode
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode
    session.fail(thrown, ({ message }) => void process.stderr.write(`Error: ${message}\n`))
    return session.exitCode
  }
}

/** @returns the command line, with the options of the command that is called, and of no other. */
async function program(commandLine: readonly string[], session: Session): Promise<Command> {
  const called = commandLine[0] === 'help' ? commandLine[1] : commandLine[0]
  const program = new Command('segment-algolia-personalization')
    .description('Joins Algolia Advanced Personalization and Twilio Segment.')
    .version(packageVersion())
    .exitOverride()
    // A value that should not be there, such as a key, is not repeated.
    .configureOutput({ outputError: (text, write) => write(text.replace(/(--[\w-]+)=.*'/, "$1'")) })
  // The package comes without what is for a clone only.
  for (const { name, summary, load } of COMMANDS.filter(({ name }) => existsSync(join(__dirname, `${name}.js`)))) {
    const command = program.command(name).description(summary).version(packageVersion())
    if (name === called) (await load()).define(command, session)
  }
  return program
}
