import { createTestIntegration, defaultValues, Destination } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import definition from '../../src/destinations/algolia-personalization'
import { pace } from '../../src/destinations/algolia-personalization/api/pace'
import { SETTLING_MS } from '../../src/destinations/algolia-personalization/constants'
import type { Settings } from '../../src/destinations/algolia-personalization/generated-types'
import { startLocalAlgolia } from '../../src/local/algolia'
import type { LocalAlgolia, LocalAlgoliaOptions } from '../../src/local/algolia'

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
// A busy machine stands still between a read and its write: that would cost further reads, where tests count calls.
jest.spyOn(pace, 'oldestRead').mockReturnValue(60_000)

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

/** A local Algolia for each test of a file, to which the destination is led: always a new one, under one name. */
export function algoliaForEachTest(options?: LocalAlgoliaOptions): LocalAlgolia {
  return startedBy(beforeEach, afterEach, options)
}

/** The same, one for all tests of a file. */
export function algoliaForAllTests(options?: LocalAlgoliaOptions): LocalAlgolia {
  return startedBy(beforeAll, afterAll, options)
}

function startedBy(before: typeof beforeEach, after: typeof afterEach, options?: LocalAlgoliaOptions): LocalAlgolia {
  let current: LocalAlgolia | undefined
  before(async () => {
    current = await startAlgolia(options)
  })
  after(async () => {
    if (current) await stopAlgolia(current)
  })
  return new Proxy({} as LocalAlgolia, {
    get(_, name) {
      if (!current) throw new Error('The local Algolia runs in tests only.')
      return Reflect.get(current, name) as unknown
    }
  })
}

/** The mapping of the preset that sends an event of Segment's e-commerce plan to Algolia. */
export function presetFor(event: string): Record<string, unknown> {
  const preset = definition.presets?.find(
    (one) => one.partnerAction === 'sendEvents' && 'subscribe' in one && one.subscribe.includes(`"${event}"`)
  )
  if (!preset) throw new Error(`There is no preset for ${event}`)
  return preset.mapping ?? {}
}
