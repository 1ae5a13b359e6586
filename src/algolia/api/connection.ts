import { originIn } from '../../input/origin'
import type { Api, Region } from './apis'
import { AlgoliaClient, type ClientOptions } from './client'
import type { Environment } from './environment'
import { createTransport as createUndiciTransport } from './transport'

/** Whose data is called for. */
export interface Account {
  readonly appId: string
  readonly apiKey: string
  readonly region: Region
}

/** A client and what has to be closed after use. */
export interface Connection {
  readonly client: AlgoliaClient
  readonly close: () => Promise<void>
}

export interface ConnectionOptions extends Pick<
  ClientOptions,
  'share' | 'patience' | 'assurance' | 'onRetry' | 'onLimit'
> {
  /** Calls that may be under way at the same time. */
  readonly concurrency?: number
}

/** Milliseconds of silence after which a call is tried again. */
const SILENCE_TIMEOUT = 30_000

/**
 * Opens a client of one of Algolia's APIs.
 * @throws PackageError (`config`) when what stands in for Algolia is no origin
 */
export function connect(
  api: Api,
  { appId, apiKey, region }: Account,
  environment: Environment,
  { concurrency = 1, ...options }: ConnectionOptions = {}
): Connection {
  const { clock, random, createTransport = createUndiciTransport } = environment
  const transport = createTransport({
    baseUrl: originOf(api, region, environment),
    headers: { 'x-algolia-application-id': appId, 'x-algolia-api-key': apiKey },
    connections: concurrency,
    silenceTimeout: Math.min(SILENCE_TIMEOUT, options.patience ?? Infinity)
  })
  const client = new AlgoliaClient({ api, transport, apiKey, clock, random, ...options })
  return { client, close: () => transport.close() }
}

/** @returns where an API is, or what stands in for it */
export function originOf(api: Api, region: Region, { baseUrl }: Pick<Environment, 'baseUrl'>): string {
  return originIn(api.originVariable, baseUrl, api.localOrigin) ?? api.origins[region]
}
