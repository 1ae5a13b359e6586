import { startLocalAlgolia, type LocalAlgolia, type LocalAlgoliaOptions } from '../../src/local/algolia'

/** Runs `use` against a local Algolia of its own, which is closed afterwards, whatever happens. */
export async function withLocalAlgolia<Result>(
  options: LocalAlgoliaOptions,
  use: (algolia: LocalAlgolia) => Promise<Result>
): Promise<Result> {
  const algolia = await startLocalAlgolia(options)
  try {
    return await use(algolia)
  } finally {
    await algolia.close()
  }
}

/** The headers that a local Algolia accepts, unless it was started with other credentials. */
export const credentials = { 'x-algolia-application-id': 'LOCALALGOLIA', 'x-algolia-api-key': 'local-api-key' }

/** What a call came to; `body` is parsed JSON. */
export interface CallResult {
  status: number
  headers: Headers
  body: any // eslint-disable-line @typescript-eslint/no-explicit-any
}

/** One call with the right credentials, unless `init.headers` says otherwise. Rejects as `fetch` does. */
export async function call(algolia: LocalAlgolia, path: string, init: RequestInit = {}): Promise<CallResult> {
  const response = await fetch(algolia.url + path, { ...init, headers: { ...credentials, ...init.headers } })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** One call with the right credentials, its body and its answer to the letter. */
export async function callForText(algolia: LocalAlgolia, method: string, path: string, body?: string): Promise<string> {
  const headers = { ...credentials, 'content-type': 'application/json' }
  const response = await fetch(algolia.url + path, { method, headers, ...(body !== undefined && { body }) })
  return response.text()
}
