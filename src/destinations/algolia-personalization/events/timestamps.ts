/** A number below this counts seconds, one above milliseconds: as seconds it would lie in the year 5138. */
const FIRST_MILLISECONDS = 1e11

/** An ISO 8601 date, and perhaps a time; without a zone it is UTC, as all times of Segment's are. */
const ISO_8601 = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$/i
const ZONE = /(Z|[+-]\d{2}(:?\d{2})?)$/i

/**
 * @param time an ISO 8601 text, or a number of seconds or milliseconds
 * @returns whole Unix milliseconds; undefined when there is no time
 */
export function toMilliseconds(time: string | number | undefined | null): number | 'unreadable' | undefined {
  if (time === undefined || time === null || time === '') return undefined
  const number = Number(time)
  const milliseconds = Number.isFinite(number)
    ? Math.trunc(Math.abs(number) < FIRST_MILLISECONDS ? number * 1000 : number)
    : isoMilliseconds(String(time))
  return Number.isSafeInteger(milliseconds) ? milliseconds : 'unreadable'
}

function isoMilliseconds(text: string): number {
  if (!ISO_8601.test(text)) return NaN
  const hasTime = text.length > 10
  return Date.parse(hasTime && !ZONE.test(text.slice(10)) ? `${text}Z` : text)
}
