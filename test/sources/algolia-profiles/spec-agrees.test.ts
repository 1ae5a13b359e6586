import fc from 'fast-check'
import { toUnixSeconds } from '../../../src/algolia/instants'
import { configSchema } from '../../../src/sources/algolia-profiles/config'
import { spec } from '../../../src/sources/algolia-profiles/source'
import { configuration } from '../../support/source'
import { takenBy } from '../../support/spec-agreement'

const { bySpec, byCode } = takenBy(spec(), configSchema)

const number = (digits: number, most: number) => fc.nat(most).map((value) => String(value).padStart(digits, '0'))
const oddly = (usual: string, ...odd: string[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
const year = fc.oneof(fc.constantFrom('2000', '1900', '2024', '2026', '0000', '1000', '9999'), number(4, 9999))
const day = fc
  .tuple(year, oddly('-', '/', ''), number(2, 13), oddly('-', ''), number(2, 32))
  .map((parts) => parts.join(''))
const time = fc
  .tuple(oddly('T', 't', ' '), number(2, 25), oddly(':', ''), number(2, 61), oddly(':', ''), number(2, 61))
  .map((parts) => parts.join(''))
const fraction = fc.oneof(fc.constantFrom('', '.', '.0', '.123456', ',5'))
const offset = fc.oneof(
  fc.constantFrom('Z', 'z', '', '+5:30'),
  fc.tuple(number(2, 25), number(2, 61)).map(([h, m]) => `+${h}:${m}`)
)
const moment = fc.tuple(day, time, fraction, offset).map((parts) => parts.join(''))

test('a start date is refused by spec just as by the code', () => {
  const texts = fc.oneof(day, moment, fc.string(), fc.constant(''))
  fc.assert(
    fc.property(texts, (startDate) => {
      const config = configuration({ startDate })
      expect([startDate, bySpec(config)]).toEqual([startDate, byCode(config)])
      // What is taken is a time that can be read from.
      expect(byCode(config)).toBe(
        startDate === '' || (/^[1-9]/.test(startDate) && toUnixSeconds(startDate) !== undefined)
      )
    }),
    { numRuns: 3_000 }
  )
})

test.each([
  ['appId', fc.string()],
  ['apiKey', fc.string({ unit: 'binary' })],
  ['region', fc.constantFrom('us', 'eu', 'de', '')],
  ['indices', fc.array(fc.string())],
  ['affinities', fc.oneof(fc.string(), fc.array(fc.constantFrom('brand', 'a,b', '')))],
  ['pageSize', fc.oneof(fc.integer({ min: -1, max: 1002 }), fc.double(), fc.string())],
  ['concurrency', fc.oneof(fc.integer({ min: -1, max: 18 }), fc.boolean())]
] as [string, fc.Arbitrary<unknown>][])('what %s may be is the same for spec as for the code', (key, values) => {
  fc.assert(
    fc.property(values, (value) => {
      const config = configuration({ [key]: value })
      expect(bySpec(config)).toBe(byCode(config))
    })
  )
})

test('spec takes a configuration with keys that mean nothing, as the code does', () => {
  expect(bySpec(configuration({ affinites: ['brand'] }))).toBe(true)
})
