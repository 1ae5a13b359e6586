import type { Command } from 'commander'
import { startLocalSegment, type LocalSegmentOptions } from '../local/segment'
import { numberedStatuses, port, wholeNumber } from './options'
import type { Session } from './session'

interface Flags extends LocalSegmentOptions {
  readonly status?: ReadonlyMap<number, number>
}

/** `local-segment`: a stand-in for Segment's tracking API. */
export function define(command: Command, session: Session): void {
  command
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 for any free one', port, 4020)
    .option('--write-key <key>', 'the write key that it takes', 'local-write-key')
    .option('--latency <milliseconds>', 'wait before each answer', wholeNumber, 0)
    .option('--status <request=status>', 'answer the request with this number so; can be repeated', numberedStatuses)
    .action((flags: Flags) => session.serve('The local Segment', () => start(flags)))
}

async function start({ status, ...options }: Flags): Promise<{ greeting: string; close: () => Promise<void> }> {
  const segment = await startLocalSegment(options)
  segment.fault = (request) => {
    const given = status?.get(request)
    return given === undefined ? undefined : { status: given }
  }
  const { url, writeKey } = segment
  return {
    greeting: `Local Segment listening on ${url}: write key ${writeKey}, SEGMENT_TRACKING_URL=${url}`,
    close: () => segment.close()
  }
}
