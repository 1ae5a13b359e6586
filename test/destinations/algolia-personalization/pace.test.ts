import type * as Pace from '../../../src/destinations/algolia-personalization/api/pace'
import {
  LONGEST_WRITE_MS,
  OLDEST_READ_MS,
  SETTLING_MS
} from '../../../src/destinations/algolia-personalization/constants'
import { audienceTrack } from '../../support/audience-events'
import { algoliaForEachTest, Host } from '../../support/destination'
import { giveProfile } from '../../support/profiles'

/** As a process that has made no call yet. */
function newPace(): typeof Pace.pace {
  let loaded: typeof Pace | undefined
  jest.isolateModules(() => {
    loaded = jest.requireActual<typeof Pace>('../../../src/destinations/algolia-personalization/api/pace')
  })
  return (loaded as typeof Pace).pace
}

const algolia = algoliaForEachTest()

function took(pace: typeof Pace.pace, milliseconds: number, times: number): void {
  for (let index = 0; index < times; index++) {
    pace.took(milliseconds)
    pace.tookRead(milliseconds)
  }
}

describe('how old a read may be', () => {
  test('does not grow with the time that this process stands still, of which others know nothing', () => {
    const pace = newPace()
    took(pace, 40, 10)
    // Three times in a row, with all calls under way that may be.
    took(pace, 1_000, 3 * 16)
    expect(pace.oldestRead()).toBe(OLDEST_READ_MS)
  })

  test('grows where all reads take long, as they do for the others', () => {
    const pace = newPace()
    took(pace, 40, 10)
    took(pace, 600, 64)
    expect(pace.oldestRead()).toBe(1_200)
    took(pace, 40, 1)
    expect(pace.oldestRead()).toBe(OLDEST_READ_MS)
  })

  test('is never more than what others wait for before they take a profile for settled', () => {
    const pace = newPace()
    took(pace, 8_000, 64)
    expect(pace.oldestRead() + LONGEST_WRITE_MS).toBe(SETTLING_MS.most)
  })

  test('goes by reads that were answered, not by events, lists, writes or refusals', async () => {
    const { pace } = jest.requireActual<typeof Pace>('../../../src/destinations/algolia-personalization/api/pace')
    const tookRead = jest.spyOn(pace, 'tookRead')
    giveProfile(algolia, 'u', [])
    const host = new Host()
    await host.deliverBatch(
      'enterAudience',
      ['u', 'v'].map((user) => audienceTrack(user, 'vip', true))
    )
    expect(tookRead).toHaveBeenCalledTimes(2)
    algolia.faults.status(422)
    await host.deliver('enterAudience', audienceTrack('u', 'other', true)).catch(() => undefined)
    expect(tookRead).toHaveBeenCalledTimes(2)
  })
})
