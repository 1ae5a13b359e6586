import { REGIONS } from '../../../src/algolia/api/apis'
import { NoAnswer } from '../../../src/algolia/api/transport'
import { check } from '../../../src/sources/algolia-profiles/source'
import { SimulatedAlgolia, type SimulatedFault } from '../../support/simulated-algolia'
import { configuration } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const SECOND = 1000

test.each(REGIONS)(
  'the region %s is called at its own address, where no other stands in for Algolia',
  async (region) => {
    const clock = new VirtualClock()
    const createTransport = jest.fn(() => new SimulatedAlgolia({ clock }))
    const environment = { clock, random: Math.random, createTransport }
    const answer = await check(configuration({ region }), environment, new AbortController().signal)
    expect(answer).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } })
    expect(createTransport.mock.calls).toEqual([
      [expect.objectContaining({ baseUrl: `https://ai-personalization.${region}.algolia.com` })]
    ])
  }
)

test('check waits for the calls that Algolia allows again in a moment, as somebody else may have used them up', async () => {
  const clock = new VirtualClock()
  const begin = clock.now()
  const reset = String(Math.floor(begin / SECOND) + 50)
  const algolia = new SimulatedAlgolia({
    clock,
    onCall: ({ number }) =>
      number === 1 ? { status: 429, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset } } : undefined
  })
  const environment = { clock, random: () => 0.5, createTransport: () => algolia }
  const answer = await check(configuration(), environment, new AbortController().signal)
  expect(answer).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } })
  expect(algolia.calls).toBe(2)
  expect(clock.now() - begin).toBeGreaterThan(48 * SECOND)
})

test.each<[string, SimulatedFault]>([
  ['no answer', new NoAnswer('ECONNREFUSED')],
  ['a 408', { status: 408 }],
  ['a 503', { status: 503 }],
  ['a page that is none', { status: 200, body: 'welcome' }]
])('check does not speak of a state, which it has none of, after %s', async (_, fault) => {
  const clock = new VirtualClock()
  const algolia = new SimulatedAlgolia({ clock, onCall: () => fault })
  const environment = { clock, random: () => 0.5, createTransport: () => algolia }
  const answer = await check(configuration(), environment, new AbortController().signal)
  expect(answer).toMatchObject({ connectionStatus: { status: 'FAILED', message: expect.stringMatching(/run again/i) } })
  expect(JSON.stringify(answer)).not.toContain('state is kept')
})
