import fc from 'fast-check'
import { MAX_BODY_BYTES, MAX_EVENTS } from '../../../../src/destinations/algolia-personalization/events/insights-event'
import { sendUnits, type Answer } from '../../../../src/destinations/algolia-personalization/events/send'
import {
  bodyOf,
  requestsOf,
  unitOf,
  type Unit
} from '../../../../src/destinations/algolia-personalization/events/units'

const LONG = process.env.LONG === '1'
const failure = { status: 400, errortype: 'PAYLOAD_VALIDATION_FAILED', message: 'bad' } as const

/** A unit whose events are named after it. */
function unit(index: number, parts = 1, padding = 0): Unit {
  const event = {
    eventType: 'view',
    eventName: `${index}`,
    index: 'i',
    userToken: 'u',
    objectIDs: ['x'.repeat(padding + 1)]
  } as const
  return unitOf(
    index,
    Array.from({ length: parts }, () => ({ ...event, objectIDs: [...event.objectIDs] }))
  ) as Unit
}

const units = (count: number): Unit[] => Array.from({ length: count }, (_, index) => unit(index))

/** The units of a request. */
function namesIn(body: string): Set<number> {
  return new Set([...body.matchAll(/"eventName":"(\d+)"/g)].map(([, name]) => Number(name)))
}

/** Sends units to a server that answers by the units of each request, and gives what became of each. */
async function send(sent: Unit[], answer: (names: Set<number>, request: number) => Answer) {
  const outcomes = new Map<number, number>()
  let requests = 0
  let underWay = 0
  let most = 0
  const accepted: number[] = []
  await sendUnits(
    sent,
    async (body) => {
      underWay += 1
      most = Math.max(most, underWay)
      const names = namesIn(body)
      const given = answer(names, requests++)
      await Promise.resolve()
      if (given.verdict === 'accepted') accepted.push(...names)
      underWay -= 1
      return given
    },
    ({ index }, failed) => {
      expect(outcomes.has(index)).toBe(false)
      outcomes.set(index, failed?.status ?? 200)
    }
  )
  return { outcomes: sent.map(({ index }) => outcomes.get(index)), requests, most, accepted }
}

const refusing =
  (culprits: ReadonlySet<number>) =>
  (names: Set<number>): Answer =>
    [...names].some((name) => culprits.has(name)) ? { verdict: 'refused', failure } : { verdict: 'accepted' }

describe('events in requests', () => {
  it('puts a thousand into one', async () => {
    const { requests, outcomes } = await send(units(1000), () => ({ verdict: 'accepted' }))
    expect(requests).toBe(1)
    expect(new Set(outcomes)).toEqual(new Set([200]))
  })

  it('keeps to the limits, never separates the parts of an event, and fills each request', () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 3000 }))
    fc.assert(
      fc.property(fc.array(shape, { minLength: 1, maxLength: 40 }), (shapes) => {
        const all = shapes.map(([parts, padding], index) => unit(index, parts, padding)).filter((one) => 'json' in one)
        const requests = requestsOf(all)
        expect(requests.flat()).toEqual(all)
        requests.forEach((request, place) => {
          const body = bodyOf(request)
          const { events } = JSON.parse(body) as { events: unknown[] }
          expect(events).toHaveLength(request.reduce((sum, { count }) => sum + count, 0))
          expect(events.length).toBeLessThanOrEqual(MAX_EVENTS)
          expect(Buffer.byteLength(body)).toBeLessThan(MAX_BODY_BYTES)
          const next = requests[place + 1]?.[0]
          if (!next) return
          const longer = bodyOf([...request, next])
          expect(events.length + next.count > MAX_EVENTS || Buffer.byteLength(longer) >= MAX_BODY_BYTES).toBe(true)
        })
      }),
      { numRuns: 30 }
    )
  })

  it('refuses an event that no request can hold', () => {
    expect(unitOf(0, [{ ...JSON.parse(unit(0).json), objectIDs: ['x'.repeat(MAX_BODY_BYTES)] }])).toMatchObject({
      status: 400
    })
  })

  it('has at most four under way', async () => {
    const { most, requests } = await send(
      Array.from({ length: 20 }, (_, index) => unit(index, 900)),
      () => ({ verdict: 'accepted' })
    )
    expect(requests).toBe(20)
    expect(most).toBe(4)
  })
})

describe('a refused request', () => {
  it('is halved until the culprits are found, and all others arrive once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1000 }).chain((count) =>
          fc.record({
            count: fc.constant(count),
            culprits: fc.uniqueArray(fc.integer({ min: 0, max: count - 1 }), { maxLength: 12 })
          })
        ),
        async ({ count, culprits }) => {
          const bad = new Set(culprits)
          const { outcomes, requests, accepted } = await send(units(count), refusing(bad))
          expect(outcomes).toEqual(units(count).map(({ index }) => (bad.has(index) ? 400 : 200)))
          expect([...accepted].sort((a, b) => a - b)).toEqual(
            units(count)
              .map(({ index }) => index)
              .filter((index) => !bad.has(index))
          )
          expect(requests).toBeLessThanOrEqual(2 * bad.size * Math.ceil(Math.log2(count)) + 1)
        }
      ),
      { numRuns: LONG ? 5000 : 60 }
    )
  })

  it('ends the search when sixteen single events in a row are refused and nothing is accepted', async () => {
    const { outcomes, requests } = await send(units(1000), () => ({ verdict: 'refused', failure }))
    expect(new Set(outcomes)).toEqual(new Set([400]))
    expect(requests).toBeLessThan(80)
  })

  it('goes on when something is accepted, however many are refused', async () => {
    const bad = new Set(Array.from({ length: 40 }, (_, index) => index))
    const { outcomes } = await send(units(100), refusing(bad))
    expect(outcomes.filter((status) => status === 200)).toHaveLength(60)
  })
})

describe('what ends a batch', () => {
  const stop = { verdict: 'stop', failure: { ...failure, status: 429 } } as const

  it('keeps what was accepted, and answers the rest alike', async () => {
    const many = Array.from({ length: 12 }, (_, index) => unit(index, 900))
    const { outcomes, requests } = await send(many, (_, request) => (request === 5 ? stop : { verdict: 'accepted' }))
    expect(outcomes.filter((status) => status === 200)).toHaveLength(requests - 1)
    expect(outcomes.filter((status) => status === 429)).toHaveLength(12 - (requests - 1))
    expect(requests).toBeLessThanOrEqual(5 + 4)
  })

  it('keeps culprits that were found refused', async () => {
    const { outcomes } = await send(units(4), (names) =>
      names.has(0) ? { verdict: 'refused', failure } : names.has(3) && names.size === 2 ? stop : { verdict: 'accepted' }
    )
    expect(outcomes[0]).toBe(400)
    expect(outcomes.slice(2)).toEqual([429, 429])
  })

  it('lets others go on after a request that may succeed another time', async () => {
    const many = Array.from({ length: 6 }, (_, index) => unit(index, 900))
    const { outcomes } = await send(many, (names) =>
      names.has(2) ? { verdict: 'failed', failure: { ...failure, status: 503 } } : { verdict: 'accepted' }
    )
    expect(outcomes).toEqual([200, 200, 503, 200, 200, 200])
  })

  it('sends nothing more after two requests without an answer', async () => {
    const many = Array.from({ length: 30 }, (_, index) => unit(index, 900))
    const { outcomes, requests } = await send(many, () => ({
      verdict: 'unanswered',
      failure: { ...failure, status: 503 }
    }))
    expect(requests).toBeLessThanOrEqual(2 + 3)
    expect(outcomes.at(-1)).toBe(504)
  })
})
