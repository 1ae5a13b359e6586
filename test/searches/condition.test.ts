import fc from 'fast-check'
import { type Alert, parseAlert, printAlert, UnreadableAlert } from '../../src/searches/alerts/condition'

const rates = [
  'no_result_rate',
  'no_click_rate',
  'click_through_rate',
  'conversion_rate',
  'add_to_cart_rate',
  'purchase_rate'
]
const others = ['searches', 'users', 'average_click_position', 'revenue:EUR', 'revenue:USD']

/** Numbers as they are written: whole ones, and with up to four digits after the point. */
const decimal = (least: number, most: number) =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 0, max: 4 })).map(([digits, places]) => {
    return { text: (digits / 10 ** places).toFixed(places), value: digits / 10 ** places }
  })

const index = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => text.trim() === text && text !== '')

/** An alert, and one of the ways to write it. */
const written = fc
  .record({
    kind: fc.constantFrom('rate', 'other', 'change'),
    rate: fc.constantFrom(...rates),
    other: fc.constantFrom(...others),
    operator: fc.constantFrom('>', '>=', '<', '<='),
    small: decimal(0, 10_000),
    large: decimal(-999_999_999, 999_999_999),
    isPercent: fc.boolean(),
    days: fc.integer({ min: 1, max: 90 }),
    isSaid: fc.boolean(),
    index: fc.option(index, { nil: undefined }),
    space: fc.constantFrom('', ' ', '\t ')
  })
  .map(({ kind, rate, other, operator, small, large, isPercent, days, isSaid, index, space }) => {
    const isChange = kind === 'change'
    const metric = kind === 'rate' ? rate : other
    // A rate lies between 0 and 1; a change is more than -100%, and has its sign when it is large.
    const number = kind === 'other' ? large : kind === 'rate' && !isPercent ? { text: '0.125', value: 0.125 } : small
    const percent = kind === 'change' || (kind === 'rate' && isPercent && number.value <= 100) ? '%' : ''
    const value = kind === 'rate' && percent === '' ? { text: '0.125', value: 0.125 } : number
    const duration = days > 1 || isSaid ? ` for ${days} ${days === 1 ? 'day' : 'days'}` : ''
    const change = isChange ? ' change' : ''
    const on = index === undefined ? '' : ` on ${index}`
    const text = `${space}${metric}${change}${space}${operator}${space}${value.text}${space}${percent}${duration}${on}${space}`
    const threshold = Number((value.value / (percent === '' ? 1 : 100)).toFixed(6)) + 0
    const alert = { condition: { metric, isChange, operator, threshold, days }, index } as Alert
    return { text, alert }
  })

describe('the language of alerts', () => {
  it('reads every way to write an alert, and its canonical text is read as the same', () => {
    fc.assert(
      fc.property(written, ({ text, alert }) => {
        expect(parseAlert(text)).toEqual(alert)
        const canonical = printAlert(alert)
        expect(parseAlert(canonical)).toEqual(alert)
        expect(printAlert(parseAlert(canonical))).toBe(canonical)
      }),
      { numRuns: 2_000 }
    )
  })

  it.each([
    ['no_result_rate>15%', 'no_result_rate > 0.15'],
    ['no_result_rate > 0.150 for 1 day', 'no_result_rate > 0.15'],
    ['searches change < -30 % for 2 days on products', 'searches change < -30% for 2 days on products'],
    ['searches change <= -0.3', 'searches change <= -30%'],
    ['revenue:EUR < 1000.50', 'revenue:EUR < 1000.5'],
    ['users >= -0', 'users >= 0'],
    ['average_click_position > 7.5 for 14 days', 'average_click_position > 7.5 for 14 days']
  ])('%s is %s', (text, canonical) => {
    expect(printAlert(parseAlert(text))).toBe(canonical)
  })

  it.each([
    ['', '"" is no metric'],
    ['no_rslt_rate > 1', '"no_rslt_rate" is no metric: take searches, users,'],
    ['Searches > 1', '"Searches" is no metric'],
    ['searches:EUR > 1', '"searches:EUR" has a currency'],
    ['revenue > 1', '"revenue" must have its currency'],
    ['revenue:eur > 1', '"revenue:eur" must have its currency'],
    ['revenue:EUR:USD > 1', '"revenue:EUR:USD" must have its currency'],
    ['searches', 'after searches comes nothing'],
    ['searches = 1', 'after searches comes "="'],
    ['searches => 1', 'after searches comes "="'],
    ['searches changes > 1', 'after searches comes "changes"'],
    ['searches >', 'nothing is no number to compare searches with'],
    ['searches > many', '"many" is no number'],
    ['searches > 1e3', '"1e3" is no number'],
    ['searches > 1.2345678', '"1.2345678" is no number'],
    ['no_result_rate > 1.23456%', '"1.23456" is no number'],
    ['no_result_rate > 15', '15 is no rate'],
    ['no_result_rate > 150%', '150% is no rate'],
    ['no_result_rate < -1%', '-1% is no rate'],
    ['searches change < -101%', '-101% is no change'],
    ['searches change > 20', 'a change of 20 is 2000%'],
    ['searches > 1 for', '"" is no number of days'],
    ['searches > 1 for 0 days', '"0" is no number of days'],
    ['searches > 1 for 91 days', '"91" is no number of days'],
    ['searches > 1 for two days', '"two" is no number of days'],
    ['searches > 1 for 2 weeks', '"for 2" must go on with "days"'],
    ['searches > 1 on', 'an index is missing'],
    ['searches > 1 in products', '"in products" is not understood'],
    ['searches > 1 % %', '"%" is not understood']
  ])('refuses "%s", and says: %s', (text, message) => {
    expect(() => parseAlert(text)).toThrow(UnreadableAlert)
    expect(() => parseAlert(text)).toThrow(message)
  })
})
