import type { SelectedStream } from '../../airbyte/stream'
import { ANALYTICS } from '../../algolia/api/apis'
import { callsOf, type CallCount, type Question, type Step, stepsOf } from '../../algolia/analytics/calls'
import type { Day, DayRange } from '../../algolia/analytics/days'
import type { EndpointName } from '../../algolia/analytics/endpoints'
import {
  type DaysRead,
  planStream,
  type StateSettings,
  type StreamState,
  withDay,
  writeStreamState
} from '../../algolia/analytics/state'
import { counted, grouped } from '../../report/words'
import type { Config } from './config'
import { type AnalyticsStream, STREAMS } from './streams'

/** A stream that is to be read, and what an earlier read left. */
export interface Start {
  readonly name: EndpointName
  readonly isFullRefresh: boolean
  readonly state: StreamState | undefined
}

/** What a read is going to do. */
export interface Plan {
  readonly lastDay: Day
  readonly steps: readonly Step[]
  readonly warnings: readonly string[]
  readonly progress: ReadonlyMap<EndpointName, StreamProgress>
}

export function questionOf({ tags, limit, filterAttributes = [] }: Config): Question {
  return { tags, limit, filterAttributes }
}

/** @param lastDay the last day that is over */
export function planOf(starts: readonly Start[], config: Config, lastDay: Day): Plan {
  const { appId, region, indices, startDate, lookbackDays } = config
  const question = questionOf(config)
  const settings = { ...question, appId, region }
  const plans = starts.map(({ name, isFullRefresh, state }) => {
    const wish = { stream: name, settings, indices, startDate, lookbackDays, isFullRefresh, lastDay }
    return { name, isFullRefresh, ...planStream(wish, state) }
  })
  const steps = stepsOf(new Map(plans.map(({ name, ranges }) => [name, ranges])), question)
  return {
    lastDay,
    steps,
    warnings: plans.flatMap(({ warnings }) => warnings),
    progress: new Map(
      plans.map(({ name, isFullRefresh, indices: known, ranges }) => {
        return [name, new StreamProgress(settings, isFullRefresh, known, ranges)]
      })
    )
  }
}

/** How far a stream has been read. */
export class StreamProgress {
  private readonly indices: Map<string, DaysRead>
  /** The last day of each index that isn't through. */
  private readonly open = new Map<string, Day>()

  constructor(
    private readonly settings: StateSettings,
    private readonly isFullRefresh: boolean,
    indices: ReadonlyMap<string, DaysRead>,
    ranges: ReadonlyMap<string, DayRange>
  ) {
    this.indices = new Map(indices)
    for (const [index, { from, to }] of ranges) if (from <= to) this.open.set(index, to)
  }

  get isThrough(): boolean {
    return this.open.size === 0
  }

  read(index: string, day: Day): void {
    this.indices.set(index, withDay(this.indices.get(index), day))
    if (this.open.get(index) === day) this.open.delete(index)
  }

  get state(): Record<string, unknown> {
    const isRefreshing = this.isFullRefresh && !this.isThrough
    return writeStreamState({ settings: this.settings, indices: this.indices, isRefreshing })
  }
}

/** @returns what is read, for how many calls, and how long that takes, in a sentence */
export function whatIsRead(config: Config, selected: readonly SelectedStream<AnalyticsStream>[], plan: Plan): string {
  const { appId, region, indices, tags } = config
  const { steps, lastDay } = plan
  const names = selected.map(({ stream }) => stream.name).join(', ')
  const of = `${names} of ${indices.join(', ')} in the application ${appId} (${region})`
  const first = steps.reduce((day, { from }) => (from < day ? from : day), lastDay)
  const days =
    steps.length === 0 ? `nothing, as no day up to ${lastDay} is wanted` : `the days from ${first} to ${lastDay}`
  const tagged = tags === undefined ? '' : ` with the tags ${tags}`
  return `Reading ${of}: ${days}${tagged}; ${costOf(callsOf(steps, questionOf(config)), config)}`
}

/** @returns what a first read of all streams takes, in a sentence */
export function firstReadOf(config: Config, lastDay: Day): string {
  const starts = STREAMS.map(({ name }) => ({ name, isFullRefresh: true, state: undefined }))
  const { steps } = planOf(starts, config, lastDay)
  return `A first read of all streams: ${costOf(callsOf(steps, questionOf(config)), config)}`
}

function costOf({ calls, isLeast }: CallCount, { callsPerMinute }: Config): string {
  const minutes = Math.ceil(calls / callsPerMinute)
  const time = minutes > 1 ? `about ${grouped(minutes)} minutes` : 'about a minute at most'
  return `${isLeast ? 'at least ' : ''}${counted(calls, 'call')}, ${time} at ${callsPerMinute} of the ${ANALYTICS.callsPerMinute} calls a minute that Algolia allows.`
}
