/** One call that reached the server. */
export interface Call {
  /** From 1, in the order of arrival. */
  readonly number: number
  readonly method: string
  /** As it was sent, with the query. */
  readonly path: string
  /** What was answered; 0 while nothing is, and for good when the connection was dropped. */
  status: number
  /** When it arrived: milliseconds since the Unix epoch, by the server's clock. */
  readonly at: number
}

/** What `GET /_local/stats` answers. */
export interface CallStatistics {
  calls: number
  /** Answers with the status 429. */
  tooManyRequests: number
  byMethod: Record<string, number>
  /** Under 0 those without an answer. */
  byStatus: Record<string, number>
}

/** How many calls are kept; older ones are only counted. */
const kept = 100_000

/** The calls that have arrived, and how many there were of each sort. */
export class CallLog {
  readonly calls: Call[] = []
  private statistics: CallStatistics = noCalls()

  /** Notes a call that has arrived. The function returned notes what it was answered. */
  record(method: string, path: string, at: number): { number: number; answered: (status: number) => void } {
    const statistics = this.statistics
    const call: Call = { number: ++statistics.calls, method, path, status: 0, at }
    if (this.calls.length === kept) this.calls.splice(0, kept / 2)
    this.calls.push(call)
    count(statistics.byMethod, method, 1)
    count(statistics.byStatus, 0, 1)
    return {
      number: call.number,
      answered: (status) => {
        call.status = status
        count(statistics.byStatus, 0, -1)
        count(statistics.byStatus, status, 1)
        if (status === 429) statistics.tooManyRequests++
      }
    }
  }

  /** Copies of the counts. */
  get counts(): CallStatistics {
    return structuredClone(this.statistics)
  }

  /** Forgets everything, so that the next call has the number 1. */
  clear(): void {
    this.calls.length = 0
    this.statistics = noCalls()
  }
}

function noCalls(): CallStatistics {
  return { calls: 0, tooManyRequests: 0, byMethod: {}, byStatus: {} }
}

function count(counts: Record<string, number>, key: string | number, difference: number): void {
  counts[key] = (counts[key] ?? 0) + difference
  if (counts[key] === 0) delete counts[key]
}
