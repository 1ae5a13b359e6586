/** What the server does wrong, on purpose: rules that can be added and removed while it runs. */
import { failure, type Answer } from '../http/answer'
import type { WireFault } from '../http/wire'
import type { Request } from './request'

/** What a rule sees of a call. */
export interface FaultyCall extends Request {
  /** From 1, in the order of arrival; starts again with `clearCalls`. */
  readonly number: number
}

/** What goes wrong with a call: any of these. */
export interface Fault extends WireFault {
  /** Milliseconds until the call is carried out, which happens even if the client has gone by then. */
  delay?: number
  /** Comes back instead, and the call is not carried out. A header that is null is left out. */
  answer?: { status: number; headers?: Record<string, string | null>; body: string }
  /** The call is carried out, and its answer changed. */
  change?: (answer: Answer, call: FaultyCall) => Answer
  /** The connection breaks (`drop`) or nothing ever comes back (`hang`), before or after the call is carried out. */
  noAnswer?: { how: 'drop' | 'hang'; when: 'before' | 'after' }
}

/** When something goes wrong. */
export interface FaultRule {
  when: (call: FaultyCall) => boolean
  then: Fault
  /** For how many calls at most; unlimited when left out. Counts down. */
  times?: number
}

/** Which calls a fault is for: all, unless something is given; what is given must all be so. */
export interface Aim {
  /** The calls with these numbers. */
  call?: number | readonly number[]
  /** Calls of this path, without its query, or of paths that match. */
  path?: string | RegExp
  /** Calls about this index. */
  index?: string
  when?: (call: FaultyCall) => boolean
  /** For how many calls at most. */
  times?: number
}

/**
 * The rules. Where several match a call, each part of a fault comes from the first that has it, in the order in which
 * they were added; changes are all made. The named methods add common rules, and return them so that they can be removed.
 */
export class CallFaults {
  /** Milliseconds before each call is carried out. */
  latency: number
  private rules: FaultRule[] = []

  constructor(latency = 0) {
    this.latency = latency
  }

  add(rule: FaultRule): FaultRule {
    this.rules.push(rule)
    return rule
  }

  remove(rule: FaultRule): void {
    this.rules = this.rules.filter((other) => other !== rule)
  }

  /** Removes all rules. The latency stays. */
  clear(): void {
    this.rules = []
  }

  /** What is to go wrong with a call. Uses up the rules that are for a number of calls only. */
  of(call: FaultyCall): Fault {
    const matching = this.rules.filter(({ when, times = Infinity }) => times > 0 && when(call))
    // There is nothing to change about an answer that is made up.
    const answered = matching.some(({ then }) => then.answer)
    let fault: Fault = {}
    for (const rule of matching) {
      const { change, ...others } = rule.then
      const before = fault.change
      const changes = change && !answered
      if (!changes && Object.keys(others).every((part) => part in fault)) continue
      if (rule.times !== undefined) rule.times--
      fault = { ...others, ...fault }
      if (changes) fault.change = before ? (answer, call) => change(before(answer, call), call) : change
    }
    return fault
  }

  /**
   * Answers with a status, and the message that goes with it unless a body is given. The headers about the rate limit are
   * the true ones unless `headers` says otherwise; null leaves one out.
   */
  status(status: number, options: Aim & { headers?: Record<string, string | null>; body?: string } = {}): FaultRule {
    const { headers, body = failure(status, `Fault with status ${status}`).body } = options
    return this.aim(options, { answer: { status, headers, body } })
  }

  /** Answers with a page of HTML, as a proxy on the way might; the status is 200 unless one is given. */
  htmlPage({ status = 200, ...aim }: Aim & { status?: number } = {}): FaultRule {
    const body = '<!doctype html><title>Maintenance</title><p>We will be back soon.'
    return this.aim(aim, { answer: { status, headers: { 'content-type': 'text/html' }, body } })
  }

  /** Breaks the connection before the call is carried out, or after. */
  drop(when: 'before' | 'after', aim?: Aim): FaultRule {
    return this.aim(aim, { noAnswer: { how: 'drop', when } })
  }

  /** Never answers, before the call is carried out, or after. */
  hang(when: 'before' | 'after', aim?: Aim): FaultRule {
    return this.aim(aim, { noAnswer: { how: 'hang', when } })
  }

  /** Carries the call out later by so many milliseconds. */
  delay(milliseconds: number, aim?: Aim): FaultRule {
    return this.aim(aim, { delay: milliseconds })
  }

  /** Sends the body in pieces of so many bytes, with so many milliseconds between them. */
  slowBody(bytes: number, milliseconds: number, aim?: Aim): FaultRule {
    return this.aim(aim, { slow: { bytes, milliseconds } })
  }

  /** Sends half a body (half the compressed one, to a client that takes gzip); see `Fault` about the framing. */
  cutBody(framing: 'whole' | 'broken', aim?: Aim): FaultRule {
    return this.aim(aim, { cut: framing })
  }

  protected aim({ call, path, index, when, times }: Aim = {}, then: Fault): FaultRule {
    const numbers = call === undefined ? undefined : [call].flat()
    return this.add({
      when: (arrived) =>
        (numbers?.includes(arrived.number) ?? true) &&
        (path === undefined || (typeof path === 'string' ? path === arrived.pathname : path.test(arrived.pathname))) &&
        (index === undefined || index === arrived.index) &&
        (when?.(arrived) ?? true),
      then,
      ...(times !== undefined && { times })
    })
  }
}
