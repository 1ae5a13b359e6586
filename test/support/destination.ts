import { createTestIntegration, defaultValues, Destination } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import definition from '../../src/destinations/algolia-personalization'
import { SETTLING_MS } from '../../src/destinations/algolia-personalization/constants'
import type { Settings } from '../../src/destinations/algolia-personalization/generated-types'
import { startLocalAlgolia } from '../../src/local/algolia'
import type { LocalAlgolia, LocalAlgoliaOptions, Profile } from '../../src/local/algolia'

export type AudienceAction = 'enterAudience' | 'exitAudience' | 'syncAudience'

export type ActionName = AudienceAction | 'syncTraits' | 'linkProfiles' | 'sendEvents'

export type Event = Partial<SegmentEvent>

/** One entry of the host's response to a batch. */
export interface BatchEntry {
  status: number
  errortype?: string
  errormessage?: string
  sent?: unknown
  body?: unknown
}

export interface DeliveryOptions {
  /** In place of the default mappings of these fields. */
  mapping?: Record<string, unknown>
  /** The mapping is all there is: fields that it doesn't name have no default. */
  clearDefaults?: boolean
  settings?: Partial<Settings>
  /** The events that the action is enabled for, in the host's query language (default: all that it can be for). */
  subscribe?: string
  signal?: AbortSignal
}

// The local Algolia answers at once, so a batch needn't wait long before it looks at its writes.
SETTLING_MS.least = 0

/** Settings that the local Algolia accepts. */
export const settings: Settings = { appId: 'LOCALALGOLIA', apiKey: 'local-api-key', region: 'us' }

/** A host that has loaded the destination: an instance of each of the host's classes. */
export class Host {
  readonly destination = new Destination(definition)
  readonly integration = createTestIntegration(definition)

  /** Delivers one event as the host does; rejects when the event fails. */
  async deliver(action: ActionName, event: Event, { signal, ...options }: DeliveryOptions = {}): Promise<unknown> {
    const results = await this.destination.onEvent(event as SegmentEvent, enable(action, options), { signal })
    return results.at(-1)?.data
  }

  /** Delivers one batch as the host does. */
  async deliverBatch(
    action: ActionName,
    events: Event[],
    { signal, ...options }: DeliveryOptions = {}
  ): Promise<BatchEntry[]> {
    const results = await this.destination.onBatch(events as SegmentEvent[], enable(action, options), { signal })
    return results[0]?.multistatus ?? []
  }
}

/** The settings as the host keeps them for one enabled action. */
function enable(action: ActionName, options: DeliveryOptions) {
  const defaults = options.clearDefaults ? {} : defaultValues(definition.actions[action]?.fields ?? {})
  const mapping = { ...defaults, ...options.mapping }
  const { subscribe = 'type = "track" or type = "identify"' } = options
  const subscription = { partnerAction: action, subscribe, mapping }
  return { ...settings, ...options.settings, subscription } as never
}

/** Starts a local Algolia, without a rate limit unless told otherwise, and leads the destination to it. */
export async function startAlgolia(options?: LocalAlgoliaOptions): Promise<LocalAlgolia> {
  const algolia = await startLocalAlgolia({ rateLimit: false, ...options })
  process.env.ALGOLIA_PERSONALIZATION_URL = algolia.url
  process.env.ALGOLIA_INSIGHTS_URL = algolia.urls.insights
  return algolia
}

export async function stopAlgolia(algolia: LocalAlgolia): Promise<void> {
  delete process.env.ALGOLIA_PERSONALIZATION_URL
  delete process.env.ALGOLIA_INSIGHTS_URL
  await algolia.close()
}

/** The mapping of the preset that sends an event of Segment's e-commerce plan to Algolia. */
export function presetFor(event: string): Record<string, unknown> {
  const preset = definition.presets?.find(
    (one) => one.partnerAction === 'sendEvents' && 'subscribe' in one && one.subscribe.includes(`"${event}"`)
  )
  if (!preset) throw new Error(`There is no preset for ${event}`)
  return preset.mapping ?? {}
}

/** Gives a user a profile; `segments` may be anything that a misbehaving Algolia could hold there. */
export function giveProfile(algolia: LocalAlgolia, userID: string, segments?: unknown): void {
  const profile = { userID, type: 'basic', affinities: [], segments, lastUpdatedAt: '2026-01-01T00:00:00.000001Z' }
  algolia.profiles.put(profile as Profile)
}

/** The ids of the managed segments on a user's profile. */
export function managedIds(algolia: LocalAlgolia, userID: string): string[] {
  const segments = algolia.profiles.get(userID)?.segments ?? []
  return segments.filter(({ source }) => source === 'segment').map(({ id }) => id)
}

/** The calls that reached Algolia, such as `GET /2/users/u1`. */
export function callsTo(algolia: LocalAlgolia): string[] {
  return algolia.calls.map(({ method, path }) => `${method} ${path}`)
}

/** The `track` event that Engage sends when a user enters (`true`) or exits an audience. */
export function audienceTrack(userId: string, audience: string, entered: boolean): Event {
  return {
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    userId,
    properties: { audience_key: audience, [audience]: entered },
    context: { personas: { computation_class: 'audience', computation_key: audience, computation_id: 'aud_1' } }
  }
}

/** The `identify` event that Engage sends in place of it, when the audience is set up so. */
export function audienceIdentify(userId: string, audience: string, entered: boolean): Event {
  return {
    type: 'identify',
    userId,
    traits: { [audience]: entered },
    context: { personas: { computation_class: 'audience', computation_key: audience, computation_id: 'aud_1' } }
  }
}
