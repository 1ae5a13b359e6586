import { randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The token that the start-up address holds. Whoever opens that address gets it as a cookie, and only with the cookie does
 * the page get anything: another process of this machine can reach the port, but not the kept key.
 */
export class EntryToken {
  /** What follows `?token=` in the start-up address. */
  readonly text = randomBytes(24).toString('base64url')

  /** Whether a text is the token, in a time that doesn't depend on how much of it is right. */
  is(text: string | null | undefined): boolean {
    const given = Buffer.from(text ?? '')
    const own = Buffer.from(this.text)
    return given.length === own.length && timingSafeEqual(given, own)
  }

  /** Whether a request has the cookie. */
  isIn(cookies: string | undefined, port: number): boolean {
    return (cookies ?? '').split(';').some((cookie) => {
      const [name, value] = cookie.trim().split('=')
      return name === nameAt(port) && this.is(value)
    })
  }

  /** The header that gives the cookie to the browser: for this port's pages alone, and out of reach of their scripts. */
  cookieFor(port: number): string {
    return `${nameAt(port)}=${this.text}; HttpOnly; SameSite=Strict; Path=/`
  }
}

/** Cookies don't tell ports apart, so their names do: two workbenches are open in one browser. */
function nameAt(port: number): string {
  return `workbench-${port}`
}
