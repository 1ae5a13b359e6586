import { createHash } from 'node:crypto'

/** @returns a text that stands for these parts: 64 hexadecimal digits */
export function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** @returns the id of a call that is told from all others by these parts: Segment drops what comes twice with one id */
export function messageIdOf(parts: readonly unknown[]): string {
  return `algolia-${digest(parts).slice(0, 32)}`
}

/** @returns a text that stands for where data comes from and where it goes. */
export function targetOf({
  appId,
  segmentWriteKey
}: {
  readonly appId: string
  readonly segmentWriteKey: string
}): string {
  return digest([appId, segmentWriteKey])
}
