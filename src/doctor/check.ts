/** What is looked at, in the order in which a person would look. */
export const CHECKS = [
  'settings',
  'reach',
  'region',
  'key',
  'plan',
  'config',
  'calls',
  'tokens',
  'segments',
  'write'
] as const

export type CheckName = (typeof CHECKS)[number]

/** Skipped: its ground is missing, or it was not asked for; the message says which. */
export type CheckStatus = 'green' | 'yellow' | 'red' | 'skipped'

/** What was found. */
export interface Finding {
  readonly status: CheckStatus
  readonly message: string
  /** What to do; empty where there is nothing. */
  readonly todo: string
}

export interface Check extends Finding {
  readonly check: CheckName
}

export const green = (message: string): Finding => ({ status: 'green', message, todo: '' })
export const yellow = (message: string, todo: string): Finding => ({ status: 'yellow', message, todo })
export const red = (message: string, todo: string): Finding => ({ status: 'red', message, todo })
export const skipped = (message: string, todo = ''): Finding => ({ status: 'skipped', message, todo })

/** @returns the worst of all: red, else yellow, else green */
export function overall(checks: readonly Finding[]): 'green' | 'yellow' | 'red' {
  const statuses = checks.map(({ status }) => status)
  return statuses.includes('red') ? 'red' : statuses.includes('yellow') ? 'yellow' : 'green'
}
