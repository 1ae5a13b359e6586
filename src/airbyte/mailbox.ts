/** Takes in messages at any moment, from callbacks, and hands them out to a generator that is waiting for something else. */
export class Mailbox<Message> {
  private messages: Message[] = []
  private wake: (() => void) | undefined

  put(message: Message): void {
    this.messages.push(message)
    this.wake?.()
  }

  /** @returns what has come in, and empties the box. */
  take(): Message[] {
    const messages = this.messages
    this.messages = []
    return messages
  }

  /** Waits for a promise, and hands out what comes in until it settles. */
  async *until<Value>(promise: Promise<Value>): AsyncGenerator<Message[], Value> {
    const settled = promise.then(
      () => true,
      () => true
    )
    for (;;) {
      if (this.messages.length > 0) yield this.take()
      const mail = new Promise<false>((resolve) => (this.wake = () => resolve(false)))
      if (await Promise.race([settled, mail])) return promise
    }
  }
}
