import { createTestIntegration, defaultValues, Destination } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import definition from '../../src/destinations/algolia-personalization'
import type { Settings } from '../../src/destinations/algolia-personalization/generated-types'
import { startLocalAlgolia } from '../../src/local-algolia'
import type { LocalAlgolia, LocalAlgoliaOptions } from '../../src/local-algolia'

export type ActionName = 'enterAudience' | 'exitAudience' | 'syncAudience'

/** One entry of the host's response to a batch. */
export interface BatchEntry {
  status: number
  errortype?: string
  errormessage?: string
  sent?: unknown
  body?: unknown
}

export const settings: Settings = { appId: 'LOCALALGOLIA', apiKey: 'local-api-key', region: 'us' }

/** A host that has loaded the destination. Each has an instance of the host's classes of its own. */
export function loadDestination() {
  const integration = createTestIntegration(definition)
  const destination = new Destination(definition)
  return {
    destination,
    integration,

    /** Delivers one event with the action's default mappings; rejects when the event fails. */
    async deliver(action: ActionName, event: Partial<SegmentEvent>, mapping: Record<string, string> = {}) {
      await integration.testAction(action, { event, settings, mapping, useDefaultMappings: true })
      return integration.results.at(-1)?.data
    },

    /** Delivers one batch with the action's default mappings. */
    async deliverBatch(
      action: ActionName,
      events: Partial<SegmentEvent>[],
      {
        mapping = {},
        signal,
        as = settings
      }: { mapping?: Record<string, string>; signal?: AbortSignal; as?: Settings } = {}
    ): Promise<BatchEntry[]> {
      const subscription = {
        partnerAction: action,
        subscribe: 'type = "track" or type = "identify"',
        mapping: { ...defaultValues(definition.actions[action]?.fields ?? {}), ...mapping }
      }
      const results = await destination.onBatch(events as SegmentEvent[], { ...as, subscription }, { signal })
      return results[0]?.multistatus ?? []
    }
  }
}

/** Starts a local Algolia and leads the destination to it, until `stopAlgolia`. */
export async function startAlgolia(options?: LocalAlgoliaOptions): Promise<LocalAlgolia> {
  const algolia = await startLocalAlgolia({ rateLimit: false, ...options })
  process.env.ALGOLIA_PERSONALIZATION_URL = algolia.url
  return algolia
}

export async function stopAlgolia(algolia: LocalAlgolia): Promise<void> {
  delete process.env.ALGOLIA_PERSONALIZATION_URL
  await algolia.close()
}

/** The `track` event that Engage sends when a user enters (`true`) or exits an audience. */
export function audienceTrack(userId: string, audience: string, entered: boolean): Partial<SegmentEvent> {
  return {
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    userId,
    properties: { audience_key: audience, [audience]: entered },
    context: { personas: { computation_class: 'audience', computation_key: audience, computation_id: 'aud_1' } }
  }
}

/** The `identify` event that Engage sends in place of it, when the audience is set up so. */
export function audienceIdentify(userId: string, audience: string, entered: boolean): Partial<SegmentEvent> {
  return {
    type: 'identify',
    userId,
    traits: { [audience]: entered },
    context: { personas: { computation_class: 'audience', computation_key: audience, computation_id: 'aud_1' } }
  }
}
