import { REMEMBERED_CHANGES, REMEMBERED_MS } from '../../../src/destinations/algolia-personalization/constants'
import { lately } from '../../../src/destinations/algolia-personalization/delivery/lately'

let now = Date.UTC(2026, 0, 1)
beforeEach(() => {
  // What an earlier test left is forgotten.
  now += 2 * REMEMBERED_MS
  jest.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => jest.restoreAllMocks())

test('so many changes are remembered, and of more the oldest users are forgotten', () => {
  expect(REMEMBERED_CHANGES).toBe(50_000)
  for (let index = 0; index < REMEMBERED_CHANGES; index++) lately.put(`many-${index >> 1}`, `key ${index & 1}`, 10)
  expect(lately.isNewer('many-0', 'key 0', 5)).toBe(true)
  lately.put('one more', 'key', 10)
  expect(lately.newest('many-0', 'key 0')).toBeUndefined()
  expect(lately.newest('many-0', 'key 1')).toBeUndefined()
  expect(lately.isNewer('many-1', 'key 0', 5)).toBe(true)
  expect(lately.isNewer('one more', 'key', 5)).toBe(true)
})

test('a user whose changes go on is not the oldest', () => {
  lately.put('goes on', 'key', 10)
  for (let index = 0; index < REMEMBERED_CHANGES; index++) {
    lately.put(`others-${index}`, 'key', 10)
    if (index % 10_000 === 0) lately.put('goes on', 'key', 10 + index)
  }
  expect(lately.newest('others-0', 'key')).toBeUndefined()
  expect(lately.newest('goes on', 'key')).toBeDefined()
})

test('changes are remembered for four hours', () => {
  expect(REMEMBERED_MS).toBe(4 * 3_600_000)
  lately.put('hours', 'key', 10)
  now += REMEMBERED_MS - 1
  expect(lately.isNewer('hours', 'key', 5)).toBe(true)
  now += 1
  expect(lately.newest('hours', 'key')).toBeUndefined()
  expect(lately.isNewer('hours', 'key', 5)).toBe(false)
})
