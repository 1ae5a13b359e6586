import { IntegrationError, InvalidAuthenticationError, RetryableError } from '@segment/actions-core'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host, startAlgolia, stopAlgolia } from '../../support/destination'
import { callsTo, giveProfile, managedIds } from '../../support/profiles'
import { giveCallsTime, hurryCallsOf } from '../../support/call-times'
import { faultRows, timeoutRows } from '../../support/destination-faults'

jest.mock(
  '../../../src/destinations/algolia-personalization/constants',
  () => jest.requireActual<{ constants: object }>('../../support/call-times').constants
)

const algolia = algoliaForEachTest()
const host = new Host()

beforeEach(() => {
  giveCallsTime()
  giveProfile(algolia, 'faulty', [{ id: 'foreign', source: 'crm' }])
})

const faulty = audienceTrack('faulty', 'vip', true)

/** The statuses that the host sends again, by the comment at `IntegrationError` in its errors.ts. */
function isRetried(status: number): boolean {
  return [408, 423, 429].includes(status) || (status >= 500 && status !== 501)
}

/** A write that nobody waits for any more may arrive a moment later. */
async function arrival(): Promise<void> {
  while (!callsTo(algolia).includes('PUT /2/users/faulty/segments')) await new Promise(setImmediate)
}

describe.each([...faultRows, ...timeoutRows])('$name', (row) => {
  // Where the host passes one, its client has no time limit of its own.
  const { signal } = new AbortController()
  const { arrange, status, message = /./, applied = false, everyone = false } = row

  beforeEach(() => hurryCallsOf(row))

  test(`a single event fails with the host's error of status ${status}`, async () => {
    arrange(algolia, Infinity)
    const error: unknown = await host.deliver('enterAudience', faulty, { signal }).catch((error: unknown) => error)
    const expected = status === 401 ? InvalidAuthenticationError : isRetried(status) ? RetryableError : IntegrationError
    expect(error).toBeInstanceOf(expected)
    expect(error).toMatchObject({ status, message: expect.stringMatching(message) })
    if (applied) await arrival()
    expect(managedIds(algolia, 'faulty')).toEqual(applied ? ['vip'] : [])
  })

  const others = everyone ? 'all that follow answer the same' : 'all others are delivered'
  test(`in a batch its events answer ${status}, and ${others}`, async () => {
    arrange(algolia, Infinity)
    if (everyone) algolia.faults.latency = 20
    // The others would fail, too, where the time is short.
    const count = timeoutRows.includes(row) ? 0 : everyone ? 40 : 3
    const entries = await host.deliverBatch('enterAudience', [
      faulty,
      audienceTrack('faulty', 'loyal', true),
      ...Array.from({ length: count }, (_, index) => audienceTrack(`u${index}`, 'vip', true))
    ])
    const failed = entries.filter((entry) => entry.status !== 200)
    expect(failed.slice(0, 2)).toEqual(entries.slice(0, 2))
    if (everyone) expect(failed.length).toBeGreaterThan(20)
    else expect(failed).toHaveLength(2)
    for (const entry of failed) {
      expect(entry.errormessage).toMatch(message)
      // What was written before nobody could look at any more.
      const isWritten = everyone && /were written, but could not be looked at/.test(entry.errormessage ?? '')
      expect(entry.status).toBe(isWritten ? 503 : status)
    }
    if (applied) await arrival()
    expect(managedIds(algolia, 'faulty')).toEqual(applied ? ['vip', 'loyal'] : [])
    expect(algolia.profiles.get('faulty')?.segments?.[0]).toEqual({ id: 'foreign', source: 'crm' })
  })

  if (isRetried(status)) {
    test(`sent again, the event is delivered${applied ? ' without another write' : ''}`, async () => {
      arrange(algolia, 1)
      await expect(host.deliver('enterAudience', faulty)).rejects.toMatchObject({ status })
      if (applied) await arrival()
      // A read that timed out on a busy machine may not have met with its fault.
      algolia.faults.clear()
      algolia.clearCalls()
      giveCallsTime()
      await host.deliver('enterAudience', faulty)
      // A read and a look, as the profile was changed a moment ago.
      expect(callsTo(algolia)).toHaveLength(applied ? 2 : 3)
      expect(managedIds(algolia, 'faulty')).toEqual(['vip'])
    })
  }
})

describe('not faults', () => {
  test('a 404 on read means that there is no profile', async () => {
    algolia.faults.status(404, { when: ({ route, number }) => route === 'getProfile' && number === 1 })
    await host.deliver('enterAudience', audienceTrack('newcomer', 'vip', true))
    expect(managedIds(algolia, 'newcomer')).toEqual(['vip'])
  })

  test('a profile without segments has an empty list', async () => {
    giveProfile(algolia, 'shopper-1')
    await host.deliver('enterAudience', audienceTrack('shopper-1', 'vip', true))
    expect(managedIds(algolia, 'shopper-1')).toEqual(['vip'])
  })

  test.each([true, false])('a profile of 1 MB is delivered (compressed: %s)', async (gzip) => {
    const algolia = await startAlgolia({ gzip })
    const others = Array.from({ length: 10_000 }, (_, index) => ({
      id: `s${index}`,
      source: 'crm',
      note: '"x],}'.repeat(14)
    }))
    giveProfile(algolia, 'heavy', others)
    expect(JSON.stringify(algolia.profiles.get('heavy')).length).toBeGreaterThan(1_000_000)
    const [entry] = await host.deliverBatch('enterAudience', [audienceTrack('heavy', 'vip', true)])
    expect(entry).toMatchObject({ status: 200 })
    const segments = JSON.stringify(algolia.profiles.get('heavy')?.segments)
    expect(segments === JSON.stringify([...others, { id: 'vip', source: 'segment' }])).toBe(true)
    await stopAlgolia(algolia)
  })

  test('whatever a successful write answers, the event is delivered', async () => {
    algolia.faults.add({
      when: ({ route }) => route === 'writeProfileSegments',
      then: { change: (answer) => ({ ...answer, status: 204, body: '' }) }
    })
    await host.deliver('enterAudience', faulty)
    expect(managedIds(algolia, 'faulty')).toEqual(['vip'])
  })
})

describe('a connection that is refused', () => {
  test('fails in a way that the host retries, and names the host and what to check', async () => {
    const { url } = algolia
    await algolia.close()
    await expect(host.deliver('enterAudience', faulty)).rejects.toMatchObject({
      status: 503,
      message: expect.stringMatching(`${url} \\(ECONNREFUSED\\).*check the region`)
    })
    const entries = await host.deliverBatch('enterAudience', [faulty, audienceTrack('other', 'vip', true)])
    expect(entries.map(({ status }) => status)).toEqual([503, 503])
  })
})

describe('settings that cannot be used fail without a call', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['a region that is not in the list', { region: 'uk' }, /Region must be us or eu/],
    ['a region that names a property of every object', { region: '__proto__' }, /Region/],
    ['another such region', { region: 'constructor' }, /Region/],
    ['a region that is a host name', { region: 'us.algolia.com/#' }, /Region/],
    ['no region', { region: undefined }, /Region/],
    ['an application ID that cannot stand in a header', { appId: 'APP\nID' }, /Application ID/],
    ['no application ID', { appId: '' }, /Application ID/],
    ['an API key with a line break', { apiKey: 'key\n' }, /API Key/],
    ['no API key', { apiKey: undefined }, /API Key/]
  ])('%s', async (_, change, message) => {
    // The host checks settings against the fields itself, but not on every way in.
    const settings = { appId: 'LOCALALGOLIA', apiKey: 'local-api-key', region: 'us', ...change } as never
    const delivery = host.integration.testAction('enterAudience', { event: faulty, settings, useDefaultMappings: true })
    await expect(delivery).rejects.toThrow(InvalidAuthenticationError)
    await expect(delivery).rejects.toThrow(message)
    const events = [faulty as never, { ...audienceTrack(' ', 'vip', true), anonymousId: null } as never]
    await host.integration.testBatchAction('enterAudience', { events, settings, useDefaultMappings: true })
    expect(host.integration.results[0]?.multistatus).toMatchObject([{ status: 401 }, { status: 400 }])
    expect(algolia.calls).toEqual([])
  })

  test.each(['127.0.0.1:4010', 'localhost:4010', 'file:///tmp', 'nonsense'])(
    'ALGOLIA_PERSONALIZATION_URL is %s',
    async (url) => {
      process.env.ALGOLIA_PERSONALIZATION_URL = url
      await expect(host.deliver('enterAudience', faulty)).rejects.toThrow(/ALGOLIA_PERSONALIZATION_URL must be/)
    }
  )
})
