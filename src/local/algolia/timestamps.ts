/**
 * Moments as Algolia writes them: RFC 3339 text with any number of fraction digits. `Date` keeps three digits and
 * comparing the texts goes wrong as soon as the digits or the offsets differ, so neither orders them rightly.
 */

/** A moment, exact to the last fraction digit. */
export interface Timestamp {
  /** Whole seconds since the Unix epoch. */
  readonly seconds: number
  /** The digits after the decimal point, without trailing zeros; '' for none. */
  readonly fraction: string
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** Reads an RFC 3339 date-time; undefined when the text is not one. A leap second (`:60`) is not accepted. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = rfc3339.exec(text)
  if (!match) return undefined
  const part = (index: number): number => Number(match[index] ?? 0)
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)]
  if (hour > 23 || minute > 59 || second > 59 || part(9) > 23 || part(10) > 59) return undefined
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, day)
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined
  const offset = (match[8] === '-' ? -1 : 1) * (part(9) * 3600 + part(10) * 60)
  return {
    seconds: midnight.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset,
    fraction: (match[7] ?? '').replace(/0+$/, '')
  }
}

/** Negative when `left` is earlier than `right`, positive when it is later, 0 when they are the same moment. */
export function compareTimestamps(left: Timestamp, right: Timestamp): number {
  if (left.seconds !== right.seconds) return left.seconds - right.seconds
  // Without trailing zeros, fractions order as texts do.
  if (left.fraction === right.fraction) return 0
  return left.fraction < right.fraction ? -1 : 1
}

/** Microseconds since the Unix epoch, rounded down. */
export function wholeMicroseconds(timestamp: Timestamp): number {
  return timestamp.seconds * 1_000_000 + Number(timestamp.fraction.slice(0, 6).padEnd(6, '0'))
}

// A page of a thousand profiles holds some seven thousand timestamps, so the parts that recur are kept.
const dayTexts = new Map<number, string>()
const timeTexts: (string | undefined)[] = []

/**
 * The RFC 3339 text, in UTC, of a moment in microseconds since the Unix epoch, with 0, 3, 6 (the default) or more
 * fraction digits. Digits beyond six come from `beyond`; those left out are cut, not rounded.
 */
export function formatTimestamp(microseconds: number, digits = 6, beyond = ''): string {
  const wholeSeconds = Math.floor(microseconds / 1_000_000)
  const day = Math.floor(wholeSeconds / 86_400)
  const second = wholeSeconds - day * 86_400
  let dayText = dayTexts.get(day)
  if (dayText === undefined) dayTexts.set(day, (dayText = new Date(day * 86_400_000).toISOString().slice(0, 11)))
  const timeText = (timeTexts[second] ??= new Date(second * 1000).toISOString().slice(11, 19))
  if (digits === 0) return `${dayText}${timeText}Z`
  // The leading 1 keeps the zeros after it.
  const fraction = String(1_000_000 + microseconds - wholeSeconds * 1_000_000) + beyond
  return `${dayText}${timeText}.${fraction.slice(1, 1 + digits)}Z`
}

/**
 * Gives the present moment as RFC 3339 text with microseconds, each later than the one before.
 *
 * @param clock milliseconds since the Unix epoch
 */
export function risingTimestamps(clock: () => number): () => string {
  let last = 0
  return () => {
    const withinMillisecond = Math.floor((performance.now() % 1) * 1000)
    last = Math.max(last + 1, clock() * 1000 + withinMillisecond)
    return formatTimestamp(last)
  }
}
