import { ProfileClient, type ClientOptions } from './client'
import type { Config } from '../../sources/algolia-profiles/config'
import type { Environment } from './environment'
import { originIn } from '../../input/origin'
import { createTransport as createUndiciTransport } from './transport'

/** A client and what has to be closed after use. */
export interface Connection {
  readonly client: ProfileClient
  readonly close: () => Promise<void>
}

/** Milliseconds of silence after which a call is tried again. */
const SILENCE_TIMEOUT = 30_000

/**
 * Opens a client for an Algolia application.
 * @throws PackageError (`config`) when the base URL that stands in for Algolia is no origin
 */
export function connect(
  config: Pick<Config, 'appId' | 'apiKey' | 'region' | 'concurrency'>,
  environment: Environment,
  listeners: Pick<ClientOptions, 'onRetry' | 'onLimit' | 'patience'> = {}
): Connection {
  const { clock, random, createTransport = createUndiciTransport } = environment
  const transport = createTransport({
    baseUrl: baseUrlOf(config.region, environment.baseUrl),
    headers: { 'x-algolia-application-id': config.appId, 'x-algolia-api-key': config.apiKey },
    connections: config.concurrency,
    silenceTimeout: Math.min(SILENCE_TIMEOUT, listeners.patience ?? Infinity)
  })
  const client = new ProfileClient({ transport, apiKey: config.apiKey, clock, random, ...listeners })
  return { client, close: () => transport.close() }
}

export function baseUrlOf(region: Config['region'], override: string | undefined): string {
  const stand = originIn('ALGOLIA_PERSONALIZATION_URL', override, 'http://127.0.0.1:4010')
  return stand ?? `https://ai-personalization.${region}.algolia.com`
}
