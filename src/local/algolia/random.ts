/** Repeatable randomness: the same seed and subject give the same numbers on every machine. */

// Jest looks globals up slowly, and these functions run millions of times in tests.
const { imul } = Math

/** The next number of a repeatable sequence, at least 0 and below 1. */
export type Random = () => number

/** Spreads a 32-bit integer over all 32-bit integers, each onto one of its own (the finalizer of MurmurHash3). */
export function scatter(integer: number): number {
  let mixed = integer | 0
  mixed = imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** A 32-bit number for a seed and a text (FNV-1a, scattered). */
export function hashText(seed: number, text: string): number {
  let hash = 0x811c9dc5 ^ scatter(seed)
  for (let index = 0; index < text.length; index++) hash = imul(hash ^ text.charCodeAt(index), 0x01000193)
  return scatter(hash)
}

/** A sequence from a 32-bit state (mulberry32). */
export function randomFrom(state: number): Random {
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One of the items. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!
}
