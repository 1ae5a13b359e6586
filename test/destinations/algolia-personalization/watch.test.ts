import { monotonic } from '../../../src/destinations/algolia-personalization/api/pace'
import { MOST_APPLICATIONS } from '../../../src/destinations/algolia-personalization/constants'
import type { Item } from '../../../src/destinations/algolia-personalization/delivery/item'
import { distrustLists } from '../../../src/destinations/algolia-personalization/delivery/look'
import type { Run } from '../../../src/destinations/algolia-personalization/delivery/update'
import { Watch } from '../../../src/destinations/algolia-personalization/delivery/watch'

const entry = { id: 'vip', source: 'segment', json: '{"id":"vip","source":"segment"}' }

/** A batch whose reads find a profile without segments. */
function runWith(api: object, watch: Watch, warn: (message: string) => void = () => {}): Run {
  const readProfile = () => Promise.resolve({ exists: true, segments: [], sentAt: monotonic() })
  const calls = { application: 'APP', startedAt: () => undefined, isStopped: () => false, readProfile, ...api }
  const run = { api: calls, watch, withSlot: <T>(task: () => T) => task(), isAborted: () => false, startedAt: 0, warn }
  return run as unknown as Run
}

/** A user enters an audience. */
function itemOf(run: Run, user: string): Item {
  const change = { userToken: user, key: 'vip', time: 1 }
  const applied = (segments: readonly object[]) => (segments.length > 0 ? undefined : [entry])
  return { change, run, user: `APP ${user}`, arrivedAt: monotonic(), applied } as unknown as Item
}

test('whoever waits for a change is told when watching it breaks, and later changes are watched anew', async () => {
  const watch = new Watch(() => Promise.resolve())
  const broken = runWith({ startedAt: () => fail() }, watch)
  const fail = (): never => {
    throw new Error('broken')
  }
  const item = itemOf(broken, 'breaks')
  watch.add(item)
  await expect(item.watched).rejects.toThrow('broken')
  expect(watch.isEmpty).toBe(true)

  const next = itemOf(runWith({}, watch), 'next')
  watch.add(next)
  await next.watched
  // Nobody made it again, so it is answered as retryable.
  expect(next.outcome).toMatchObject({ status: 423 })
}, 20_000)

test('what waits for a look goes on, also where what was missing could not be made again', async () => {
  const watch = new Watch(() => Promise.reject(new Error('broken')))
  const run = runWith({}, watch)
  const item = itemOf(run, 'waits')
  watch.add(item)
  await watch.defer(run, [itemOf(run, 'waits')])
  await item.watched
  expect(item.outcome).toMatchObject({ status: 423 })
}, 20_000)

test('of the applications whose lists show too little only so many are remembered', () => {
  const told: string[] = []
  const distrust = (application: string): void =>
    distrustLists(runWith({ application }, new Watch(() => Promise.resolve()), () => void told.push(application)))
  const applications = Array.from({ length: MOST_APPLICATIONS + 1 }, (_, index) => `APP${index}`)
  for (const application of applications) distrust(application)
  distrust(applications.at(-1) ?? '')
  distrust('APP0')
  expect(told).toEqual([...applications, 'APP0'])
})
