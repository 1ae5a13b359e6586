import fc from 'fast-check'
import nock from 'nock'
import { Analytics } from '@segment/analytics-node'
import { systemClock } from '../../src/clock'
import type { Fault, LocalSegment } from '../../src/local/segment'
import type { SegmentCall } from '../../src/segment/calls'
import { SegmentClient } from '../../src/segment/client'
import { type Item, SegmentDelivery } from '../../src/segment/delivery'
import { sizeOf } from '../../src/segment/envelope'
import { withLocalSegment } from '../support/segment'

type Named = Item & { readonly name: string }

function item(name: string, traits: Record<string, unknown> = {}): Named {
  const call: SegmentCall = { type: 'identify', userId: name, messageId: `id-${name}`, traits }
  return { name, calls: [call], bytes: sizeOf(call) }
}

const many = (count: number): Named[] => Array.from({ length: count }, (_, index) => item(`user-${index}`))

interface Delivered {
  readonly accepted: string[]
  readonly refused: string[]
  readonly reasons: string[]
  readonly error: unknown
  readonly requests: number
}

function clientFor({ url, writeKey }: Pick<LocalSegment, 'url' | 'writeKey'>, retries: string[] = []): SegmentClient {
  return new SegmentClient({
    origin: url,
    writeKey,
    clock: systemClock,
    random: () => 0,
    patience: 1_000,
    onRetry: (what) => retries.push(what)
  })
}

/** Delivers items to a local Segment at which things go wrong. */
async function deliver(items: readonly Named[], fault: LocalSegment['fault'] = () => undefined): Promise<Delivered> {
  return withLocalSegment({}, async (segment) => {
    segment.fault = fault
    const client = clientFor(segment)
    const [accepted, refused, reasons]: string[][] = [[], [], []]
    const listeners = {
      onAccepted: (items: readonly Named[]) => Promise.resolve(void accepted!.push(...items.map(({ name }) => name))),
      onRefused: (items: readonly Named[], reason: string) => {
        refused!.push(...items.map(({ name }) => name))
        reasons!.push(reason)
        return Promise.resolve()
      }
    }
    const error: unknown = await new SegmentDelivery(client)
      .deliver(items, listeners, new AbortController().signal)
      .catch((thrown: unknown) => thrown)
    expect(segment.calls.map(({ userId }) => userId).sort()).toEqual([...accepted!].sort())
    return { accepted: accepted!, refused: refused!, reasons: reasons!, error, requests: client.counts.requests }
  })
}

/** Refuses each batch that one of these stands in, without saying which. */
function refusing(names: readonly string[], status = 400): LocalSegment['fault'] {
  const refused: Fault = { status }
  return (_, body) => (names.some((name) => body.includes(`"${name}"`)) ? refused : undefined)
}

describe('a batch that Segment refuses', () => {
  it.each([400, 413, 422])(
    'with %d is halved until the culprit stands alone, and the others arrive',
    async (status) => {
      const { accepted, refused, reasons, error, requests } = await deliver(many(300), refusing(['user-77'], status))
      expect(error).toBeUndefined()
      expect(refused).toEqual(['user-77'])
      expect(accepted).toHaveLength(299)
      expect(reasons).toEqual([`HTTP ${status}`])
      expect(requests).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(300)) + 1)
    }
  )

  it('costs few requests for a few culprits, wherever they stand, and no other item is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 20, max: 200 }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
        async (count, places) => {
          const items = many(count)
          const culprits = [...new Set(places.map((place) => `user-${place % count}`))]
          const { accepted, refused, error, requests } = await deliver(items, refusing(culprits))
          expect(error).toBeUndefined()
          expect([...refused].sort()).toEqual([...culprits].sort())
          expect(accepted).toHaveLength(count - culprits.length)
          expect(requests).toBeLessThanOrEqual(2 * culprits.length * Math.ceil(Math.log2(count)) + 1)
        }
      ),
      { numRuns: process.env.LONG ? 300 : 15 }
    )
  })

  it.each([1, 15, 16, 100])(
    'whatever of %d items stands in it ends the delivery, and none counts as refused',
    async (count) => {
      const { accepted, refused, error, requests } = await deliver(many(count), () => ({ status: 400 }))
      expect({ accepted, refused }).toEqual({ accepted: [], refused: [] })
      expect(error).toMatchObject({ kind: 'system', message: expect.stringContaining('(400)') })
      expect(requests).toBeLessThanOrEqual(2 * 16 + 2 * Math.ceil(Math.log2(count)) + 1)
    }
  )
})

describe('an answer that is not Segment’s own', () => {
  it.each<[string, number, string | object, Record<string, string>]>([
    ['a page', 200, '<html>Welcome to the Wi-Fi</html>', { 'content-type': 'text/html' }],
    ['nothing', 200, '', {}],
    ['other JSON', 200, { ok: true }, {}],
    ['success as a text', 200, { success: 'true' }, {}],
    ['no success', 202, { success: false }, {}]
  ])('is no delivery: %s', async (_, status, body, headers) => {
    const answers = nock('https://segment.example').post('/v1/batch').times(9).reply(status, body, headers)
    const retries: string[] = []
    const client = clientFor({ url: 'https://segment.example', writeKey: 'a-key' }, retries)
    await expect(client.send(item('user-1').calls, new AbortController().signal)).rejects.toMatchObject({
      kind: 'transient',
      message: expect.stringContaining(`segment.example answered ${status}, but not as Segment does`)
    })
    expect(retries.length).toBeGreaterThan(0)
    nock.cleanAll()
    expect(answers).toBeDefined()
  })
})

it('the bodies are those of Segment’s own library, but for its name and what it tells of Node', async () => {
  const calls: SegmentCall[] = [
    {
      type: 'identify',
      userId: 'user-1',
      messageId: 'id-1',
      timestamp: '2026-03-01T08:15:30.123Z',
      integrations: { All: true },
      traits: { plan: 'free', list: ['ä', 1, null] }
    },
    {
      type: 'track',
      anonymousId: 'anonymous-1',
      messageId: 'id-2',
      timestamp: '2026-03-01T08:15:31.000Z',
      integrations: {},
      event: 'Seen',
      properties: { page: 2 }
    }
  ]
  const requests: { body: Record<string, unknown>; headers: Record<string, unknown> }[] = []
  nock('https://segment.example')
    .post('/v1/batch')
    .twice()
    .reply(function (_, body) {
      requests.push({ body: body as Record<string, unknown>, headers: { ...this.req.headers } })
      return [200, { success: true }]
    })
  await clientFor({ url: 'https://segment.example', writeKey: 'a-key' }).send(calls, new AbortController().signal)
  const analytics = new Analytics({ writeKey: 'a-key', host: 'https://segment.example', flushAt: 2 })
  for (const call of calls) {
    if (call.type === 'identify') analytics.identify(call)
    else analytics.track(call)
  }
  await analytics.closeAndFlush()

  const [ours, theirs] = requests.map(({ body: { batch, sentAt, ...rest }, headers }) => ({
    ...rest,
    sentAt: typeof sentAt === 'string' && !Number.isNaN(Date.parse(sentAt)),
    batch: (batch as Record<string, unknown>[]).map(({ _metadata, context, ...call }) => ({
      ...call,
      timestamp: new Date(String(call.timestamp)).getTime(),
      context: Object.keys(context as object),
      library: Object.keys((context as { library: object }).library).sort()
    })),
    authorization: headers.authorization,
    contentType: headers['content-type']
  }))
  expect(ours).toEqual(theirs)
})
