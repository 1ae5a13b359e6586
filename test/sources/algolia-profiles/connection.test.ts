import { REGIONS } from '../../../src/sources/algolia-profiles/config'
import { check } from '../../../src/sources/algolia-profiles/source'
import { createTransport } from '../../../src/sources/algolia-profiles/transport'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import { configuration } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

jest.mock('../../../src/sources/algolia-profiles/transport', () => ({
  ...jest.requireActual<object>('../../../src/sources/algolia-profiles/transport'),
  createTransport: jest.fn()
}))

test.each(REGIONS)(
  'the region %s is called at its own address, where no other stands in for Algolia',
  async (region) => {
    const clock = new VirtualClock()
    jest.mocked(createTransport).mockReset().mockReturnValue(new SimulatedAlgolia({ clock }))
    const environment = { clock, random: Math.random }
    const answer = await check(configuration({ region }), environment, new AbortController().signal)
    expect(answer).toMatchObject({ connectionStatus: { status: 'SUCCEEDED' } })
    expect(jest.mocked(createTransport).mock.calls).toEqual([
      [expect.objectContaining({ baseUrl: `https://ai-personalization.${region}.algolia.com` })]
    ])
  }
)
