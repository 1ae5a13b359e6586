import { REGIONS, VERSION } from './constants'
import type { Settings } from './generated-types'
import type { Failure } from './delivery/outcomes'

/** Algolia's application ids are letters and digits; what this lets through can stand in a header and in a host name. */
const APPLICATION_ID = /^[A-Za-z0-9_-]{1,64}$/

/** Visible ASCII characters: what can stand in a header, without the spaces and line breaks that come with copying. */
const API_KEY = /^[\x21-\x7e]+$/

/** Where calls go, and on whose account. */
export interface Connection {
  /** Such as `https://ai-personalization.us.algolia.com`. */
  origin: string
  appId: string
}

/** The APIs that are called, and the environment variable that names another origin for each: a local Algolia, or a proxy. */
const VARIABLES = { personalization: 'ALGOLIA_PERSONALIZATION_URL', insights: 'ALGOLIA_INSIGHTS_URL' } as const

/**
 * The connection that the settings describe, or why there is none. The origin is the region's, unless the API's
 * environment variable, read at each call, names another.
 */
export function connectionOf(
  { appId, apiKey, region }: Settings,
  api: keyof typeof VARIABLES = 'personalization'
): Connection | Failure {
  const regional = REGIONS.get(region)
  if (!regional) return wrongSetting(`Region must be ${[...REGIONS.keys()].join(' or ')}.`)
  if (!matches(APPLICATION_ID, appId)) {
    return wrongSetting(
      'Application ID must be letters and digits only, as the Algolia dashboard shows it under API Keys.'
    )
  }
  if (!matches(API_KEY, apiKey)) {
    return wrongSetting('API Key must not be empty, nor hold spaces, line breaks or other characters that no key has.')
  }
  const origin = originOf(process.env[VARIABLES[api]] || regional[api])
  if (origin === undefined) {
    return wrongSetting(`The environment variable ${VARIABLES[api]} must be like http://127.0.0.1:4010.`)
  }
  return { origin, appId }
}

/**
 * The headers of each call: the only place that the API key goes to. A key or application ID that can't stand in a
 * header is left out, because the error that it leads to would quote it; {@link connectionOf} refuses it.
 */
export function headersOf({ appId, apiKey }: Settings): Record<string, string> {
  return {
    'X-Algolia-Agent': `segment-algolia-personalization (${VERSION})`,
    ...(matches(APPLICATION_ID, appId) && { 'X-Algolia-Application-Id': appId }),
    ...(matches(API_KEY, apiKey) && { 'X-Algolia-API-Key': apiKey })
  }
}

function matches(pattern: RegExp, setting: unknown): boolean {
  return typeof setting === 'string' && pattern.test(setting)
}

function originOf(url: string): string | undefined {
  try {
    const { protocol, origin } = new URL(url)
    return protocol === 'http:' || protocol === 'https:' ? origin : undefined
  } catch {
    return undefined
  }
}

function wrongSetting(message: string): Failure {
  return { status: 401, errortype: 'INVALID_AUTHENTICATION', message: `Wrong setting: ${message}` }
}
