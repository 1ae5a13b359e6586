import { REGIONS } from '../../../src/sources/algolia-profiles/config'
import { check } from '../../../src/sources/algolia-profiles/source'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import { configuration } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

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
