import { Command, CommanderError } from 'commander'
import { toPackageError } from '../errors'
import { readJsonFile } from '../input/json-file'
import { commandsOf, failedCheck } from './commands'
import { MessageWriter, OutputClosed } from './output'
import { errorMessage } from './reports'
import type { Source, World } from './source'
import type { Stream } from './stream'

const FAILED = 1

/** Exit codes of a process that a signal ended, as a shell gives them. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** How long a command may take to end in order after a signal, in milliseconds. */
const TIME_TO_END = 4_000

/**
 * A read that waits says so after so many milliseconds, and again: that the reader of standard output has gone away is
 * noticed only when something is written.
 */
const LONGEST_SILENCE = 1_500

class Stopped extends Error {
  override readonly name = 'Stopped'

  constructor(readonly by: keyof typeof EXIT_CODES) {
    super(`The command was stopped by ${by}.`)
  }
}

/** Runs a source's command line: carries out what the process's arguments say, and sets its exit code. */
export async function runCommandLine<Config, Of extends Stream, Environment extends World>(
  source: Source<Config, Of, Environment>,
  environment: Environment
): Promise<void> {
  process.exitCode = await exitCodeOf(source, environment)
}

async function exitCodeOf<Config, Of extends Stream, Environment extends World>(
  source: Source<Config, Of, Environment>,
  environment: Environment
): Promise<number> {
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
    await program(source, environment, writer, stop.signal).parseAsync(process.argv)
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

function program<Config, Of extends Stream, Environment extends World>(
  source: Source<Config, Of, Environment>,
  environment: Environment,
  writer: MessageWriter,
  signal: AbortSignal
): Command {
  const { spec, check, discover, read, parseConfig, configWarnings } = commandsOf(source)
  const command = new Command(source.command)
    .description(source.description)
    .exitOverride()
    // Standard output carries messages and nothing else.
    .configureOutput({ writeOut: (text) => process.stderr.write(text) })
  const config = ['--config <file>', 'the configuration, a JSON file'] as const

  command
    .command('spec')
    .description('tell what the configuration has to hold')
    .action(() => writer.write([spec()]))
  command
    .command('check')
    .description('try the configuration')
    .requiredOption(...config)
    .action(async (files: { config: string }) => {
      const config = readJsonFile('configuration', files.config)
      await writer.write(await config.then(configWarnings).catch(() => []))
      await writer.write([await config.then((given) => check(given, environment, signal), failedCheck)])
    })
  command
    .command('discover')
    .description('list the streams')
    .requiredOption(...config)
    .action(async (files: { config: string }) => {
      parseConfig(await readJsonFile('configuration', files.config))
      await writer.write([discover()])
    })
  command
    .command('read')
    .description('read the streams')
    .requiredOption(...config)
    .requiredOption('--catalog <file>', 'the streams to read: a configured catalog, a JSON file')
    .option('--state <file>', 'where to go on: the states of an earlier read, a JSON file')
    .action(async (files: { config: string; catalog: string; state?: string }) => {
      const input = {
        config: await readJsonFile('configuration', files.config),
        catalog: await readJsonFile('configured catalog', files.catalog),
        state: files.state === undefined ? undefined : await readJsonFile('state', files.state, true)
      }
      for await (const messages of read(input, environment, signal, LONGEST_SILENCE)) await writer.write(messages)
    })
  return command
}
