#!/usr/bin/env node
import { Command } from 'commander'
import { startLocalAlgolia } from './index'

interface Flags {
  host: string
  port: string
  profiles: string
  seed: string
  latency: string
  rateLimit: string | false
}

async function main(): Promise<void> {
  const command = new Command('local-algolia')
    .description("A stand-in for Algolia's Advanced Personalization API, with made-up profiles")
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 for any free one', '4010')
    .option('--profiles <count>', 'how many profiles to make up', '10000')
    .option('--seed <number>', 'what the profiles are made from', '1')
    .option('--latency <milliseconds>', 'wait before each answer', '0')
    .option('--rate-limit <calls/seconds>', 'calls allowed in each window', '500/60')
    .option('--no-rate-limit', 'allow any number of calls')
    .parse()
  const flags = command.opts<Flags>()
  const [calls, seconds] = flags.rateLimit === false ? [] : flags.rateLimit.split('/').map(Number)
  const algolia = await startLocalAlgolia({
    host: flags.host,
    port: Number(flags.port),
    profiles: Number(flags.profiles),
    seed: Number(flags.seed),
    latency: Number(flags.latency),
    rateLimit: calls === undefined ? false : { calls, seconds: seconds ?? 60 }
  })
  process.stdout.write(
    `Local Algolia listening on ${algolia.url} with ${flags.profiles} profiles: appId LOCALALGOLIA, apiKey local-api-key, ` +
      `region us or eu, ALGOLIA_PERSONALIZATION_URL=${algolia.url}\n`
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void algolia.close())
}

void main()
