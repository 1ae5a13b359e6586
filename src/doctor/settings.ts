import { type Region, REGIONS } from '../algolia/api/apis'
import type { Account } from '../algolia/api/connection'
import { type Finding, green, red } from './check'

/** Settings as somebody gave them: anything may be wrong with them. */
export interface GivenSettings {
  readonly appId?: string | undefined
  readonly apiKey?: string | undefined
  readonly region?: string | undefined
}

/** @returns whether calls can be made with the settings, and with what */
export function checkSettings({ appId, apiKey, region }: GivenSettings): { finding: Finding; account?: Account } {
  const wrong: string[] = []
  if (!appId) wrong.push('the application ID is missing (--app-id or ALGOLIA_APP_ID)')
  else if (!/^[A-Za-z0-9]+$/.test(appId)) wrong.push('the application ID must be letters and digits only')
  if (!apiKey) wrong.push('the API key is missing (ALGOLIA_API_KEY)')
  else if (!/^[\x21-\x7e]+$/.test(apiKey)) {
    wrong.push('the API key must not hold spaces, line breaks or other characters that no key has')
  }
  if (!region) wrong.push('the region is missing (--region or ALGOLIA_REGION)')
  else if (!(REGIONS as readonly string[]).includes(region)) wrong.push(`the region must be ${REGIONS.join(' or ')}`)
  if (wrong.length > 0) {
    const message = `${wrong.join('; ')}.`
    const todo =
      'Take the application ID and the key from the Algolia dashboard under Settings > API Keys, and the region from Settings > Infrastructure > Analytics.'
    return { finding: red(message[0]?.toUpperCase() + message.slice(1), todo) }
  }
  const account = { appId, apiKey, region: region as Region } as Account
  return { finding: green(`Application ${appId}, region ${region}, and a key.`), account }
}
