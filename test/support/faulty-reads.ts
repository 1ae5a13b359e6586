import { PackageError } from '../../src/errors'
import type { Environment } from '../../src/algolia/api/environment'
import { read, type ReadInput } from '../../src/sources/algolia-profiles/source'
import { Chance } from './chance'
import { populate } from './populations'
import { SimulatedAlgolia, type SimulatedCall, type SimulatedFault, type SimulationOptions } from './simulated-algolia'
import {
  catalogOf,
  configuration,
  type HostState,
  readInProcess,
  type ReadInProcess,
  SourceOutput,
  stateOfWindows
} from './source'
import { VirtualClock } from './virtual-clock'

export const SECOND = 1000

/** An application of 100 profiles, and reads from it of ten pages, on virtual time. */
export class World {
  readonly clock = new VirtualClock()
  readonly algolia: SimulatedAlgolia
  /** When each call arrived, in seconds since the world began. */
  readonly arrivals: number[] = []
  faultOf: (call: SimulatedCall) => SimulatedFault | undefined = () => undefined
  private readonly begin = this.clock.now()
  private random = new Chance(1).next

  constructor(options: Partial<SimulationOptions> = {}) {
    this.algolia = new SimulatedAlgolia({
      clock: this.clock,
      latency: () => 100,
      onCall: (call) => {
        this.arrivals.push((this.clock.now() - this.begin) / SECOND)
        return this.faultOf(call)
      },
      ...options
    })
    populate(this.algolia, 'uniform', 100, new Chance(1))
    jest.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => this.clock.timeout(milliseconds))
  }

  /** Makes calls with these numbers go wrong. */
  breakCalls(numbers: readonly number[], fault: SimulatedFault): void {
    this.faultOf = ({ number }) => (numbers.includes(number) ? fault : undefined)
  }

  read(state?: unknown, random: () => number = this.random): Promise<ReadInProcess> {
    return readInProcess(this.input(state), this.environment(random))
  }

  /** Reads for a consumer that takes the groups of messages one by one. */
  async *groups(): AsyncGenerator<SourceOutput, void> {
    const groups = read(this.input(), this.environment(this.random), new AbortController().signal)
    for await (const group of groups) yield new SourceOutput([...group])
  }

  private environment(random: () => number): Environment {
    return { clock: this.clock, random, createTransport: () => this.algolia }
  }

  private input(state?: unknown): ReadInput {
    const config = configuration({ pageSize: 10, concurrency: 4 })
    return { config, catalog: catalogOf('profiles'), state }
  }

  /** The state of a pass that is still to be read whole: two windows at the same time, then what is new. */
  stateOfTwoWindows(): HostState[] {
    const now = this.clock.now()
    return stateOfWindows(['profiles'], now, [now - 45 * 86_400 * SECOND, now])
  }

  /** Expects that a read handed over every profile once, and ended well. */
  expectComplete(read: ReadInProcess): void {
    expect(read.thrown).toBeUndefined()
    expect(read.statuses().at(-1)).toBe('COMPLETE')
    expect(read.userTokens().sort()).toEqual([...this.algolia.profiles.keys()].sort())
  }

  /** Expects that a read failed as it should, and that the next one, once all is well, reads the rest. */
  async expectFailureThatCanBeResumed(read: ReadInProcess, failureType: string, message: RegExp): Promise<void> {
    expect(read.thrown).toBeInstanceOf(PackageError)
    expect(read.thrown).toMatchObject({ failureType, message: expect.stringMatching(message) as string })
    expect(read.statuses().at(-1)).toBe('INCOMPLETE')
    this.faultOf = () => undefined
    this.clock.advance(3_600 * SECOND)
    const rest = await this.read(read.lastStates)
    expect(rest.thrown).toBeUndefined()
    expect([...read.userTokens(), ...rest.userTokens()].sort()).toEqual([...this.algolia.profiles.keys()].sort())
  }

  /** Seconds from the world's beginning until now. */
  get seconds(): number {
    return (this.clock.now() - this.begin) / SECOND
  }
}
