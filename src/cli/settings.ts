import { type Command, Option } from 'commander'
import { z } from 'zod'
import { systemClock } from '../clock'
import type { PackageError } from '../errors'
import { flagOf, gatherSettings, type Setting, type SettingsTable, variableOf } from '../input/settings'
import { durationSchema, number, portSchema, yesOrNo } from '../input/values'
import { createDisplay, type Display } from '../report/display'
import type { Session } from './session'

/** Settings that more than one command has. */

export const ALGOLIA_SETTINGS = {
  appId: { variable: 'ALGOLIA_APP_ID', argument: '<id>', description: 'the Algolia application', required: true },
  apiKey: { variable: 'ALGOLIA_API_KEY', secret: true, description: 'a key of this application', required: true },
  region: {
    variable: 'ALGOLIA_REGION',
    argument: '<region>',
    description: 'the analytics region of the application, us or eu',
    required: true
  }
} as const satisfies SettingsTable['settings']

export const SEGMENT_SETTINGS = {
  segmentWriteKey: {
    variable: 'SEGMENT_WRITE_KEY',
    secret: true,
    description: 'the write key of a source in Segment: Node.js or HTTP API',
    required: true
  },
  segmentRegion: {
    variable: 'SEGMENT_REGION',
    argument: '<region>',
    description: 'the region of the Segment workspace: us, the default, or eu'
  }
} as const satisfies SettingsTable['settings']

export const LOG_SETTINGS = {
  log: { argument: '<format>', description: 'how to log: text, the default, or json' }
} as const satisfies SettingsTable['settings']

/** Those of commands that are run again and again; what they have to be stands in `runShape`. */
export const RUN_SETTINGS = {
  dryRun: { read: yesOrNo, description: 'print the calls; send nothing, and move no state' },
  every: { argument: '<duration>', description: 'run again and again, such as 30s, 15m, 1h, 1d' },
  metrics: { argument: '<file>', description: 'write how a run ended, as JSON' },
  metricsPort: { argument: '<port>', read: number, description: 'serve metrics for Prometheus, at /metrics' },
  metricsHost: { argument: '<address>', description: 'the address that they are served on: 127.0.0.1 by default' }
} as const satisfies SettingsTable['settings']

export const runShape = {
  dryRun: z.boolean().default(false),
  every: durationSchema.optional(),
  metrics: z.string().min(1).optional(),
  metricsPort: portSchema.optional(),
  metricsHost: z.string().min(1).default('127.0.0.1'),
  log: z.enum(['text', 'json']).default('text')
}

export type RunSettings = Omit<z.output<z.ZodObject<typeof runShape>>, 'log'>

/** Adds `--config` and the flags of all settings but the secrets to a command. */
export function addSettings(command: Command, { prefix, settings }: SettingsTable): Command {
  const file = variableOf(prefix, 'config', {})
  command.option('--config <file>', `a JSON file with settings: all that have a flag here, and the secrets (${file})`)
  const secrets: string[] = []
  for (const [name, setting] of Object.entries<Setting>(settings)) {
    const variable = variableOf(prefix, name, setting)
    if (setting.secret) secrets.push(`${variable} or ${variable}_FILE`)
    else {
      const flag = [flagOf(name), ...(setting.argument === undefined ? [] : [setting.argument])].join(' ')
      const option = new Option(flag, `${setting.description} (${variable})`)
      command.addOption(setting.repeats ? option.argParser(collected) : option)
    }
  }
  if (secrets.length === 0) return command
  return command.addHelpText('after', `\nSecrets come from the environment, never from a flag: ${secrets.join(', ')}.`)
}

function collected(text: string, others: readonly string[] = []): string[] {
  return [...others, text]
}

/**
 * Runs a command with its settings, and ends it with what it throws.
 * @param flags as commander gives them
 * @param run gives the exit code
 */
export async function withSettings<Schema extends z.ZodType>(
  table: SettingsTable,
  schema: Schema,
  flags: Readonly<Record<string, unknown>>,
  session: Session,
  run: (settings: z.output<Schema>, display: Display) => Promise<void>
): Promise<void> {
  const { variables } = session
  const logVariable = variables[variableOf(table.prefix, 'log', {})]
  // What is wrong with the settings is told before they are known.
  const display = (format: unknown): Display =>
    createDisplay(process.stderr, format === 'json' ? 'json' : 'text', () => systemClock.now())
  let shown = display(flags.log ?? logVariable)
  try {
    const warnings: string[] = []
    const file = (flags.config as string | undefined) ?? variables[variableOf(table.prefix, 'config', {})]
    const settings = await gatherSettings(table, schema, {
      file: file === '' ? undefined : file,
      variables,
      flags,
      warn: (line) => warnings.push(line)
    })
    shown = display((settings as { log?: unknown }).log)
    for (const line of warnings) shown.log('warn', line)
    await run(settings, shown)
  } catch (thrown) {
    shown.endProgress()
    session.fail(thrown, (error) => tellError(error, shown))
  }
}

/** @param more goes along in JSON */
export function tellError(
  { kind, message, failureType, internalMessage }: PackageError,
  display: Display,
  more = {}
): void {
  const details = kind === 'system' && internalMessage ? ` Internal message: ${internalMessage}` : ''
  display.log('error', `${message}${details}`, { failureType, internalMessage, ...more })
}
