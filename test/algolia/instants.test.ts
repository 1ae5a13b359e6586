import * as fc from 'fast-check'
import { isTimestamp, toTimestamp, toUnixSeconds } from '../../src/algolia/instants'

describe('a moment as whole seconds', () => {
  test.each([
    ['1970-01-01', 0],
    ['1970-01-01T00:00:01Z', 1],
    ['1970-01-01t00:00:01z', 1],
    ['1970-01-01T01:00:00+01:00', 0],
    ['1969-12-31T19:00:00-05:00', 0],
    ['1970-01-01T00:00:01.9Z', 1],
    ['1970-01-01T00:00:01.999999Z', 1],
    ['1970-01-01T00:00:01.999999999999Z', 1],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['2024-02-29T00:00:00Z', 1709164800],
    ['2000-02-29', 951782400]
  ])('%s is %d', (text, seconds) => {
    expect(toUnixSeconds(text)).toBe(seconds)
  })

  test.each([
    ['', 'yesterday', '1700000000', '2026', '2026-1-1', '2026-01-01T00:00', '2026-01-01 00:00:00Z'],
    ['2026-02-29', '2026-02-30', '2026-04-31T00:00:00Z', '1900-02-29', '2026-00-10', '2026-13-01', '2026-01-00'],
    ['2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-01-01T00:00:61Z', '2026-01-01T00:00:00.Z'],
    ['2026-01-01T00:00:00+24:00', '2026-01-01T00:00:00+0100', ' 2026-01-01', '2026-01-01\n', '٢٠٢٦-٠١-٠١']
  ])('none of %j, … is one', (...texts) => {
    for (const text of texts) expect([text, toUnixSeconds(text)]).toEqual([text, undefined])
  })

  test('written out and read again is the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), (seconds) => {
        expect(toUnixSeconds(toTimestamp(seconds))).toBe(seconds)
      })
    )
  })

  test('is written as in the examples of the API: no fraction, UTC', () => {
    expect(toTimestamp(1719476846)).toBe('2024-06-27T08:27:26Z')
  })

  test('never lies after the moment itself, and less than a second before it', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }), (date) => {
        const seconds = toUnixSeconds(date.toISOString()) ?? NaN
        expect(date.getTime() / 1000 - seconds).toBeGreaterThanOrEqual(0)
        expect(date.getTime() / 1000 - seconds).toBeLessThan(1)
      })
    )
  })
})

describe('what a date-time field may carry', () => {
  test.each(['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123456789+05:30', '2016-12-31T23:59:60Z'])('%s', (text) => {
    expect(isTimestamp(text)).toBe(true)
  })

  test.each([
    ['2026-01-01'],
    ['2026-02-30T00:00:00Z'],
    ['2026-01-01T99:00:00Z'],
    ['soon'],
    [1767225600],
    [null],
    [undefined]
  ])('not %j', (value) => {
    expect(isTimestamp(value)).toBe(false)
  })
})
