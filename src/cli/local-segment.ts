import type { Command } from 'commander'
import { type Fault, startLocalSegment, type LocalSegmentOptions } from '../local/segment'
import { numberedStatuses, port, wholeNumber } from './options'
import type { Session } from './session'

interface Flags extends LocalSegmentOptions {
  readonly status?: ReadonlyMap<number, number>
  readonly webhookStatus?: ReadonlyMap<number, number>
}

/** `local-segment`: a stand-in for Segment's tracking API. */
export function define(command: Command, session: Session): void {
  command
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 for any free one', port, 4020)
    .option('--write-key <key>', 'the write key that it takes', 'local-write-key')
    .option('--latency <milliseconds>', 'wait before each answer', wholeNumber, 0)
    .option('--status <request=status>', 'answer the request with this number so; can be repeated', numberedStatuses)
    .option('--webhook-status <message=status>', 'the same for a message to the webhook', numberedStatuses)
    .action((flags: Flags) => session.serve('The local Segment', () => start(flags)))
}

async function start({
  status,
  webhookStatus,
  ...options
}: Flags): Promise<{ greeting: string; close: () => Promise<void> }> {
  const segment = await startLocalSegment(options)
  segment.fault = faultsOf(status)
  segment.webhookFault = faultsOf(webhookStatus)
  const { url, writeKey } = segment
  return {
    greeting: `Local Segment listening on ${url}: write key ${writeKey}, SEGMENT_TRACKING_URL=${url}`,
    close: () => segment.close()
  }
}

function faultsOf(statuses: ReadonlyMap<number, number> = new Map()): (request: number) => Fault | undefined {
  return (request) => {
    const status = statuses.get(request)
    return status === undefined ? undefined : { status }
  }
}
