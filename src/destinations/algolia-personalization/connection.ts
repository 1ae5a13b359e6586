import { REGIONS, VERSION } from './constants'
import type { Settings } from './generated-types'
import type { Failure } from './outcomes'

/** Where to send calls, and as whom. */
export interface Connection {
  /** For example `https://ai-personalization.us.algolia.com`. */
  origin: string
  appId: string
}

/**
 * The connection that the settings describe, or why there is none. The origin comes from the region, unless the
 * environment variable `ALGOLIA_PERSONALIZATION_URL` (an origin) replaces it for a local Algolia, a test or a proxy.
 */
export function connectionOf(settings: Settings): Connection | Failure {
  const { appId, apiKey, region } = settings
  const regional = REGIONS.get(region)
  if (!regional) {
    return invalidSetting(`the region must be ${[...REGIONS.keys()].join(' or ')}, but is ${JSON.stringify(region)}.`)
  }
  if (!APPLICATION_ID.test(appId)) {
    return invalidSetting(
      'the application ID must be letters and digits, as on the API keys page of the Algolia dashboard.'
    )
  }
  if (!API_KEY.test(apiKey)) {
    return invalidSetting(
      'the API key is empty or holds characters that no API key has, such as a space or a line break.'
    )
  }
  const override = process.env.ALGOLIA_PERSONALIZATION_URL
  if (!override) return { origin: regional.origin, appId }
  try {
    return { origin: new URL(override).origin, appId }
  } catch {
    return invalidSetting(
      'the environment variable ALGOLIA_PERSONALIZATION_URL must be an origin, such as http://127.0.0.1:4010.'
    )
  }
}

/** The headers that each call carries: the only place where the API key goes. */
export function headersOf({ appId, apiKey }: Settings): Record<string, string> {
  // A value that can't stand in a header would be quoted by the error that fetch throws, so the key would get out.
  if (!APPLICATION_ID.test(appId) || !API_KEY.test(apiKey)) return {}
  return {
    'X-Algolia-Application-Id': appId,
    'X-Algolia-API-Key': apiKey,
    'X-Algolia-Agent': `segment-algolia-personalization (${VERSION})`
  }
}

const APPLICATION_ID = /^[A-Za-z0-9]+$/
const API_KEY = /^[\x21-\x7e]+$/

function invalidSetting(reason: string): Failure {
  return { status: 401, errortype: 'INVALID_AUTHENTICATION', message: `Check the settings: ${reason}` }
}
