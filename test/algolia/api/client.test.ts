import { ANALYTICS, type Api, PERSONALIZATION } from '../../../src/algolia/api/apis'
import { type Call, jsonReader, type Read } from '../../../src/algolia/api/call'
import { AlgoliaClient } from '../../../src/algolia/api/client'
import { AlgoliaError } from '../../../src/algolia/api/failures'
import type { CallShare } from '../../../src/algolia/api/rate-limit'
import type { Change, Transport } from '../../../src/algolia/api/transport'
import { VirtualClock } from '../../support/virtual-clock'

interface Scripted {
  readonly status?: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

const MINUTE = 60_000
const { signal } = new AbortController()

/** Answers each call with what is said for it, and afterwards with the last one. */
function scripted(clock: VirtualClock, answers: readonly Scripted[]) {
  const sent: { path: string; change: Change | undefined; at: number }[] = []
  const transport: Transport = {
    host: 'algolia.test',
    send(path, _, change) {
      const { status = 200, body, headers = {} } = answers[Math.min(sent.length, answers.length - 1)] as Scripted
      sent.push({ path, change, at: clock.now() })
      return Promise.resolve({ status, header: (name) => headers[name], body: () => Buffer.from(body) })
    },
    close: () => Promise.resolve()
  }
  return { sent, transport }
}

function clientOf(answers: readonly Scripted[], { api = ANALYTICS, share }: { api?: Api; share?: CallShare } = {}) {
  const clock = new VirtualClock()
  const { sent, transport } = scripted(clock, answers)
  const options = { api, transport, apiKey: 'key', clock, random: () => 0.5, ...(share && { share }) }
  return { client: new AlgoliaClient(options), sent, clock }
}

const COUNT: Call<number> = {
  path: '/2/searches/count',
  query: new URLSearchParams({ index: 'a+b' }),
  what: 'a count',
  read: jsonReader((json): Read<number> => {
    const { count } = json as { count?: unknown }
    return typeof count === 'number' ? { value: count } : { unreadable: 'it has no count' }
  })
}

test('an answer is what the reader makes of it', async () => {
  const { client, sent } = clientOf([{ body: '{"count":7}' }])
  await expect(client.call(COUNT, signal)).resolves.toBe(7)
  expect(sent).toMatchObject([{ path: '/2/searches/count?index=a%2Bb', change: undefined }])
})

test("a 200 that isn't what was asked for is asked for again, and then an error", async () => {
  const passing = clientOf([{ body: '<html>' }, { body: '{}' }, { body: '{"count":7}' }])
  await expect(passing.client.call(COUNT, signal)).resolves.toBe(7)
  const { client } = clientOf([{ body: '{}' }])
  await expect(client.call(COUNT, signal)).rejects.toMatchObject({
    name: 'AlgoliaError',
    kind: 'transient',
    message: expect.stringContaining('not a count (it has no count)') as string
  })
})

test.each<[number, Api, string]>([
  [403, ANALYTICS, 'the ACL analytics,'],
  [401, PERSONALIZATION, 'the ACLs search, browse and recommendation,'],
  [402, ANALYTICS, 'does not include Analytics (402)'],
  [302, ANALYTICS, 'if ALGOLIA_ANALYTICS_URL is set']
])('%d is said in the words of the API, once', async (status, api, words) => {
  const { client, sent } = clientOf([{ status, body: '{}' }], { api })
  const message = expect.stringContaining(words) as string
  await expect(client.call(COUNT, signal)).rejects.toMatchObject({ kind: 'config', message, status })
  expect(sent).toHaveLength(1)
})

test('a call may give a status a meaning of its own', async () => {
  const { client } = clientOf([{ status: 404, body: '{"status":404,"message":"none"}' }])
  const failures = { 404: { verdict: 'give up', kind: 'config', say: () => 'There is no such index.' } } as const
  await expect(client.call({ ...COUNT, failures }, signal)).rejects.toThrow('There is no such index.')
})

test.each([
  ['{"status":404,"message":"Not Found"}', true],
  ['{"status":500}', false],
  ['{"message":"Not Found"}', false],
  ['<html>404</html>', false],
  ['null', false]
])("tells Algolia's own refusal from that of something on the way: %s", async (body, isAlgolias) => {
  const { client } = clientOf([{ status: 404, body }])
  const thrown: unknown = await client.call(COUNT, signal).catch((error: unknown) => error)
  expect(thrown).toBeInstanceOf(AlgoliaError)
  expect(thrown).toMatchObject({ status: 404, isAlgolias })
})

test('a change goes out with its method and body', async () => {
  const { client, sent } = clientOf([{ body: '{"count":1}' }])
  const change = { method: 'PUT', body: '{"segments":[]}' } as const
  await client.call({ ...COUNT, change }, signal)
  expect(sent).toMatchObject([{ change }])
})

describe('a share of the limit', () => {
  const headers = { 'x-ratelimit-limit': '100' }

  test.each<[CallShare, number]>([
    [{ callsPerMinute: 30 }, 30],
    [{ share: 0.5 }, 50]
  ])('%p is kept in any minute', async (share, most) => {
    const { client, sent } = clientOf([{ body: '{"count":1}', headers }], { share })
    for (let call = 0; call < 3 * most; call += 1) await client.call(COUNT, signal)
    const within = (from: number): number => sent.filter(({ at }) => at >= from && at < from + MINUTE).length
    expect(Math.max(...sent.map(({ at }) => within(at)))).toBeLessThanOrEqual(most)
    expect((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)).toBeGreaterThanOrEqual(2 * MINUTE - 1)
  })

  test('is used up by and by: half of it as fast as it can be, and the rest until the minute is over', async () => {
    const { client, sent } = clientOf([{ body: '{"count":1}', headers }], { share: { callsPerMinute: 30 } })
    for (let call = 0; call < 60; call += 1) await client.call(COUNT, signal)
    const after = sent.map(({ at }) => at - (sent[0]?.at ?? 0))
    expect(after[14]).toBeLessThan(1000)
    for (const [call, time] of [
      [22, MINUTE / 2],
      [29, MINUTE],
      [44, MINUTE + 1000],
      [59, 2 * MINUTE]
    ] as const)
      expect(Math.abs((after[call] ?? 0) - time)).toBeLessThan(5000)
    expect(client.rate).toBe(30 / MINUTE)
  })

  test('no call goes out while no more than the reserve remains', async () => {
    const clock = new VirtualClock()
    const reset = String(clock.now() / 1000 + 40)
    const date = new Date(clock.now()).toUTCString()
    const answers = [11, 10, 99].map((remaining) => ({
      body: '{"count":1}',
      headers: { ...headers, date, 'x-ratelimit-remaining': String(remaining), 'x-ratelimit-reset': reset }
    }))
    const { client, sent } = clientOf(answers, { share: { reserve: 0.1 } })
    for (let call = 0; call < 3; call += 1) await client.call(COUNT, signal)
    const [first = 0, , third = 0] = sent.map(({ at }) => at)
    expect(third - first).toBeGreaterThanOrEqual(40_000)
  })
})
