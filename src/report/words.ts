/** @returns a count with its noun, such as "12,345 profiles". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** @returns a whole number with its thousands set apart: at its first use, `toLocaleString` takes 30 ms. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** @returns how long something takes, such as "2.4 minutes": told more finely the shorter it is. */
export function minutesInWords(minutes: number): string {
  if (minutes < 0.95) return 'less than a minute'
  const told = minutes < 9.95 ? Number(minutes.toFixed(1)) : Math.round(minutes)
  return Number.isInteger(told) ? counted(told, 'minute') : `${told} minutes`
}

/** @returns a list as a sentence has it, such as "a, b and c". */
export function listed(members: readonly string[], conjunction: 'and' | 'or'): string {
  return [members.slice(0, -1).join(', '), ...members.slice(-1)].filter((part) => part !== '').join(` ${conjunction} `)
}
