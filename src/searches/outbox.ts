import { transientError } from '../errors'
import { counted } from '../report/words'
import type { TrackCall } from '../segment/calls'
import type { SegmentDelivery } from '../segment/delivery'
import { sizeOf } from '../segment/envelope'
import { CALL_BYTES } from '../segment/limits'
import type { Keeper } from './keeper'
import type { SlackMessage } from './slack'
import type { State } from './state'
import type { Tally } from './tally'
import type { Webhook } from './webhook'

/** Messages that are kept for a webhook that is down, at most: older ones are no news. */
const MOST_MESSAGES_KEPT = 100

/** Where things go; the webhook only where there is one. A dry run prints in place of both. */
export interface Ways {
  readonly segment: SegmentDelivery
  readonly webhook: Webhook | undefined
  readonly dryRun: ((lines: readonly object[]) => Promise<void>) | undefined
  readonly warn: (line: string) => void
}

/** What is on its way: kept in the state until it has arrived. */
export class Outbox {
  constructor(
    private readonly keeper: Keeper,
    private readonly tally: Tally,
    private readonly ways: Ways
  ) {}

  /**
   * Takes in what is to be sent, in one step with the change of the state that it belongs to. What takes in nothing and
   * changes nothing needn't be called.
   */
  async put(
    change: (state: State) => Partial<State>,
    events: readonly TrackCall[],
    messages: readonly SlackMessage[] = []
  ): Promise<void> {
    const fitting = events.filter((event) => sizeOf(event) <= CALL_BYTES)
    this.tally.rejected(
      events.filter((event) => !fitting.includes(event)),
      'it would be too large'
    )
    await this.keeper.change((state) => {
      const waiting = this.ways.webhook === undefined ? state.toWebhook : [...state.toWebhook, ...messages]
      const given = waiting.length - MOST_MESSAGES_KEPT
      if (given > 0)
        this.ways.warn(
          `The webhook has been down for long: the oldest ${counted(given, 'message')} to it are given up.`
        )
      return {
        ...change(state),
        toSegment: [...state.toSegment, ...fitting],
        toWebhook: waiting.slice(-MOST_MESSAGES_KEPT)
      }
    })
  }

  /**
   * Resolves when Segment has accepted all events but those that it refuses.
   * @throws PackageError when it can't go on; the signal's reason when it was stopped
   */
  async deliverEvents(signal: AbortSignal): Promise<void> {
    const { dryRun, segment } = this.ways
    const events = this.keeper.state.toSegment
    if (events.length === 0) return
    if (dryRun !== undefined) {
      await dryRun(events)
      this.tally.sent(events)
      return this.remove(events)
    }
    const items = events.map((event) => ({ event, calls: [event], bytes: sizeOf(event) }))
    await segment.deliver(
      items,
      {
        onAccepted: async (batch) => {
          await this.remove(batch.map(({ event }) => event))
          this.tally.sent(batch.map(({ event }) => event))
        },
        onRefused: async (culprits, reason) => {
          await this.remove(culprits.map(({ event }) => event))
          this.tally.rejected(
            culprits.map(({ event }) => event),
            reason
          )
        }
      },
      signal
    )
  }

  /**
   * Resolves when the webhook has taken all messages but those that it refuses.
   * @throws PackageError when it is down, with the messages kept; the signal's reason when it was stopped
   */
  async deliverMessages(signal: AbortSignal): Promise<void> {
    const { webhook, dryRun, warn } = this.ways
    const { messages } = this.tally
    if (webhook === undefined) return
    for (let next = this.keeper.state.toWebhook[0]; next !== undefined; next = this.keeper.state.toWebhook[0]) {
      const end =
        dryRun === undefined ? await webhook.post(next, signal) : await dryRun([next]).then(() => 'taken' as const)
      if (end !== 'taken' && 'failed' in end) {
        messages.kept = this.keeper.state.toWebhook.length
        throw transientError(
          `${end.failed} ${counted(messages.kept, 'message')} to it ${messages.kept === 1 ? 'is' : 'are'} kept for the next run; all else goes on. Check the address and the network.`
        )
      }
      if (end === 'taken') messages.taken += 1
      else {
        messages.refused += 1
        warn(`${end.refused}, so this message is given up: ${next.text}. Check the address of the webhook.`)
      }
      await this.keeper.change(({ toWebhook }) => ({ toWebhook: toWebhook.slice(1) }))
      this.tally.arrived()
    }
  }

  private async remove(events: readonly TrackCall[]): Promise<void> {
    const ids = new Set(events.map(({ messageId }) => messageId))
    await this.keeper.change(({ toSegment }) => {
      return { toSegment: toSegment.filter(({ messageId }) => !ids.has(messageId)) }
    })
  }
}
