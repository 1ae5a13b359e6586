/** A budget of calls for each window of time. Windows begin at whole multiples of their length, by the server's clock. */
export interface RateLimit {
  calls: number
  /** Whole seconds. */
  seconds: number
}

/** How much of the budget has gone. */
export interface RateLimitUse {
  /** Unix seconds at which the window began. */
  windowStart: number
  calls: number
}

/** What taking one call came to. */
export interface RateLimitDecision {
  allowed: boolean
  use: RateLimitUse
  headers: Record<string, string>
}

/** Takes one call out of the budget, at a moment in milliseconds since the Unix epoch. A refused call costs nothing. */
export function takeCall(limit: RateLimit, use: RateLimitUse | undefined, now: number): RateLimitDecision {
  const windowStart = Math.floor(now / 1000 / limit.seconds) * limit.seconds
  const spent = use?.windowStart === windowStart ? use.calls : 0
  const allowed = spent < limit.calls
  const calls = allowed ? spent + 1 : spent
  return {
    allowed,
    use: { windowStart, calls },
    headers: {
      'x-ratelimit-limit': String(limit.calls),
      'x-ratelimit-remaining': String(limit.calls - calls),
      'x-ratelimit-reset': String(windowStart + limit.seconds)
    }
  }
}
