import { InvalidArgumentError } from 'commander'
import type { Aim, LocalAlgolia } from '../local/algolia'

/** What goes wrong with calls to a path of one of the APIs. */
export interface PathFault {
  readonly api: 'personalization' | 'insights' | 'analytics' | 'search'
  readonly aim: Aim
  readonly kind: 'status' | 'page' | 'drop' | 'hang' | 'delay'
  /** The status, or the milliseconds of a delay. */
  readonly number: number
}

const form =
  /^(personalization|insights|analytics|search):(\/[^?=]*)(?:\?index=([^=]+))?=(?:(?<status>[2-5]\d\d)(?<page>page)?|(?<how>drop|hang)|delay(?<delay>\d+))(?:x(?<times>[1-9]\d*))?$/

/** Reads a fault, to be added to others. */
export function pathFaults(text: string, others: readonly PathFault[] = []): readonly PathFault[] {
  const match = form.exec(text)
  if (!match) {
    throw new InvalidArgumentError(
      'It must be an API, a path, perhaps an index, and what goes wrong, perhaps how often: ' +
        'insights:/1/events=429, analytics:/2/hits?index=blog=503x2, insights:/1/events=400page, ' +
        'personalization:/2/config=hang (or drop, or delay5000).'
    )
  }
  const [, api, path, index] = match
  const { status, page, how, delay, times } = match.groups!
  const aim = { path: path!, ...(index && { index }), ...(times && { times: Number(times) }) }
  const kind = status ? (page ? 'page' : 'status') : ((how as 'drop' | 'hang' | undefined) ?? 'delay')
  return [...others, { api: api as PathFault['api'], aim, kind, number: Number(status ?? delay ?? 0) }]
}

/** Switches a fault on. */
export function addFault(algolia: LocalAlgolia, { api, aim, kind, number }: PathFault): void {
  const { faults } = api === 'personalization' ? algolia : algolia[api]
  if (kind === 'status') faults.status(number, aim)
  else if (kind === 'page') faults.htmlPage({ ...aim, status: number })
  else if (kind === 'delay') faults.delay(number, aim)
  else faults[kind]('before', aim)
}
