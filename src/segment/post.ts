/** What came of a request: an answer, silence for so many milliseconds, or no connection (a code, or a text). */
export type Posted =
  | { readonly status: number; readonly retryAfter: number | undefined; readonly body: string }
  | { readonly silentFor: number }
  | { readonly unreachable: string }

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** A request without an answer is given up after this long, in milliseconds. */
  readonly timeout: number
  /** Once aborted, the request gets a few seconds to end. */
  readonly stop: AbortSignal
}

/** What is on its way when it is to stop may take this much longer, in milliseconds. */
const GRACE = 5_000

/** Answers may have so many bytes, unzipped: more than anybody says who takes something. */
const LARGEST_BODY = 1 << 20

/** Posts JSON once. */
export async function postOnce(url: string, { headers, body, timeout, stop }: PostOptions): Promise<Posted> {
  // Not `AbortSignal.any` and `.timeout`: Node 20 can lose such signals to the garbage collector, and wait for ever.
  const giveUp = new AbortController()
  const abort = (): void => giveUp.abort()
  const timers = [setTimeout(abort, timeout)]
  const endSoon = (): void => void timers.push(setTimeout(abort, GRACE))
  stop.addEventListener('abort', endSoon, { once: true })
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      // A redirect is no acceptance; nor is what stands where it leads.
      redirect: 'manual',
      signal: giveUp.signal
    })
    // The connection can be used again only when the body has been read.
    const text = await textOf(answer)
    return { status: answer.status, retryAfter: secondsIn(answer.headers.get('retry-after')), body: text }
  } catch (thrown) {
    return giveUp.signal.aborted ? { silentFor: timeout } : { unreachable: reasonOf(thrown) }
  } finally {
    timers.forEach((timer) => clearTimeout(timer))
    stop.removeEventListener('abort', endSoon)
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let received = 0
  for await (const chunk of (body ?? []) as unknown as AsyncIterable<Uint8Array>) {
    received += chunk.length
    if (received > LARGEST_BODY) throw new Error(`an answer of more than ${LARGEST_BODY >> 20} MB`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

function secondsIn(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) : undefined
}

/** `fetch` says only that it failed: why stands in the cause. */
function reasonOf(thrown: unknown): string {
  const { message, cause } = thrown as Error & { cause?: NodeJS.ErrnoException }
  return cause?.code ?? cause?.message ?? message
}
