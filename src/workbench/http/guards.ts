import type { Call } from './call'

/**
 * Who may talk to the workbench, decided from a request's headers alone. It listens on this machine only, but a web page
 * that is open in a browser on it can send requests here too: by a name of its own that leads to 127.0.0.1, or across
 * origins.
 */

/** The origins of Segment's Actions Tester, as Segment's own `serve` lets them in. */
const ACTIONS_TESTER_ORIGINS = [
  'https://app.segment.com',
  'https://eu1.app.segment.com',
  'https://app.segment.build',
  'https://eu1.app.segment.build',
  'http://localhost:8000'
]

const OWN_NAMES = ['127.0.0.1', 'localhost']

/** Whether a `Host` header names this machine, by whatever port: another name means that DNS was led here. */
export function namesThisMachine(host: string | undefined): boolean {
  return host !== undefined && OWN_NAMES.includes(host.replace(/:\d+$/, '').toLowerCase())
}

/** Whether a request comes from the workbench's own page, or from no page at all. */
export function isFromOwnPage(origin: string | undefined, host: string | undefined): boolean {
  return origin === undefined || origin === `http://${host}`
}

/** Whether a request comes from Segment's Actions Tester. */
export function isFromActionsTester(origin: string | undefined): boolean {
  return origin !== undefined && ACTIONS_TESTER_ORIGINS.includes(origin)
}

/**
 * What lets a page of Segment's Actions Tester read an answer, as the cors package does it for `serve`. Chrome asks
 * beside that whether a page of the internet may reach this machine at all.
 */
export function corsHeaders(call: Pick<Call, 'method' | 'headers'>): Record<string, string> {
  const { origin } = call.headers
  if (origin === undefined || !isFromActionsTester(origin)) return { vary: 'Origin' }
  const allowed = { 'access-control-allow-origin': origin }
  if (call.method !== 'OPTIONS') return { vary: 'Origin', ...allowed }
  const names = call.headers['access-control-request-headers']
  return {
    vary: 'Origin, Access-Control-Request-Headers',
    ...allowed,
    'access-control-allow-methods': 'GET,HEAD,PUT,PATCH,POST,DELETE',
    ...(names !== undefined && { 'access-control-allow-headers': names }),
    ...(call.headers['access-control-request-private-network'] === 'true' && {
      'access-control-allow-private-network': 'true'
    })
  }
}

/** What every answer carries: only files of the workbench itself run or show, nowhere else, and nothing is kept. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store'
}
