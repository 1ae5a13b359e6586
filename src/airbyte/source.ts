import type { PackageError } from '../errors'
import type { ConfigSchema } from './configuration'
import type { Row, SelectedStream, Stream } from './stream'

/** What a source needs of the world, whatever else it needs. */
export interface World {
  readonly clock: { now(): number }
}

/** A source: its configuration, its streams and how they are read. Everything else is the same for all of them. */
export interface Source<Config, Of extends Stream, Environment extends World> {
  /** The name of its command. */
  readonly command: string
  readonly title: string
  /** What it does, in a sentence. */
  readonly description: string
  /** Whom it reads from, in messages. */
  readonly from: string
  /** What it counts beside records, such as "profile": one may give records of several streams. */
  readonly item: string
  /** Where it is documented: an address that answers, or none. */
  readonly documentationUrl?: string
  /** The configuration, as a host passes it in; the schema of `spec` is derived from it. */
  readonly config: ConfigSchema<Config>
  readonly streams: readonly Of[]
  /**
   * Tries a configuration.
   * @returns what there is to say when it works
   * @throws PackageError when it doesn't
   */
  check(config: Config, environment: Environment, signal: AbortSignal): Promise<string | undefined>
  /**
   * Reads, batch by batch. Before the first it calls `host.begin`.
   * @throws PackageError when it can't begin or go on; the signal's reason on abort
   */
  read(
    request: ReadRequest<Config, Of>,
    host: ReadHost,
    environment: Environment,
    signal: AbortSignal
  ): AsyncGenerator<Batch, void>
}

/** What is to be read. */
export interface ReadRequest<Config, Of extends Stream> {
  readonly config: Config
  readonly selected: readonly SelectedStream<Of>[]
  /** The states of an earlier read by their stream's name, not yet checked. */
  readonly states: ReadonlyMap<string, unknown>
}

/** Calls over the life of a read. */
export interface CallCounts {
  readonly calls: number
  readonly retries: number
  /** Milliseconds spent waiting because no calls were left. */
  readonly waited: number
  /** Answers that said that no calls were left. */
  readonly refusals: number
}

/** What a read tells beside what it reads. */
export interface ReadHost {
  /** To be called once, when all that can be wrong with the input has been looked at. */
  begin(start: {
    /** What is going to be read, in a sentence. */
    readonly what: string
    readonly counts: CallCounts
    /** Calls left in the present period, if that is known. */
    readonly callsLeft: () => number | undefined
  }): void
  warn(warning: string): void
  /** @param pause milliseconds until a call that failed is tried again */
  retrying(cause: PackageError, pause: number): void
  /** @param resumesAt Unix milliseconds by the server's clock @param wait how long that is, milliseconds */
  limited(resumesAt: number, wait: number): void
}

/** Something in an item that can't be used. */
export interface Problem {
  /** What and where, in a sentence. */
  readonly problem: string
  /** The stream that has a record less for it, when the whole item is rejected. */
  readonly rejectedFrom?: string
}

/** What has been read in one go, such as a page. */
export interface Batch {
  /** The rows of each item, made as they are taken, once. */
  readonly rows: Iterable<readonly (Row | Problem)[]>
  /** Each covers all rows of its stream up to these. */
  readonly states: readonly { readonly stream: string; readonly state: Record<string, unknown> }[]
}
