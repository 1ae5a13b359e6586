import { type Clock, systemClock } from '../../clock'
import { type Api, PERSONALIZATION } from './apis'
import type { Transport, TransportOptions } from './answer'

/** What reading Algolia needs of the world; tests pass their own. */
export interface Environment {
  readonly clock: Clock
  /** A number from 0 up to 1. */
  readonly random: () => number
  /** Stands in for the API that is called: an origin such as `http://127.0.0.1:4010`. */
  readonly baseUrl?: string | undefined
  /** What calls go through; undici unless something else is given. */
  readonly createTransport?: (options: TransportOptions) => Transport
}

/** @returns the machine's clock and chance, and the address in the API's environment variable, if any. */
export function systemEnvironment(api: Api = PERSONALIZATION): Environment {
  return { clock: systemClock, random: Math.random, baseUrl: process.env[api.originVariable] }
}
