import { Analytics } from '@segment/analytics-node'
import { LIMITS } from '../../../src/local/segment'
import { basic, post, until, withLocalSegment } from '../../support/segment'

function identify(messageId: string, more: object = {}): object {
  return { type: 'identify', messageId, userId: 'user-1', traits: {}, ...more }
}

/** A call that takes this many bytes. */
function ofBytes(bytes: number, messageId: string): object {
  const bare = Buffer.byteLength(JSON.stringify(identify(messageId, { traits: { text: '' } })))
  return identify(messageId, { traits: { text: 'x'.repeat(bytes - bare) } })
}

describe('a batch', () => {
  it('is taken in with the write key in the header, or in the body where there is no header', async () => {
    await withLocalSegment({}, async (segment) => {
      const { writeKey } = segment
      expect(await post(segment, { batch: [identify('1')] })).toEqual({ status: 200, body: { success: true } })
      expect((await post(segment, { batch: [identify('2')], writeKey }, {})).status).toBe(200)
      expect(segment.calls.map(({ messageId }) => messageId)).toEqual(['1', '2'])
    })
  })

  it.each<[string, object, Record<string, string>]>([
    ['without a write key', {}, {}],
    ['with another write key in the header', { writeKey: 'local-write-key' }, basic('other')],
    ['with another write key in the body', { writeKey: 'other' }, {}],
    ['with the write key as something else', {}, { authorization: 'Bearer local-write-key' }]
  ])('is answered 401 %s, and dropped', async (_, body, headers) => {
    await withLocalSegment({}, async (segment) => {
      expect((await post(segment, { batch: [identify('1')], ...body }, headers)).status).toBe(401)
      expect(segment.calls).toEqual([])
    })
  })

  it.each(['', 'not JSON', 'null', '[]', '{}', '{"batch":{}}'])('is answered 400 when its body is %j', async (body) => {
    await withLocalSegment({}, async (segment) => {
      expect((await post(segment, body)).status).toBe(400)
    })
  })

  it('may have 500 KB, and is answered 400 and dropped from one byte more on', async () => {
    await withLocalSegment({}, async (segment) => {
      const calls = Array.from({ length: 16 }, (_, index) => ofBytes(31_000, `${index}`))
      const rest = LIMITS.batchBytes - Buffer.byteLength(JSON.stringify({ batch: calls })) - 1
      expect((await post(segment, { batch: [...calls, ofBytes(rest + 1, 'last')] })).status).toBe(400)
      expect(segment.calls).toEqual([])
      expect((await post(segment, { batch: [...calls, ofBytes(rest, 'last')] })).status).toBe(200)
      expect(segment.calls).toHaveLength(17)
    })
  })

  it('may hold calls of 32 KB, and is answered 400 and dropped when one has a byte more', async () => {
    await withLocalSegment({}, async (segment) => {
      expect((await post(segment, { batch: [identify('1'), ofBytes(LIMITS.callBytes + 1, '2')] })).status).toBe(400)
      expect(segment.calls).toEqual([])
      expect((await post(segment, { batch: [identify('1'), ofBytes(LIMITS.callBytes, '2')] })).status).toBe(200)
    })
  })

  it('may hold 2,500 calls, and is dropped with a 200 when it holds more', async () => {
    await withLocalSegment({}, async (segment) => {
      const batch = Array.from({ length: 2_501 }, (_, index) => identify(`${index}`))
      expect((await post(segment, { batch })).status).toBe(200)
      expect(segment.statistics).toMatchObject({ accepted: 0, rejected: 2_501 })
      expect((await post(segment, { batch: batch.slice(1) })).status).toBe(200)
      expect(segment.statistics.accepted).toBe(2_500)
    })
  })

  it('loses the calls that were taken in before, by their message ids', async () => {
    await withLocalSegment({}, async (segment) => {
      await post(segment, { batch: [identify('1'), identify('2'), identify('1')] })
      await post(segment, { batch: [identify('2'), identify('3')] })
      expect(segment.calls.map(({ messageId }) => messageId)).toEqual(['1', '2', '3'])
      expect(segment.statistics).toMatchObject({ requests: 2, accepted: 3, repeated: 2 })
    })
  })

  it.each<[string, object]>([
    ['is about nobody', { userId: undefined }],
    ['is about a user without a name', { userId: '' }],
    ['is of no type that there is', { type: 'identity' }],
    ['is an event without a name', { type: 'track' }],
    ['has a message id that is too long', { messageId: 'x'.repeat(100) }],
    ['has no message id', { messageId: undefined }],
    ['has a timestamp that is none', { timestamp: 'yesterday' }]
  ])('loses a call with a 200 that %s, and keeps the others', async (_, flaw) => {
    await withLocalSegment({}, async (segment) => {
      expect((await post(segment, { batch: [identify('1', flaw), identify('2')] })).status).toBe(200)
      expect(segment.calls.map(({ messageId }) => messageId)).toEqual(['2'])
      expect(segment.rejected).toHaveLength(1)
    })
  })
})

it("takes what Segment's own library sends", async () => {
  await withLocalSegment({}, async (segment) => {
    const analytics = new Analytics({ writeKey: segment.writeKey, host: segment.url })
    analytics.identify({ userId: 'user-1', traits: { plan: 'free' } })
    analytics.track({ anonymousId: 'anonymous-1', event: 'Seen' })
    await analytics.closeAndFlush()
    expect(segment.calls).toMatchObject([
      { type: 'identify', userId: 'user-1', traits: { plan: 'free' } },
      { type: 'track', anonymousId: 'anonymous-1', event: 'Seen' }
    ])
  })
})

it('answers 404 and 405 to whatever is not one of its calls', async () => {
  await withLocalSegment({}, async ({ url }) => {
    expect((await fetch(`${url}/v1/other`, { method: 'POST' })).status).toBe(404)
    expect((await fetch(`${url}/v1/batch`)).status).toBe(405)
    expect((await fetch(`${url}/_local/other`)).status).toBe(404)
  })
})

describe('faults', () => {
  it('answer with another status and lose the batch, or take it in all the same', async () => {
    await withLocalSegment({}, async (segment) => {
      segment.fault = (request) => ({ status: 503, headers: { 'retry-after': '7' }, taken: request === 2 })
      expect((await post(segment, { batch: [identify('1')] })).status).toBe(503)
      expect(segment.calls).toEqual([])
      expect((await post(segment, { batch: [identify('1')] })).status).toBe(503)
      expect(segment.calls).toHaveLength(1)
      expect(segment.statistics.byStatus).toEqual({ 503: 2 })
    })
  })

  it('break the connection, or leave the client without an answer', async () => {
    await withLocalSegment({}, async (segment) => {
      segment.fault = () => ({ noAnswer: 'drop', taken: true })
      await expect(post(segment, { batch: [identify('1')] })).rejects.toThrow('fetch failed')
      segment.fault = () => ({ noAnswer: 'hang' })
      const waiting = post(segment, { batch: [identify('2')] })
      await until(() => segment.statistics.byStatus[0] === 2)
      await segment.close()
      await expect(waiting).rejects.toThrow('fetch failed')
      expect(segment.calls).toHaveLength(1)
    })
  })
})

it('tells its counts, and forgets them when told so', async () => {
  await withLocalSegment({}, async (segment) => {
    const counts = async (path: string, method: string): Promise<unknown> => {
      return (await fetch(`${segment.url}/_local/${path}`, { method })).json()
    }
    await post(segment, { batch: [identify('1')] })
    const one = { requests: 1, accepted: 1, repeated: 0, rejected: 0, byStatus: { 200: 1 } }
    expect(await counts('stats', 'GET')).toEqual(one)
    const none = { requests: 0, accepted: 0, repeated: 0, rejected: 0, byStatus: {} }
    expect(await counts('stats/reset', 'POST')).toEqual(none)
    expect(await counts('stats', 'GET')).toEqual(none)
  })
})

it('shows to other processes what it took, and takes messages as a webhook of Slack does', async () => {
  await withLocalSegment({}, async (segment) => {
    await post(segment, { batch: [identify('1')] })
    const shown = async (path: string): Promise<unknown> => (await fetch(`${segment.url}/_local/${path}`)).json()
    expect(await shown('calls')).toEqual(segment.calls)

    const send = async (body: unknown): Promise<number> => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return (await fetch(`${segment.url}/_local/webhook`, { method: 'POST', body: text })).status
    }
    const section = (text: string): object => ({ type: 'section', text: { type: 'mrkdwn', text } })
    const good = { text: 'A report', blocks: [{ type: 'divider' }, section('x'.repeat(3_000))] }
    expect([await send(good), await send({ text: 'An alert' })]).toEqual([200, 200])
    for (const bad of [
      'text',
      [],
      {},
      { text: '' },
      { text: 'a', blocks: [] },
      { text: 'a', blocks: Array(51).fill({ type: 'divider' }) },
      { text: 'a', blocks: [section('x'.repeat(3_001))] },
      { text: 'a', blocks: [{ type: 'section' }] },
      { text: 'a', blocks: [{ type: 'section', fields: Array(11).fill({ type: 'mrkdwn', text: 'a' }) }] },
      { text: 'a', blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }] }
    ]) {
      expect([bad, await send(bad)]).toEqual([bad, 400])
    }
    expect(await shown('webhook')).toEqual([good, { text: 'An alert' }])
    expect(segment.statistics.requests).toBe(1)
  })
})
