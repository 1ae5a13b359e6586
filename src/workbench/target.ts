import type { JSONObject } from '@segment/actions-core'

/** What the workbench works against: a local Algolia of its own, or a real application. */
export interface Target {
  readonly kind: 'local' | 'application'
  readonly appId: string
  readonly region: string
  /** Kept here: it goes to Algolia, and never to the page. */
  readonly apiKey: string
  /** Where calls go; absent for Algolia itself. */
  readonly url: string | undefined
}

/** @returns the settings, with the kept key if they name the target's application and hold no key themselves. */
export function withKeptKey(settings: JSONObject, { appId, apiKey }: Target): JSONObject {
  const hasKey = typeof settings.apiKey === 'string' && settings.apiKey !== ''
  return hasKey || settings.appId !== appId ? settings : { ...settings, apiKey }
}
