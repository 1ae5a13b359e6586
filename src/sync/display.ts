import type { Writable } from 'node:stream'
import { Format, type GenericFormatter, MultiBar, Presets, type SingleBar } from 'cli-progress'
import { progressLine, type SyncProgress } from './progress'
import type { LogLevel } from './sync'

/** Where a sync shows what it does. */
export interface Display {
  /** @param details goes along in JSON, and only there */
  log(level: LogLevel, message: string, details?: object): void
  progress(progress: SyncProgress): void
  /** Takes away what shows the progress of a run that has ended. */
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
    return { log, ...progressInLines((progress) => log('info', progressLine(progress), progress), now) }
  }
  if (output.isTTY) return terminalDisplay(output)
  const log: Display['log'] = (level, message) => writeLine(labelled(level, message))
  return { log, ...progressInLines((progress) => log('info', progressLine(progress)), now) }
}

function progressInLines(
  tell: (progress: SyncProgress) => void,
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
  const show = (): { bars: MultiBar; bar: SingleBar } => {
    const bars = new MultiBar({ stream: output, clearOnComplete: true, barsize: 20, format: formatted }, Presets.rect)
    return { bars, bar: bars.create(1, 0, { line: 'Reading.', isEndKnown: false }) }
  }
  return {
    log(level, message) {
      const line = `${labelled(level, message)}\n`
      if (shown === undefined) output.write(line)
      else shown.bars.log(line)
    },
    progress(progress) {
      shown ??= show()
      const { duration } = progress.summary
      const part = duration / (duration + (progress.secondsToGo ?? 0))
      shown.bar.update(part, { line: progressLine(progress), isEndKnown: progress.secondsToGo !== undefined })
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
