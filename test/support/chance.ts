/** Chance from a seed: the same seed, the same choices. */
export class Chance {
  constructor(private state: number) {}

  /** @returns a number from 0 up to 1 (mulberry32) */
  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** @returns a whole number from 0 up to `end` */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  /** @returns whether something of this probability happens */
  happens(probability: number): boolean {
    return this.next() < probability
  }

  /** @returns one of the choices */
  oneOf<Choice>(choices: readonly Choice[]): Choice {
    const choice = choices[this.below(choices.length)]
    if (choice === undefined) throw new RangeError('There is nothing to choose from')
    return choice
  }
}
