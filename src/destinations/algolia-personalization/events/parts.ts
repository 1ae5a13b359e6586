import { MAX_OBJECTS } from './insights-event'
import type { InsightsEvent } from './insights-event'

/**
 * An event as several, where it has more objects or filters than one may have: all lists are cut at the same places, and
 * everything else is the same. The values of the parts add up to the event's value.
 */
export function partsOf(event: InsightsEvent): InsightsEvent[] {
  const { objectIDs, objectData, positions, filters, value: _, ...common } = event
  const length = (objectIDs ?? filters ?? []).length
  if (length <= MAX_OBJECTS) return [event]
  const starts = Array.from({ length: Math.ceil(length / MAX_OBJECTS) }, (_, part) => part * MAX_OBJECTS)
  const values = valuesOf(event, starts)
  return starts.map((start, part) => ({
    ...common,
    ...cut('objectIDs', objectIDs, start),
    ...cut('objectData', objectData, start),
    ...cut('positions', positions, start),
    ...cut('filters', filters, start),
    ...(values[part] !== undefined && { value: values[part] })
  }))
}

function cut<Name extends string, Item>(name: Name, list: Item[] | undefined, start: number): { [N in Name]?: Item[] } {
  return (list ? { [name]: list.slice(start, start + MAX_OBJECTS) } : {}) as { [N in Name]?: Item[] }
}

/**
 * The value of each part: what its objects cost, and the first also what remains (delivery, a discount on the whole).
 * Where not all prices are known, or that would make a part's value negative, the first carries all.
 */
function valuesOf({ value, objectData }: InsightsEvent, starts: number[]): (number | undefined)[] {
  if (value === undefined) return []
  if (!objectData?.every(({ price }) => price !== undefined)) return [value]
  const [, ...others] = starts.map((start) => {
    const data = objectData.slice(start, start + MAX_OBJECTS)
    return rounded(data.reduce((sum, { price = 0, quantity = 1 }) => sum + price * quantity, 0))
  })
  const first = rounded(value - others.reduce((sum, other) => sum + other, 0))
  return first < 0 || others.some((other) => other < 0) ? [value] : [first, ...others]
}

/** Without what binary fractions add: 0.1 + 0.2 is 0.3. */
function rounded(amount: number): number {
  return Math.round(amount * 1e6) / 1e6
}
