import { timeoutRows } from './destination-faults'

/** For calls that are answered: long enough for a busy machine. */
const ENOUGH = 10_000

let times: number[] = [ENOUGH]

/** Has calls take as long as they need again. */
export function giveCallsTime(): void {
  times = [ENOUGH]
}

/** Has the calls of one of the ways in which a delivery goes wrong time out soon, if that is the way. */
export function hurryCallsOf(row: object): void {
  const found = timeoutRows.find((one) => one === row)
  // A write comes after a read, which is answered.
  if (found) times = found.applied ? [ENOUGH, 250] : [100]
}

/**
 * The destination's constants with times for tests of calls that are never answered: each call takes the next time, the last
 * one for all that follow. A test file takes them by
 * `jest.mock('…/constants', () => jest.requireActual<…>('…/call-times').constants)`.
 */
export const constants = {
  ...jest.requireActual<object>('../../src/destinations/algolia-personalization/constants'),
  get REQUEST_TIMEOUT_MS() {
    return times.length > 1 ? times.shift() : times[0]
  },
  // So long a write may be on its way on a busy machine.
  WRITE_HOLD_MS: 400
}
