import { isAlgoliasError, textOfAnswer } from '../algolia/api/answer-text'
import type { Api } from '../algolia/api/apis'
import { PERSONALIZATION } from '../algolia/api/apis'
import { limitHeaders } from '../algolia/api/limit-headers'
import { type Account, originOf } from '../algolia/api/connection'
import type { Environment } from '../algolia/api/environment'
import type { LimitHeaders } from '../algolia/api/rate-limit'
import { type Change, createTransport as createUndiciTransport, NoAnswer } from '../algolia/api/transport'

/** What came of a call, whatever it is: a doctor looks at what others give up on. */
export type Reply =
  | {
      readonly kind: 'answer'
      readonly status: number
      /** The body as JSON; undefined where it is none. */
      readonly json: unknown
      readonly isEmpty: boolean
      /** Whether Algolia itself answered: with a JSON object, or an error that repeats its status. */
      readonly isAlgolias: boolean
      /** What it says, in one line, without the API key. */
      readonly words: string
      readonly limits: LimitHeaders
    }
  | { readonly kind: 'no answer'; readonly reason: string }

/** Makes single calls, and never a second one: nothing is waited for, and nothing tried again. */
export interface Caller {
  readonly host: string
  call(path: string, change?: Change): Promise<Reply>
  readonly calls: number
  close(): Promise<void>
}

/** A call that takes longer than this, in milliseconds, has no answer: somebody is waiting for the doctor. */
const PATIENCE = 10_000

/**
 * Opens calls to Algolia in a region.
 * @param signal ends calls that are under way, but for those of `insistent` callers
 */
export function openCaller(
  account: Account,
  environment: Environment,
  signal: AbortSignal,
  api: Api = PERSONALIZATION
): Caller {
  const { appId, apiKey, region } = account
  const { createTransport = createUndiciTransport } = environment
  const transport = createTransport({
    baseUrl: originOf(api, region, environment),
    headers: { 'x-algolia-application-id': appId, 'x-algolia-api-key': apiKey },
    connections: 4,
    silenceTimeout: PATIENCE
  })
  let calls = 0
  return {
    host: transport.host,
    get calls() {
      return calls
    },
    async call(path, change) {
      calls += 1
      const deadline = AbortSignal.timeout(PATIENCE)
      try {
        const { status, header, body } = await transport.send(path, AbortSignal.any([signal, deadline]), change)
        const text = body().toString('utf8')
        const json = parsed(text)
        const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
        return {
          kind: 'answer',
          status,
          json,
          isEmpty: text === '',
          isAlgolias: status < 300 ? isObject : isAlgoliasError(text, status),
          words: textOfAnswer(text, apiKey),
          limits: limitHeaders({ status, header, body })
        }
      } catch (thrown) {
        signal.throwIfAborted()
        if (deadline.aborted) return { kind: 'no answer', reason: `it took longer than ${PATIENCE / 1000} s` }
        if (thrown instanceof NoAnswer) return { kind: 'no answer', reason: thrown.message }
        throw thrown
      }
    },
    close: () => transport.close()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}
