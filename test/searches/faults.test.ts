import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { Fault } from '../../src/local/segment'
import { systemClock } from '../../src/clock'
import type { SearchesEnvironment, SearchesOptions } from '../../src/searches/options'
import { NOW, type SentEvent, SETTLED, WEBHOOK_SECRET, withSearches } from '../support/searches'
import { VirtualClock } from '../support/virtual-clock'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/** How a run waits: for silence as long as it takes, for all else no time. */
function patientFor(fault: Fault | 'down'): [Partial<SearchesOptions>, Partial<SearchesEnvironment>] {
  if (fault === 'down' || !('noAnswer' in fault) || fault.noAnswer !== 'hang') return [{}, { clock: quickClock() }]
  return [{ patience: 1_000 }, { clock: { ...systemClock, now: () => NOW + performance.now() } }]
}

const everything = { zeroResults: true, report: 'weekly', alert: ['searches > 0'], minSearches: 50 }

/** A clock whose pauses take no time, but count. */
function quickClock() {
  return new VirtualClock(NOW)
}

describe('a webhook that fails for a while', () => {
  it.each<[string, Fault]>([
    ['answers 500', { status: 500 }],
    ['asks to wait', { status: 429, headers: { 'retry-after': '2' } }],
    ['breaks the connection', { noAnswer: 'drop' }],
    ['leads elsewhere', { status: 302, headers: { location: '/login' } }]
  ])('and %s gets each message once it is back', async (_, fault) => {
    await withSearches({}, async ({ run, segment, webhookUrl, log }) => {
      segment.webhookFault = (message) => (message <= 2 ? fault : undefined)
      const { outcome, summary } = await run({ ...everything, webhookUrl }, {}, { clock: quickClock() })
      expect(outcome).toBe('delivered')
      expect(summary.webhook).toEqual({ taken: 2, refused: 0, kept: 0 })
      expect(segment.messages.map(({ text }) => text)).toEqual([
        'Alert: searches &gt; 0, products',
        'Weekly searches of products, 2026-02-23 to 2026-03-01'
      ])
      expect(log.filter((line) => line.startsWith('warn: The webhook '))).not.toEqual([])
    })
  })
})

describe('a webhook that keeps failing', () => {
  it.each<[string, Fault | 'down', RegExp]>([
    ['answers 503', { status: 503 }, /The webhook failed to answer \(503\)\./],
    ['answers 429', { status: 429 }, /The webhook failed to answer \(429\)\./],
    ['asks to wait for longer', { status: 429, headers: { 'retry-after': '3600' } }, /failed to answer \(429\)\./],
    ['breaks the connection though it took the message', { noAnswer: 'drop', taken: true }, /could not be reached/],
    ['never answers', { noAnswer: 'hang' }, /The webhook did not answer within 1 s\./],
    ['is down', 'down', /The webhook could not be reached \(ECONNREFUSED\)\./]
  ])('and %s holds up nothing else, is told, and gets what it missed in the next run', async (_, fault, told) => {
    await withSearches({}, async ({ run, segment, webhookUrl, sent, state }) => {
      if (fault !== 'down') segment.webhookFault = () => fault
      const url = fault === 'down' ? `http://127.0.0.1:${await freePort()}/${WEBHOOK_SECRET}` : webhookUrl
      const failed = await run({ ...everything, webhookUrl: url }, ...patientFor(fault))
      expect(failed).toMatchObject({
        outcome: 'failed',
        error: {
          kind: 'transient',
          message: expect.stringMatching(/2 messages to it are kept for the next run; all else goes on/)
        },
        summary: { webhook: { taken: 0, kept: 2 }, events: { reports: 1, alertsStarted: 1 } }
      })
      expect(failed).toMatchObject({ error: { message: expect.stringMatching(told) } })
      expect(sent('Search Returned No Results').length).toBeGreaterThan(5)
      expect((await state()).toWebhook).toHaveLength(2)
      const before = sent().length
      segment.webhookFault = () => undefined
      const taken = segment.messages.length
      const next = await run({ ...everything, webhookUrl })
      expect(next).toMatchObject({
        outcome: 'delivered',
        summary: { webhook: { taken: 2, kept: 0 }, bill: { calls: 0 } }
      })
      expect(segment.messages).toHaveLength(taken + 2)
      expect(sent()).toHaveLength(before)
      expect((await run({ ...everything, webhookUrl })).summary.webhook.taken).toBe(0)
    })
  })

  it.each([400, 403, 404, 410])(
    'and refuses a message with %d is told of once, and not asked again',
    async (status) => {
      await withSearches({}, async ({ run, segment, webhookUrl, log }) => {
        segment.webhookFault = (message) => (message === 1 ? { status } : undefined)
        const { outcome, summary } = await run({ ...everything, webhookUrl })
        expect(outcome).toBe('delivered')
        expect(summary.webhook).toEqual({ taken: 1, refused: 1, kept: 0 })
        const told = `warn: The webhook refuses it (${status}), so this message is given up: Alert: searches &gt; 0, products. Check the address of the webhook.`
        expect(log.filter((line) => line.includes('webhook') && line.startsWith('warn'))).toEqual([told])
        expect((await run({ ...everything, webhookUrl })).summary.webhook).toEqual({ taken: 0, refused: 0, kept: 0 })
      })
    }
  )

  it('is kept a hundred messages for, the newest', async () => {
    await withSearches({}, async ({ run, segment, webhookUrl, log, state }) => {
      segment.webhookFault = () => ({ status: 500 })
      // On and off: a bad day in each month, and each alert starts and ends in it.
      const alert = [11, 12, 13, 14, 15].map((percent) => `no_result_rate > ${percent}%`)
      await run({ alert, webhookUrl, since: '2025-01-01' }, {}, { clock: quickClock() })
      const { toWebhook } = await state()
      expect(toWebhook).toHaveLength(100)
      expect(log).toContainEqual(expect.stringMatching(/oldest \d+ messages to it are given up/))
      expect(JSON.stringify(toWebhook!.at(-1))).toContain('Over: no_result_rate')
    })
  })
})

describe('a Segment that keeps failing', () => {
  it.each<[string, Fault, number, string, RegExp]>([
    ['answers 500', { status: 500 }, 2, 'transient', /failed to answer \(500\).*the state is kept/],
    ['takes the batch but answers 500', { status: 500, taken: true }, 2, 'transient', /the state is kept/],
    ['answers 429', { status: 429 }, 2, 'transient', /allows no more requests for now/],
    ['never answers', { noAnswer: 'hang' }, 2, 'transient', /did not answer within 1 s/],
    ['breaks the connection', { noAnswer: 'drop' }, 2, 'transient', /could not be reached/],
    ['refuses the write key', { status: 401 }, 0, 'config', /refused the write key \(401\)/],
    ['refuses every batch', { status: 400 }, 0, 'system', /malformed or too large \(400\)/]
  ])(
    'and %s loses nothing, holds up no message to the webhook, and gets the rest in the next run',
    async (_, fault, after, kind, told) => {
      await withSearches({}, async ({ run, segment, webhookUrl, sent, algolia }) => {
        const settings = { ...everything, webhookUrl, since: '2026-02-23' }
        const expected: string[] = []
        const dryRun = (lines: readonly object[]): Promise<void> => {
          for (const line of lines) if ('messageId' in line) expected.push(String(line.messageId))
          return Promise.resolve()
        }
        await run(settings, { dryRun })
        expect(expected.length).toBeGreaterThan(25)
        segment.fault = (request) => (request > after ? fault : undefined)
        const failed = await run(settings, ...patientFor(fault))
        expect(failed).toMatchObject({ outcome: 'failed', error: { kind, message: expect.stringMatching(told) } })
        expect(segment.messages).toHaveLength(2)
        expect(sent().length).toBeLessThan(expected.length)
        segment.fault = () => undefined
        const asked = algolia.analytics.calls.length
        expect((await run(settings)).outcome).toBe('delivered')
        expect(sent().map(({ messageId }) => messageId)).toEqual(expected)
        expect(segment.messages).toHaveLength(2)
        // What was made of Algolia's answers is kept: only lists that nothing was made of are asked for again.
        const again = algolia.analytics.calls.slice(asked)
        expect(again.filter(({ path }) => !path.includes('/noResults?'))).toEqual([])
      })
    }
  )

  it('and refuses one event alone gets all others, and is not given it again', async () => {
    await withSearches({}, async ({ run, segment, sent, log }) => {
      const toCome: object[] = []
      await run({ zeroResults: true }, { dryRun: (lines) => Promise.resolve(void toCome.push(...lines)) })
      const { query } = (toCome[7] as SentEvent).properties
      segment.fault = (_, body) => (body.includes(`"query":${JSON.stringify(query)}`) ? { status: 400 } : undefined)
      const { outcome, summary } = await run({ zeroResults: true })
      expect(outcome).toBe('delivered')
      expect(summary.events.rejected).toBe(1)
      expect(log).toContainEqual(
        `warn: Search Returned No Results "${query}", products, ${SETTLED}: rejected, as Segment refuses it (HTTP 400). It is not sent again.`
      )
      segment.fault = () => undefined
      expect((await run({ zeroResults: true })).summary.bill.calls).toBe(0)
      expect(sent()).toHaveLength(toCome.length - 1)
    })
  })
})

describe('an Algolia that fails', () => {
  it.each([
    [401, 'config'],
    [402, 'config'],
    [500, 'transient']
  ])('with %d ends the run, after what was on its way has gone out', async (status, kind) => {
    await withSearches({}, async ({ run, segment, webhookUrl, algolia, sent }) => {
      segment.fault = () => ({ status: 501 })
      segment.webhookFault = () => ({ status: 500 })
      const settings = { ...everything, webhookUrl }
      await run(settings, {}, { clock: quickClock() })
      segment.fault = () => undefined
      segment.webhookFault = () => undefined
      algolia.analytics.faults.status(status)
      const { outcome, summary, ...rest } = await run(
        { ...settings, alert: ['users > 0'] },
        {},
        { clock: quickClock() }
      )
      expect(outcome).toBe('failed')
      expect(rest).toMatchObject({ error: { kind } })
      // An alert and a report were on their way; no day's list had been asked for.
      expect(sent().map(({ event }) => event)).toEqual(['Search Metric Alert', 'Top Searches Reported'])
      expect(summary.webhook.taken).toBe(2)
    })
  })

  it('with a body that is no answer tries again, and takes a null rate for no figure', async () => {
    await withSearches({}, async ({ run, sent, segment, webhookUrl }) => {
      // No events arrive there on one day in the month, and no searches before the shop opened.
      const alert = ['click_through_rate < 1%', 'searches < 1']
      await run({ alert, indices: ['blog'], since: '2026-02-01', report: 'weekly', webhookUrl })
      expect(sent('Search Metric Alert')).toEqual([])
      const [report] = sent('Top Searches Reported')
      expect(report?.properties).toMatchObject({ click_through_rate: null, conversion_rate: null })
      expect(JSON.stringify(segment.messages)).toContain('*Click-through* –')
    })
  })
})
