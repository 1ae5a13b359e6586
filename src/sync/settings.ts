import { configError } from '../errors'
import { withoutNulls } from '../input/json-file'
import type { SyncConfigInput } from './config'

/** The environment variables that hold settings. Secrets come from here or from a file, never from the command line. */
const VARIABLES = {
  appId: 'ALGOLIA_APP_ID',
  apiKey: 'ALGOLIA_API_KEY',
  region: 'ALGOLIA_REGION',
  segmentWriteKey: 'SEGMENT_WRITE_KEY',
  segmentRegion: 'SEGMENT_REGION'
} as const satisfies Partial<Record<keyof SyncConfigInput, string>>

const REQUIRED = ['appId', 'apiKey', 'region', 'segmentWriteKey'] as const

/** Where settings come from. */
export interface SettingSources {
  /** The content of a configuration file, not yet checked. */
  readonly file: unknown
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Settings that stand on the command line. */
  readonly flags: Readonly<Record<string, unknown>>
}

/**
 * Puts a configuration together: the command line wins over the variables, and they over the file. An empty variable counts
 * as none.
 * @returns the configuration, complete but not yet checked
 * @throws PackageError (`config`) that says what is missing, and where to put it
 */
export function gatherSettings({ file = {}, variables, flags }: SettingSources): SyncConfigInput {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) {
    throw configError('The configuration file must hold a JSON object.')
  }
  const settings = { ...(withoutNulls(file) as Record<string, unknown>) }
  for (const [setting, variable] of Object.entries(VARIABLES)) {
    if (variables[variable]) settings[setting] = variables[variable]
  }
  for (const [setting, value] of Object.entries(flags)) if (value !== undefined) settings[setting] = value
  const missing = REQUIRED.filter((setting) => settings[setting] === undefined)
  if (missing.length === 0) return settings as SyncConfigInput
  const names = missing.map((setting) => `${setting} (${VARIABLES[setting]})`).join(', ')
  throw configError(
    `The configuration lacks ${names}. Put it into the configuration file, or into the environment variable named beside it.`
  )
}
