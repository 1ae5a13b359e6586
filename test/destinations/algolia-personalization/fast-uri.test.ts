import { audienceTrack } from '../../support/audience-events'
import { Host } from '../../support/destination'

// From 3.1.6 on, fast-uri refuses the schema key that the host makes of a destination's name and an action's title.
test('the installed fast-uri lets the host validate events of a destination whose name has a space', async () => {
  const host = new Host()
  expect(host.destination.name).toContain(' ')
  const [entry] = await host.deliverBatch('enterAudience', [audienceTrack('u1', 'vip', false)])
  expect(entry).toMatchObject({ status: 200 })
})
