import { LARGEST_BODY_BYTES } from '../../../src/destinations/algolia-personalization/constants'
import { audienceTrack } from '../../support/audience-events'
import { Host } from '../../support/destination'
import { startZippedServer } from '../../support/zipped-server'

afterEach(() => {
  delete process.env.ALGOLIA_PERSONALIZATION_URL
})

test.each([
  ['larger than any that Algolia gives is none, however small it was when zipped', LARGEST_BODY_BYTES, true],
  ['of almost that size is taken', LARGEST_BODY_BYTES - 1_000, false]
])('an answer that is %s', async (_, bytes, isRefused) => {
  const segments = [{ id: 'vip', source: 'segment' }]
  const server = await startZippedServer(bytes, { userID: 'u', segments })
  process.env.ALGOLIA_PERSONALIZATION_URL = server.url
  try {
    const [entry] = await new Host().deliverBatch('enterAudience', [audienceTrack('u', 'vip', true)])
    if (isRefused) {
      expect(entry).toMatchObject({ status: 502, errormessage: expect.stringContaining('larger than any') })
    } else expect(entry).toMatchObject({ status: 200, body: { result: 'profile unchanged' } })
  } finally {
    await server.close()
  }
})
