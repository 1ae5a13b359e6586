/** Works on all items, so many at the same time, in their order. The first error ends it, once those under way have ended. */
export async function inParallel<Item>(
  count: number,
  items: Iterable<Item> | AsyncIterable<Item>,
  work: (item: Item) => Promise<void>
): Promise<void> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let failed = false
  // An asynchronous generator must not be asked twice at the same time by those who then stop at different moments.
  let asking: Promise<unknown> = Promise.resolve()
  const next = (): Promise<IteratorResult<Item>> => {
    const answer = asking.then(() => iterator.next())
    asking = answer.catch(() => undefined)
    return answer
  }
  const worker = async (): Promise<void> => {
    try {
      for (let item = await next(); !item.done && !failed; item = await next()) await work(item.value)
    } catch (thrown) {
      failed = true
      throw thrown
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: count }, worker))
  await iterator.return?.()
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
