import type { Writable } from 'node:stream'
import { Format, type GenericFormatter, MultiBar, Presets, type SingleBar } from 'cli-progress'

export type LogLevel = 'info' | 'warn' | 'error'

/** How something is getting on. */
export interface Progress {
  /** A sentence, as short as it may be. */
  readonly line: string
  /** The part of the whole that is done, 0 to 1, where that can be told. */
  readonly part?: number | undefined
  /** Goes along in JSON, and only there. */
  readonly details?: object
}

/** Where a command shows what it does. */
export interface Display {
  /** @param details goes along in JSON, and only there */
  log(level: LogLevel, message: string, details?: object): void
  progress(progress: Progress): void
  /** Takes away what shows the progress of something that has ended. */
  endProgress(): void
}

/** Progress is told in lines at most this often, in milliseconds. */
const PROGRESS_INTERVAL = 5_000

/**
 * @param format `json` for a JSON object a line; `text` for lines to read, with a moving display on a terminal
 * @param now a clock, in milliseconds
 */
export function createDisplay(
  output: Writable & { readonly isTTY?: boolean },
  format: 'text' | 'json',
  now: () => number
): Display {
  const writeLine = (line: string): void => void output.write(`${line}\n`)
  if (format === 'json') {
    const log: Display['log'] = (level, message, details) => {
      writeLine(JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...details }))
    }
    return { log, ...progressInLines(({ line, details }) => log('info', line, details), now) }
  }
  if (output.isTTY) return terminalDisplay(output)
  const log: Display['log'] = (level, message) => writeLine(labelled(level, message))
  return { log, ...progressInLines(({ line }) => log('info', line), now) }
}

function progressInLines(
  tell: (progress: Progress) => void,
  now: () => number
): Pick<Display, 'progress' | 'endProgress'> {
  let toldAt = now()
  return {
    progress(progress) {
      if (now() - toldAt < PROGRESS_INTERVAL) return
      toldAt = now()
      tell(progress)
    },
    endProgress: () => undefined
  }
}

/** A line that moves, with a bar as soon as the end is known, and the log above it. */
function terminalDisplay(output: Writable): Display {
  let shown: { bars: MultiBar; bar: SingleBar } | undefined
  const show = (): NonNullable<typeof shown> => {
    const bars = new MultiBar({ stream: output, clearOnComplete: true, barsize: 20, format: formatted }, Presets.rect)
    return { bars, bar: bars.create(1, 0, { line: 'Reading.', isEndKnown: false }) }
  }
  return {
    log(level, message) {
      const line = `${labelled(level, message)}\n`
      if (shown === undefined) output.write(line)
      else shown.bars.log(line)
    },
    progress({ line, part }) {
      shown ??= show()
      shown.bar.update(part ?? 0, { line, isEndKnown: part !== undefined })
    },
    endProgress() {
      shown?.bars.stop()
      shown = undefined
    }
  }
}

const formatted: GenericFormatter = (options, { progress }, payload: { line: string; isEndKnown: boolean }) => {
  return payload.isEndKnown ? `${Format.BarFormat(progress, options)} ${payload.line}` : payload.line
}

function labelled(level: LogLevel, message: string): string {
  return level === 'info' ? message : `${level === 'warn' ? 'Warning' : 'Error'}: ${message}`
}
