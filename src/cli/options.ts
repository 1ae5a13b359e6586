import { InvalidArgumentError } from 'commander'

/** What the options of the command lines are read with. Each throws what commander tells with the option's name. */

export function integer(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

export function wholeNumber(text: string): number {
  if (integer(text) < 0) throw new InvalidArgumentError("It can't be negative.")
  return Number(text)
}

export function port(text: string): number {
  const number = Number(text)
  if (!/^\d{1,5}$/.test(text) || number > 65_535) throw new InvalidArgumentError('It must be a port, 0-65535.')
  return number
}

export function moment(text: string): number {
  const milliseconds = Date.parse(text)
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError('It must be a date and time, as 2025-01-31T12:00:00Z.')
  return milliseconds
}

/** Statuses that a stand-in gives out of turn, by the number of the call. For an option that can be repeated. */
export function numberedStatuses(text: string, others: ReadonlyMap<number, number> = new Map()): Map<number, number> {
  const [, call, status] = /^([1-9]\d*)=([2-5]\d\d)$/.exec(text) ?? []
  if (!call || !status) throw new InvalidArgumentError("It must be a call's number and a status, as 3=500.")
  return new Map([...others, [Number(call), Number(status)]])
}
