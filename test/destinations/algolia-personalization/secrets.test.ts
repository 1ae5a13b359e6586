import { inspect } from 'node:util'
import { giveCallsTime, hurryCallsOf } from '../../support/call-times'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, settings as usual } from '../../support/destination'
import { giveProfile } from '../../support/profiles'
import { faultRows, timeoutRows } from '../../support/destination-faults'
import type { FaultRow } from '../../support/destination-faults'

jest.mock(
  '../../../src/destinations/algolia-personalization/constants',
  () => jest.requireActual<{ constants: object }>('../../support/call-times').constants
)

const canary = 'canary0123456789abcdef0123456789'
const settings = { ...usual, apiKey: canary }
const event = audienceTrack('faulty', 'vip', true)

const algolia = algoliaForEachTest({ apiKey: canary })
/** All that got out: what Algolia was asked, but for headers, and what the host was told. */
let told: unknown[]
let restoreConsole: () => void

beforeEach(() => {
  giveCallsTime()
  giveProfile(algolia, 'faulty', [])
  told = []
  algolia.faults.add({ when: ({ path, body }) => told.push(path, body) < 0, then: {} })
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((method) =>
    jest.spyOn(console, method).mockImplementation((...message) => void told.push(message))
  )
  restoreConsole = () => spies.forEach((spy) => spy.mockRestore())
})
afterEach(() => restoreConsole())

const stats = (name: string, ...details: unknown[]) => void told.push(name, details)
const watched = {
  statsContext: { tags: ['tag'], statsClient: { incr: stats, set: stats, histogram: stats, observe: stats } },
  logger: { info: stats, warn: stats, error: stats, crit: stats, debug: stats, log: stats }
} as never

/** Everything that can be reached from what was told, symbols and hidden properties included. */
function everythingTold(): string {
  return told
    .map((thing) =>
      inspect(thing, { depth: Infinity, showHidden: true, maxArrayLength: Infinity, maxStringLength: Infinity })
    )
    .join('\n')
}

async function tellAllOf(work: () => Promise<unknown>): Promise<void> {
  told.push(await work().catch((error: unknown) => error))
}

/** Delivers single and in a batch, tests the credentials, makes an audience and honours a privacy request. */
async function useDestination(use = settings): Promise<void> {
  const { integration, destination } = new Host()
  const input = { settings: use, useDefaultMappings: true, ...(watched as object) }
  await tellAllOf(() => integration.testAction('enterAudience', { event, ...input }).then(() => integration.results))
  await tellAllOf(() =>
    integration
      .testBatchAction('syncAudience', { events: [event as never, event as never], ...input })
      .then(() => integration.results)
  )
  await tellAllOf(() => destination.testAuthentication(use))
  await tellAllOf(() => destination.createAudience({ settings: use, audienceName: 'VIP' }))
  await tellAllOf(() => destination.onDelete!({ type: 'delete', userId: 'faulty' } as never, { ...use }))
}

test('the search finds what an error holds', () => {
  told.push(Object.assign(new Error('x'), { request: new Request('http://x', { headers: { 'x-key': canary } }) }))
  expect(everythingTold()).toContain(canary)
})

test.each<Pick<FaultRow, 'name' | 'arrange'>>([
  { name: 'success', arrange: () => {} },
  ...faultRows,
  ...timeoutRows,
  {
    name: 'an answer that quotes the key',
    arrange: (algolia) =>
      algolia.faults.status(401, { body: JSON.stringify({ message: `Bad key ${canary}, ${canary}` }) })
  },
  {
    name: 'a redirect to a place that would learn the key',
    arrange: (algolia) => algolia.faults.status(307, { headers: { location: `http://localhost:9/?key=${canary}` } })
  }
])('the API key does not get out: $name', async (row) => {
  const { arrange } = row
  hurryCallsOf(row)
  arrange(algolia, Infinity)
  await useDestination()
  expect(told.length).toBeGreaterThan(10)
  expect(everythingTold()).not.toContain(canary)
})

test('the API key does not get out when nothing answers', async () => {
  await algolia.close()
  await useDestination()
  expect(everythingTold()).not.toContain(canary)
})

test.each([`${canary}\n`, `${canary} `, `é${canary}`, `${canary}\0`])(
  'the API key does not get out when it cannot stand in a header: %j',
  async (apiKey) => {
    await useDestination({ ...settings, apiKey })
    expect(algolia.calls).toEqual([])
    expect(everythingTold()).toContain('API Key must not')
    expect(everythingTold()).not.toContain(canary)
  }
)
