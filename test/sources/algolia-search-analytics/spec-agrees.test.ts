import fc from 'fast-check'
import { configSchema } from '../../../src/sources/algolia-search-analytics/config'
import { spec } from '../../../src/sources/algolia-search-analytics/source'
import { analyticsConfig } from '../../support/search-analytics'
import { takenBy } from '../../support/spec-agreement'

const { bySpec, byCode } = takenBy(spec(), configSchema)

const digits = (length: number, most: number) => fc.nat(most).map((value) => String(value).padStart(length, '0'))
const year = fc.oneof(fc.constantFrom('1900', '2000', '2024', '2026', '0000', '1000', '9999'), digits(4, 9_999))
const day = fc.tuple(year, digits(2, 13), digits(2, 32)).map((parts) => parts.join('-'))
const names = fc.constantFrom('products', 'blog', '', 'a,b')
const count = (most: number) => fc.oneof(fc.integer({ min: -1, max: most + 1 }), fc.double(), fc.string())

const KEYS: [string, fc.Arbitrary<unknown>][] = [
  ['appId', fc.string()],
  ['apiKey', fc.string({ unit: 'binary' })],
  ['region', fc.constantFrom('us', 'eu', 'de', '')],
  ['indices', fc.oneof(fc.array(names, { maxLength: 4 }), fc.array(fc.string(), { minLength: 98, maxLength: 102 }))],
  ['startDate', fc.oneof(day, fc.string(), fc.constant(''))],
  ['lookbackDays', count(30)],
  ['tags', fc.oneof(fc.string(), fc.integer())],
  ['limit', count(10_000)],
  ['filterAttributes', fc.oneof(fc.array(names), fc.string())],
  ['callsPerMinute', count(100)]
]

test.each(KEYS)('what %s may be is the same for spec as for the code', (key, values) => {
  fc.assert(
    fc.property(values, (value) => {
      const config = analyticsConfig({ [key]: value })
      expect([value, bySpec(config)]).toEqual([value, byCode(config)])
    }),
    { numRuns: key === 'startDate' ? 2_000 : 300 }
  )
})

test('a start date is taken where there is such a day', () => {
  fc.assert(
    fc.property(day, (startDate) => {
      const time = Date.parse(`${startDate}T00:00:00Z`)
      const isThere = !Number.isNaN(time) && new Date(time).toISOString().startsWith(startDate)
      expect([startDate, byCode(analyticsConfig({ startDate }))]).toEqual([
        startDate,
        isThere && !startDate.startsWith('0')
      ])
    }),
    { numRuns: 2_000 }
  )
})

test('what is required is required by both, and both take keys that mean nothing', () => {
  for (const key of ['appId', 'apiKey', 'region', 'indices']) {
    const config = analyticsConfig({ [key]: undefined })
    delete config[key]
    expect([key, bySpec(config), byCode(config)]).toEqual([key, false, false])
  }
  for (const check of [bySpec, byCode]) expect(check(analyticsConfig({ indexes: ['products'] }))).toBe(true)
})
