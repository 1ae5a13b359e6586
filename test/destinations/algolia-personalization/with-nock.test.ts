import { createTestEvent, createTestIntegration } from '@segment/actions-core'
import type { SegmentEvent } from '@segment/actions-core'
import nock from 'nock'
import destination from '../../../src/destinations/algolia-personalization'

// These tests need nothing but the host and nock, so that they can move into Segment's repository with the destination.

type Segments = Record<string, string>[]

const settings = { appId: 'YOURAPPID1', apiKey: 'secret-key', region: 'eu' }
const foreign = { id: 'crm-1', source: 'crm', since: '2026-01-01' }
const vip = { id: 'vip', source: 'segment' }
const integration = createTestIntegration(destination)

/** The event that Engage sends when a user enters (`true`) or exits the audience `vip`. */
function audienceEvent(anonymousId: string, entered: boolean): SegmentEvent {
  return createTestEvent({
    type: 'track',
    event: entered ? 'Audience Entered' : 'Audience Exited',
    anonymousId,
    properties: { audience_key: 'vip', vip: entered },
    context: { personas: { computation_class: 'audience', computation_key: 'vip', computation_id: 'aud_1' } }
  })
}

function algolia(): nock.Scope {
  return nock('https://ai-personalization.eu.algolia.com', {
    reqheaders: { 'x-algolia-application-id': 'YOURAPPID1', 'x-algolia-api-key': 'secret-key' }
  })
}

/** A profile, what its list of segments has to be replaced with, and the look that follows. */
function expectUpdate(userID: string, before: Segments, after: Segments): nock.Scope {
  return algolia()
    .get(`/2/users/${userID}`)
    .reply(200, { userID, type: 'basic', affinities: [], segments: before })
    .put(`/2/users/${userID}/segments`, { segments: after })
    .reply(200, {})
    .get(`/2/users/${userID}`)
    .reply(200, { userID, type: 'basic', affinities: [], segments: after })
}

const envelope = { settings, useDefaultMappings: true }

beforeEach(() => {
  nock.disableNetConnect()
})
afterEach(() => {
  const left = nock.pendingMocks()
  nock.cleanAll()
  nock.enableNetConnect()
  expect(left).toEqual([])
})

test('testAuthentication makes a call that changes nothing', async () => {
  algolia().get('/2/users').query({ limit: 1 }).reply(200, { users: [] })
  await expect(integration.testAuthentication(settings)).resolves.toBeUndefined()
  algolia().get('/2/users').query({ limit: 1 }).reply(401, { status: 401, message: 'Invalid credentials' })
  await expect(integration.testAuthentication(settings)).rejects.toThrow(/Check the API key and the application ID/)
})

test.each(['enterAudience', 'syncAudience'])('%s adds the segment and leaves the others alone', async (action) => {
  expectUpdate('shopper-1', [foreign], [foreign, vip])
  await integration.testAction(action, { ...envelope, event: audienceEvent('shopper-1', true) })
})

test.each(['exitAudience', 'syncAudience'])('%s removes the segment and leaves the others alone', async (action) => {
  expectUpdate('shopper-1', [vip, foreign], [foreign])
  await integration.testAction(action, { ...envelope, event: audienceEvent('shopper-1', false) })
})

test('a user without a profile gets one', async () => {
  algolia()
    .get('/2/users/newcomer')
    .reply(404, { status: 404, message: 'User not found' })
    .put('/2/users/newcomer/segments', { segments: [vip] })
    .reply(200, {})
    .get('/2/users/newcomer')
    .reply(200, { userID: 'newcomer', segments: [vip] })
  await integration.testAction('enterAudience', { ...envelope, event: audienceEvent('newcomer', true) })
})

test('an event that says the opposite of the action costs no call', async () => {
  await integration.testAction('enterAudience', { ...envelope, event: audienceEvent('shopper-1', false) })
})

test('a batch has a response for each event, and one read, one write and one look for each user', async () => {
  expectUpdate('shopper-1', [foreign], [foreign, vip])
  algolia().get('/2/users/shopper-2').reply(503, { status: 503, message: 'Unavailable' })
  const events = [
    audienceEvent('shopper-1', false),
    audienceEvent('shopper-2', true),
    audienceEvent('not a token', true),
    audienceEvent('shopper-1', true)
  ]
  const entries = await integration.executeBatch('syncAudience', {
    events,
    mapping: {
      userToken: { '@path': '$.anonymousId' },
      segmentId: { '@path': '$.properties.audience_key' },
      eventName: { '@path': '$.event' }
    },
    settings
  })
  expect(entries.map(({ status }) => status)).toEqual([200, 503, 400, 200])
})

test('once no calls are left, the host is told to send the event again', async () => {
  algolia().get('/2/users/shopper-1').reply(429, { status: 429, message: 'Too many requests' })
  const delivery = integration.testAction('enterAudience', { ...envelope, event: audienceEvent('shopper-1', true) })
  await expect(delivery).rejects.toMatchObject({ status: 429 })
})
