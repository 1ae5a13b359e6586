import { readFile, stat } from 'node:fs/promises'
import type { z } from 'zod'
import { configError } from '../errors'
import { readJsonFile, withoutNulls } from './json-file'
import { issuesOf } from './schema-issues'
import { WrongText } from './values'

/** A setting of a command. Its name is its key in the configuration file; flag and variable are made of it. */
export interface Setting {
  /** A sentence without its full stop, for the help and the documents. */
  readonly description: string
  /** What its flag takes, as the help shows it, such as `<id>`; absent for a switch. */
  readonly argument?: string
  /** The variable, where it isn't the command's prefix and the name. */
  readonly variable?: string
  /** Makes a value of the text of a flag or variable, which is taken as it is unless this is given. See `values.ts`. */
  readonly read?: (text: string) => unknown
  /** Never a flag: it would show in lists of processes. It may also stand in a file that `{variable}_FILE` names. */
  readonly secret?: true
  readonly required?: true
  /** Its flag may be given several times: the value is the list of its texts. */
  readonly repeats?: true
}

/** All settings of a command, by name. */
export interface SettingsTable {
  /** The beginning of its variables, such as `SYNC`. */
  readonly prefix: string
  readonly settings: Readonly<Record<string, Setting>>
  /** Settings of commands that share the configuration file with this one, which passes over them. */
  readonly sisterKeys?: () => readonly string[]
}

/** Where settings come from. */
export interface SettingSources {
  /** The path of a configuration file, if there is one. */
  readonly file?: string | undefined
  readonly variables: Readonly<Record<string, string | undefined>>
  /** What stands on the command line: texts, by the settings' names; true for a switch, a list for what repeats. */
  readonly flags: Readonly<Record<string, unknown>>
  /** Told of what is not as it should be. */
  readonly warn: (line: string) => void
}

export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

export function variableOf(prefix: string, name: string, { variable }: Pick<Setting, 'variable'>): string {
  return variable ?? `${prefix}_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`
}

/**
 * Puts the settings of a command together: the command line wins over the variables, they over files with secrets, and
 * those over the configuration file. An empty variable counts as none.
 * @throws PackageError (`config`) that names each bad or missing setting, and what it must be; values are never repeated
 */
export async function gatherSettings<Schema extends z.ZodType>(
  { prefix, settings, sisterKeys }: SettingsTable,
  schema: Schema,
  { file, variables, flags, warn }: SettingSources
): Promise<z.output<Schema>> {
  const gathered: Record<string, unknown> = file === undefined ? {} : await settingsIn(file, settings, warn)
  for (const name of sisterKeys?.() ?? []) if (!settings[name]) delete gathered[name]
  for (const [name, setting] of Object.entries(settings)) {
    const variable = variableOf(prefix, name, setting)
    const secretFile = variables[`${variable}_FILE`]
    const flag = flags[name]
    if (flag !== undefined) gathered[name] = typeof flag === 'string' ? read(flag, flagOf(name), setting) : flag
    else if (variables[variable]) gathered[name] = read(variables[variable], variable, setting)
    else if (setting.secret && secretFile) gathered[name] = await secretIn(secretFile, `${variable}_FILE`, warn)
  }
  const missing = Object.entries(settings).filter(([name, { required }]) => required && gathered[name] === undefined)
  if (missing.length > 0) {
    const names = missing.map(([name, setting]) => `${name} (${variableOf(prefix, name, setting)})`).join(', ')
    throw configError(
      `The configuration lacks ${names}. Put it into the configuration file, or into the environment variable named beside it.`
    )
  }
  const result = schema.safeParse(gathered)
  if (result.success) return result.data
  throw configError(`The configuration is invalid: ${issuesOf(result.error, gathered)}.`)
}

function read(text: string, from: string, setting: Setting): unknown {
  try {
    return setting.read === undefined ? text : setting.read(text)
  } catch (thrown) {
    if (thrown instanceof WrongText) throw configError(`The configuration is invalid: ${from} ${thrown.message}.`)
    throw thrown
  }
}

async function settingsIn(
  file: string,
  settings: SettingsTable['settings'],
  warn: (line: string) => void
): Promise<Record<string, unknown>> {
  const content = await readJsonFile('configuration', file)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw configError(`The configuration file ${file} must hold a JSON object.`)
  }
  const present = withoutNulls(content) as Record<string, unknown>
  if (Object.keys(present).some((name) => settings[name]?.secret)) await warnOfReaders(file, warn)
  return present
}

async function secretIn(file: string, variable: string, warn: (line: string) => void): Promise<string> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (thrown) {
    const { code = 'it is not readable' } = thrown as NodeJS.ErrnoException
    throw configError(
      `The file ${file} that ${variable} names can't be read (${code}). Check the path and its permissions.`
    )
  }
  await warnOfReaders(file, warn)
  const secret = text.replace(/[\r\n]+$/, '')
  if (secret === '') throw configError(`The file ${file} that ${variable} names is empty. Put the secret into it.`)
  return secret
}

/** Permissions say nothing on Windows. */
async function warnOfReaders(file: string, warn: (line: string) => void): Promise<void> {
  const { mode } = await stat(file)
  if (process.platform === 'win32' || (mode & 0o044) === 0) return
  warn(`The file ${file} holds a secret, and others can read it. Let its owner alone read it: chmod 600.`)
}
