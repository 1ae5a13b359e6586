import { MessageWriter } from '../airbyte/output'
import { PackageError, toPackageError } from '../errors'

/** Exit codes. `PASSING` is also whatever else ended a command early, a signal among it; it wins over `FOUND`. */
export const EXIT = { DONE: 0, WRONG_CONFIGURATION: 1, PASSING: 2, FOUND: 3 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** A command that was told to stop ends within this time, in milliseconds, whatever happens. */
const TIME_TO_END = 9_000

/** What a command has of the process that it runs in. */
export class Session {
  /** How the process ends once the command's action has. */
  exitCode: ExitCode = EXIT.DONE
  readonly variables: Readonly<Record<string, string | undefined>> = process.env
  private writer: MessageWriter | undefined

  /** Standard output: results go there, a JSON object a line; and nothing else does. */
  get results(): MessageWriter {
    return (this.writer ??= new MessageWriter(process.stdout))
  }

  /** Prints a result that is to be read by a person, or one JSON object, to standard output. */
  print(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  /**
   * To be called by commands that end in order when they are told to.
   * @param onSignal told of the first signal
   * @returns a signal that aborts on SIGINT and SIGTERM, and when standard output is closed
   */
  stopSignal(onSignal: (name: string) => void): AbortSignal {
    const stop = new AbortController()
    for (const name of SIGNALS) {
      process.on(name, () => {
        if (!stop.signal.aborted) onSignal(name)
        stop.abort()
        setTimeout(() => process.exit(EXIT.PASSING), TIME_TO_END).unref()
      })
    }
    this.results.closed.addEventListener('abort', () => stop.abort())
    return stop.signal
  }

  /** Ends the command with an error, once that has been told. */
  fail(thrown: unknown, tell: (error: PackageError) => void): void {
    const error = toPackageError(thrown, 'command')
    tell(error)
    this.exitCode = exitCodeOf(error)
  }

  /**
   * Runs a server until it is told to end, which is no failure.
   * @param what what is started, for when it can't be
   * @param start starts it, and gives what to say then
   */
  async serve(
    what: string,
    start: () => Promise<{ readonly greeting: string; readonly close: () => Promise<unknown> }>
  ): Promise<void> {
    try {
      const { greeting, close } = await start()
      for (const name of SIGNALS) process.once(name, () => void close())
      process.stdout.write(`${greeting}\n`)
    } catch (thrown) {
      process.stderr.write(`${what} can't start: ${whyNot(thrown as NodeJS.ErrnoException)}\n`)
      this.exitCode = EXIT.WRONG_CONFIGURATION
    }
  }
}

/** Why a server can't listen. All of them have the flag `--port`. */
function whyNot({ code, message, port }: NodeJS.ErrnoException & { port?: number }): string {
  if (code === 'ERR_SOCKET_BAD_PORT') return 'one of its ports would be above 65535. Choose a lower one with --port.'
  if (code !== 'EADDRINUSE') return message
  return `the port ${port} is taken (${code}). Choose another one with --port.`
}

/** @returns how a process ends that an error ends. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof PackageError && error.kind === 'config' ? EXIT.WRONG_CONFIGURATION : EXIT.PASSING
}
