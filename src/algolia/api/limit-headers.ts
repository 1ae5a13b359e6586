import type { Answer } from './answer'
import type { LimitHeaders } from './rate-limit'

/** @returns what an answer says about the limit. */
export function limitHeaders({ header }: Answer): LimitHeaders {
  const count = (name: string): number | undefined => {
    const text = header(name)
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  }
  const date = Date.parse(header('date') ?? '')
  return {
    limit: count('x-ratelimit-limit'),
    remaining: count('x-ratelimit-remaining'),
    reset: count('x-ratelimit-reset'),
    date: Number.isNaN(date) ? undefined : date
  }
}
