import fc from 'fast-check'
import {
  compareTimestamps,
  formatTimestamp,
  parseTimestamp,
  risingTimestamps,
  wholeMicroseconds,
  type Timestamp
} from '../../../src/local/algolia/timestamps'

function parse(text: string): Timestamp {
  const timestamp = parseTimestamp(text)
  if (!timestamp) throw new Error(`${text} was not accepted`)
  return timestamp
}

function order(left: string, right: string): number {
  return Math.sign(compareTimestamps(parse(left), parse(right)))
}

describe('timestamps', () => {
  it.each([
    ['2025-01-01T00:00:00.1Z', '2025-01-01T00:00:00.09Z', 1],
    ['2025-01-01T00:00:00.123456Z', '2025-01-01T00:00:00.1234567Z', -1],
    ['2025-01-01T00:00:00.123456000Z', '2025-01-01T00:00:00.123456Z', 0],
    ['2025-01-01T00:00:00Z', '2025-01-01T00:00:00.000000000001Z', -1],
    ['2025-01-01T01:00:00+01:00', '2025-01-01T00:00:00Z', 0],
    ['2024-12-31T23:59:59.999999999-00:01', '2025-01-01T00:01:00Z', -1],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.4Z', 1]
  ])('orders %s and %s by the moments they mean', (left, right, expected) => {
    expect(order(left, right)).toBe(expected)
    expect(order(right, left)).toBe(0 - expected)
  })

  it('orders any two moments as their whole numbers of picoseconds do, whatever digits and offset they are written with', () => {
    const moment = fc.record({
      picoseconds: fc.bigInt({ min: 0n, max: 4n * 10n ** 21n }),
      zeros: fc.nat(4),
      offset: fc.integer({ min: -720, max: 720 })
    })
    const text = ({ picoseconds, zeros, offset }: { picoseconds: bigint; zeros: number; offset: number }): string => {
      const local = new Date(Number(picoseconds / 10n ** 12n) * 1000 + offset * 60_000).toISOString().slice(0, 19)
      const digits = String(picoseconds % 10n ** 12n).padStart(12, '0') + '0'.repeat(zeros)
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
        String(part).padStart(2, '0')
      )
      return `${local}.${digits}${offset < 0 ? '-' : '+'}${hours}:${minutes}`
    }
    fc.assert(
      fc.property(moment, moment, fc.boolean(), (left, other, close) => {
        const right = close ? { ...other, picoseconds: left.picoseconds + (other.picoseconds % 3n) } : other
        const expected = left.picoseconds < right.picoseconds ? -1 : left.picoseconds > right.picoseconds ? 1 : 0
        expect(order(text(left), text(right))).toBe(expected)
      })
    )
  })

  it.each([
    '2025-01-01',
    '2025-01-01T00:00:00',
    '2025-01-01 00:00:00Z',
    '2025-01-01T00:00:00.Z',
    '2025-02-29T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-01-01T24:00:00Z',
    '2025-01-01T00:60:00Z',
    '2025-01-01T00:00:60Z',
    '2025-01-01T00:00:00 02:00',
    '1735689600',
    ''
  ])('does not take %j for a moment', (text) => {
    expect(parseTimestamp(text)).toBeUndefined()
  })

  it('reads what it has written, digit for digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (microseconds) => {
        expect(wholeMicroseconds(parse(formatTimestamp(microseconds)))).toBe(microseconds)
      })
    )
    expect(formatTimestamp(1_735_689_600_000_042)).toBe('2025-01-01T00:00:00.000042Z')
    expect(formatTimestamp(1_735_689_600_000_042, 0)).toBe('2025-01-01T00:00:00Z')
    expect(formatTimestamp(1_735_689_600_999_999, 3)).toBe('2025-01-01T00:00:00.999Z')
    expect(formatTimestamp(1_735_689_600_000_042, 9, '007')).toBe('2025-01-01T00:00:00.000042007Z')
  })

  it('rise with every use, even while the clock stands still', () => {
    const next = risingTimestamps(() => 1_735_689_600_000)
    const texts = Array.from({ length: 10_000 }, next)
    expect(texts[0]).toMatch(/^2025-01-01T00:00:00\.000\d{3}Z$/)
    expect(texts.filter((text, index) => index > 0 && order(texts[index - 1]!, text) >= 0)).toEqual([])
  })
})
