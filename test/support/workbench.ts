import { request } from 'node:http'
import { startWorkbench, type Workbench, type WorkbenchOptions } from '../../src/workbench'

/** The cookie that a browser has once it has opened the start-up address. */
export function cookieOf({ url, entryUrl }: Workbench): string {
  return `workbench-${new URL(url).port}=${new URL(entryUrl).searchParams.get('token')}`
}

/** The settings that lead to the workbench's local Algolia, without the key that it keeps. */
export const keptSettings = { appId: 'LOCALALGOLIA', region: 'us' }

/** The same with the key. */
export const fullSettings = { ...keptSettings, apiKey: 'local-api-key' }

/** Runs `use` against a workbench of its own, with a quick local Algolia unless told otherwise; closed afterwards. */
export async function withWorkbench(
  options: WorkbenchOptions,
  use: (workbench: Workbench) => Promise<void>
): Promise<void> {
  const workbench = await startWorkbench({ port: 0, local: { profiles: 50, latency: 0 }, ...options })
  try {
    await use(workbench)
  } finally {
    await workbench.close()
  }
}

/** An answer; `body` is parsed JSON, where it is JSON. */
export interface WorkbenchAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  body: any // eslint-disable-line @typescript-eslint/no-explicit-any
}

export interface Asked {
  method?: string
  headers?: Record<string, string>
  /** Sent as it is; `json` is sent as JSON. */
  body?: string
  json?: unknown
}

/** Asks the workbench, as a browser that it has let in, with any headers at all: `fetch` doesn't allow a `Host` or an `Origin`. */
export function ask(workbench: Workbench, path: string, asked: Asked = {}): Promise<WorkbenchAnswer> {
  const { json, body = json === undefined ? undefined : JSON.stringify(json), method = body ? 'POST' : 'GET' } = asked
  const cookie = { cookie: cookieOf(workbench) }
  const headers = { ...cookie, ...(json !== undefined && { 'content-type': 'application/json' }), ...asked.headers }
  return new Promise((resolve, reject) => {
    const call = request(workbench.url + path, { method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const isJson = /^application\/json;/.test(response.headers['content-type'] ?? '')
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          body: isJson ? JSON.parse(text) : undefined
        })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** Posts JSON to the workbench. */
export function post(workbench: Workbench, path: string, json: unknown = {}): Promise<WorkbenchAnswer> {
  return ask(workbench, path, { json })
}

/** Waits until a condition holds, looking again and again; rejects after some seconds. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('What was waited for did not come about.')
}
