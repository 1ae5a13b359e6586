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

/** What every answer carries: only files of the workbench itself run or show, nowhere else, and nothing is kept. */
export const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store'
}
