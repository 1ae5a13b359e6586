import type { AirbyteMessage } from './protocol'

/**
 * Messages on their way out, in order. Going through it takes what has come in so far, and each message comes out once:
 * what a consumer has left in it, by leaving a loop or by not looking, comes before what is put in later. So none is lost.
 * Where one can't be made, nothing comes after it: no state that would cover what is missing.
 */
export class Outbox implements Iterable<AirbyteMessage> {
  private readonly waiting: Iterator<AirbyteMessage, unknown>[] = []
  private hasNews = false
  private failure: { readonly thrown: unknown } | undefined
  private wake: (() => void) | undefined

  /** @param messages made as they are taken */
  put(messages: Iterable<AirbyteMessage>): void {
    if (this.failure !== undefined || (Array.isArray(messages) && messages.length === 0)) return
    this.waiting.push(messages[Symbol.iterator]())
    this.hasNews = true
    this.wake?.()
  }

  /** To be handed to the consumer, who has then been told of all that has come in so far. */
  handOut(): this {
    this.hasNews = false
    return this
  }

  /** @throws what was thrown when a message was to be made; last words may be put in afterwards */
  throwIfFailed(): void {
    const { failure } = this
    this.failure = undefined
    if (failure !== undefined) throw failure.thrown
  }

  [Symbol.iterator](): Iterator<AirbyteMessage, undefined> {
    // Without `return`, so that leaving a loop closes nothing.
    return { next: () => this.next() }
  }

  /**
   * Waits for something, and comes back for each time that there is something to take meanwhile.
   * @param longest after so many milliseconds in which nothing has come, there is a sign of life
   */
  async *until<Value>(
    promise: Promise<Value>,
    longest: number,
    signOfLife: AirbyteMessage
  ): AsyncGenerator<this, Value> {
    const settled = promise.then(
      () => 'settled' as const,
      () => 'settled' as const
    )
    for (;;) {
      if (this.hasNews) yield this.handOut()
      let timer: NodeJS.Timeout | undefined
      const news = new Promise<'news'>((resolve) => (this.wake = () => resolve('news')))
      const silence = new Promise<'silence'>((resolve) => {
        if (longest < Infinity) timer = setTimeout(() => resolve('silence'), longest)
      })
      const what = await Promise.race([settled, news, silence])
      clearTimeout(timer)
      this.wake = undefined
      if (what === 'settled') return promise
      if (what === 'silence') this.put([signOfLife])
    }
  }

  private next(): IteratorResult<AirbyteMessage, undefined> {
    for (;;) {
      const first = this.waiting[0]
      if (first === undefined) return { done: true, value: undefined }
      try {
        const result = first.next()
        if (!result.done) return result
        this.waiting.shift()
      } catch (thrown) {
        this.waiting.length = 0
        this.failure = { thrown }
      }
    }
  }
}
