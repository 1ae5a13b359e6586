import type { JSONObject } from '@segment/actions-core'
import type { TargetView } from './interface'

/** What the workbench works against: a local Algolia of its own, or a real application. */
export interface Target extends TargetView {
  /** Kept here: it goes to Algolia, and never to the page. */
  readonly apiKey: string
}

/** @returns the settings of the destination: what the page does goes by these alone. */
export function settingsOf({ appId, region, apiKey }: Target): JSONObject {
  return { appId, region, apiKey }
}

/** @returns the target as the page may know it. */
export function viewOf({ kind, appId, region, url }: Target): TargetView {
  return { kind, appId, region, ...(url !== undefined && { url }) }
}

/** @returns the settings, with the kept key if they name the target's application and hold no key themselves. */
export function withKeptKey(settings: JSONObject, { appId, apiKey }: Target): JSONObject {
  const hasKey = typeof settings.apiKey === 'string' && settings.apiKey !== ''
  return hasKey || settings.appId !== appId ? settings : { ...settings, apiKey }
}
