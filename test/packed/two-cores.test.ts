import path from 'node:path'
import type { LocalAlgolia } from '../../src/local/algolia'
import { settings, startAlgolia, stopAlgolia } from '../support/destination'
import { projectAt } from './support/projects'

let algolia: LocalAlgolia

beforeEach(async () => {
  algolia = await startAlgolia()
})
afterEach(() => stopAlgolia(algolia))

/** A host on the core of one project, which loads the destination, and with it another core, from another project. */
function hostScript(host: string, destination: string, call: string): string {
  const from = (name: string) => JSON.stringify(path.join(projectAt(name).folder, 'index.js'))
  return `
const { createRequire } = require('node:module')
const { Destination, createTestIntegration, defaultValues } = createRequire(${from(host)})('@segment/actions-core')
const definition = createRequire(${from(destination)})('segment-algolia-personalization/destination')
const settings = ${JSON.stringify(settings)}
const mapping = defaultValues(definition.actions.enterAudience.fields)
const subscription = { partnerAction: 'enterAudience', subscribe: 'type = "track"', mapping }
const event = { type: 'track', event: 'Audience Entered', anonymousId: 'u1', properties: { audience_key: 'vip' } }
const destination = new Destination(definition)
const call = async () => ${call}
call().then(
  (value) => console.log(JSON.stringify({ answered: value })),
  ({ status, message }) => console.log(JSON.stringify({ status, message }))
)`
}

const batches = {
  'a batch': 'destination.onBatch([event], { ...settings, subscription })',
  'a batch in the test integration':
    "createTestIntegration(definition).testBatchAction('enterAudience', { events: [event], settings, mapping })"
}

/** What fails by throwing, which any copy sees. */
const singleCalls = {
  'an event': 'destination.onEvent(event, { ...settings, subscription })',
  'the connection test': 'destination.testAuthentication(settings)',
  'a deletion': "destination.onDelete({ type: 'delete', userId: 'u1' }, settings)",
  'the creation of an audience': "destination.createAudience({ settings, audienceName: 'vip' })"
}

const pairs = [
  ['oldest-core', 'newest-core'],
  ['newest-core', 'oldest-core']
] as const

describe.each(pairs)('a host on the %s, with a destination on the %s', (host, destination) => {
  test.each(Object.entries(batches))('%s is refused, in words, and nothing is sent', async (_, call) => {
    // What would pass for a success: the host doesn't know the class that holds this failure.
    algolia.faults.status(401)
    const { out, error } = await projectAt(host).node(hostScript(host, destination, call), {
      ALGOLIA_PERSONALIZATION_URL: algolia.url
    })
    expect(error).toBe('')
    expect(JSON.parse(out)).toMatchObject({ message: expect.stringContaining('two copies of @segment/actions-core') })
    expect(algolia.calls).toEqual([])
  })

  test.each(Object.entries(singleCalls))('%s goes through, and is seen to fail', async (_, call) => {
    algolia.faults.status(401)
    const { out } = await projectAt(host).node(hostScript(host, destination, call), {
      ALGOLIA_PERSONALIZATION_URL: algolia.url
    })
    expect(JSON.parse(out)).toMatchObject({ message: expect.stringContaining('HTTP 401') })
    expect(algolia.calls).toHaveLength(1)
  })
})

test.each(['oldest-core', 'newest-core'])('with one copy, on the %s, a failed batch is seen to fail', async (name) => {
  algolia.faults.status(429)
  const { out } = await projectAt(name).node(hostScript(name, name, batches['a batch']), {
    ALGOLIA_PERSONALIZATION_URL: algolia.url
  })
  expect(JSON.parse(out)).toMatchObject({ answered: [{ multistatus: [{ status: 429 }] }] })
})
