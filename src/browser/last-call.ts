import { quietly } from './quietly'
import type { PageWindow, Properties } from './types'

/** A call of analytics.js's `track`. */
export type TrackCall = readonly [event: string, properties: Properties, options: Readonly<Record<string, unknown>>]

/** Under which the browser keeps the call. */
const KEY = 'algolia-to-segment'

/**
 * The call that a page makes as it goes. analytics.js sends a moment after it was called, which such a page may not have
 * any more. So the browser keeps the call until it has gone out, and the next page that starts makes it again, with the
 * same id and time: Segment takes a call with an id that it knows for the same one.
 */
export class LastCall {
  constructor(
    private readonly page: PageWindow,
    private readonly track: (call: TrackCall) => unknown
  ) {}

  make([event, properties, options]: TrackCall): void {
    const { Date: clock, Math: chance } = this.page
    const messageId = `ats-${clock.now()}-${String(chance.random()).slice(2)}`
    const call: TrackCall = [event, properties, { ...options, messageId, timestamp: new Date(clock.now()) }]
    quietly(() => this.page.localStorage.setItem(KEY, JSON.stringify(call)), undefined)
    void Promise.resolve(this.track(call)).then(
      () => this.forget(),
      () => undefined
    )
  }

  /** Makes the call that an earlier page didn't get out. */
  makeUp(): void {
    quietly(() => {
      const [event, properties, options] = JSON.parse(this.page.localStorage.getItem(KEY)!) as TrackCall
      this.forget()
      this.track([event, properties, { ...options, timestamp: new Date(String(options.timestamp)) }])
    }, undefined)
  }

  forget(): void {
    quietly(() => this.page.localStorage.removeItem(KEY), undefined)
  }
}
