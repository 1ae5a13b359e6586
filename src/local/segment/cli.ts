#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander'
import { closeOnSignals } from '../http/listen'
import { startLocalSegment, type LocalSegmentOptions } from './index'

interface Flags extends LocalSegmentOptions {
  readonly status?: ReadonlyMap<number, number>
}

const command = new Command('local-segment')
  .description("A stand-in for Segment's tracking API: POST /v1/batch.")
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--port <port>', 'port to listen on; 0 for any free one', wholeNumber, 4020)
  .option('--write-key <key>', 'the write key that it takes', 'local-write-key')
  .option('--latency <milliseconds>', 'wait before each answer', wholeNumber, 0)
  .option('--status <request=status>', 'answer the request with this number so; can be repeated', statuses)

async function main(): Promise<void> {
  const { status, ...options } = command.parse().opts<Flags>()
  const segment = await startLocalSegment(options)
  segment.fault = (request) => {
    const given = status?.get(request)
    return given === undefined ? undefined : { status: given }
  }
  closeOnSignals(segment)
  const { url, writeKey } = segment
  process.stdout.write(`Local Segment listening on ${url}: write key ${writeKey}, SEGMENT_TRACKING_URL=${url}\n`)
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number that isn't negative.")
  return Number(text)
}

function statuses(text: string, others: ReadonlyMap<number, number> = new Map()): ReadonlyMap<number, number> {
  const [, request, status] = /^([1-9]\d*)=([2-5]\d\d)$/.exec(text) ?? []
  if (!request || !status) throw new InvalidArgumentError("It must be a request's number and a status, as 3=500.")
  return new Map([...others, [Number(request), Number(status)]])
}

main().catch((error: unknown) => {
  process.stderr.write(`The local Segment can't start: ${(error as Error).message}\n`)
  process.exitCode = 1
})
