/** What the server does wrong, on purpose. */
export class Faults {
  /** Milliseconds before each answer. */
  latency: number

  constructor(latency = 0) {
    this.latency = latency
  }
}
