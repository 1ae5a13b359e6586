#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { parseConfig } from './config'
import { type Environment, systemEnvironment } from '../../algolia/api/environment'
import { toPackageError } from '../../errors'
import { readJsonFile } from '../../input/json-file'
import { collectOldGenerationEarly, keepYoungGeneration, leaveWebAssemblyUnoptimized } from './memory-settings'
import { MessageWriter, OutputClosed } from '../../airbyte/output'
import { errorMessage, logMessage } from '../../airbyte/reports'
import { breakSilence } from '../../airbyte/heartbeat'
import { check, configWarnings, discover, failedCheck, read, spec } from './source'

const FAILED = 1

/** Exit codes of a process that a signal ended, as a shell gives them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** How long a command may take to end in order after a signal, in milliseconds. */
const TIME_TO_END = 4_000

/** A read hands out a group of messages as it starts, and two for each page. */
const GROUPS_OF_TWO_PAGES = 5

/**
 * A read that waits says so after so many milliseconds, and again: that the reader of standard output has gone away is
 * noticed only when something is written.
 */
const LONGEST_SILENCE = 1_500
const stillWaiting = logMessage('DEBUG', 'Still waiting for Algolia.')

class Stopped extends Error {
  override readonly name = 'Stopped'

  constructor(readonly by: keyof typeof EXIT_CODES) {
    super(`The command was stopped by ${by}.`)
  }
}

void main(process.argv).then((exitCode) => {
  process.exitCode = exitCode
})

async function main(commandLine: readonly string[]): Promise<number> {
  leaveWebAssemblyUnoptimized()
  collectOldGenerationEarly()
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      stop.abort(new Stopped(name))
      setTimeout(() => process.exit(EXIT_CODES[name]), TIME_TO_END).unref()
    })
  }
  const writer = new MessageWriter(process.stdout)
  writer.closed.addEventListener('abort', () => stop.abort(writer.closed.reason))
  try {
    await program(writer, systemEnvironment(), stop.signal).parseAsync(commandLine)
    return 0
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode
    if (thrown instanceof OutputClosed) {
      if (!thrown.byReader) {
        process.stderr.write(
          `${thrown.message} Make room, or write elsewhere, and run again from the last whole state.\n`
        )
      }
      return FAILED
    }
    if (thrown instanceof Stopped) return EXIT_CODES[thrown.by]
    await writer.write([errorMessage(toPackageError(thrown), Date.now())]).catch(() => undefined)
    return FAILED
  }
}

function program(writer: MessageWriter, environment: Environment, signal: AbortSignal): Command {
  const source = new Command('source-algolia-profiles')
    .description('Reads Algolia user profiles, for platforms that speak the Airbyte protocol.')
    .exitOverride()
    // Standard output carries messages and nothing else.
    .configureOutput({ writeOut: (text) => process.stderr.write(text) })
  const config = ['--config <file>', 'the configuration, a JSON file'] as const

  source
    .command('spec')
    .description('tell what the configuration has to hold')
    .action(() => writer.write([spec()]))
  source
    .command('check')
    .description('try the configuration')
    .requiredOption(...config)
    .action(async (files: { config: string }) => {
      const config = readJsonFile('configuration', files.config)
      await writer.write(await config.then(configWarnings).catch(() => []))
      await writer.write([await config.then((given) => check(given, environment, signal), failedCheck)])
    })
  source
    .command('discover')
    .description('list the streams')
    .requiredOption(...config)
    .action(async (files: { config: string }) => {
      parseConfig(await readJsonFile('configuration', files.config))
      await writer.write([discover()])
    })
  source
    .command('read')
    .description('read profiles')
    .requiredOption(...config)
    .requiredOption('--catalog <file>', 'the streams to read: a configured catalog, a JSON file')
    .option('--state <file>', 'where to go on: the states of an earlier read, a JSON file')
    .action(async (files: { config: string; catalog: string; state?: string }) => {
      const input = {
        config: await readJsonFile('configuration', files.config),
        catalog: await readJsonFile('configured catalog', files.catalog),
        state: files.state === undefined ? undefined : await readJsonFile('state', files.state, true)
      }
      let handedOut = 0
      const groups = breakSilence(read(input, environment, signal), LONGEST_SILENCE, () => [stillWaiting])
      for await (const messages of groups) {
        await writer.write(messages)
        handedOut += 1
        if (handedOut === GROUPS_OF_TWO_PAGES) keepYoungGeneration()
      }
    })
  return source
}
