import type { Chance } from './chance'
import type { SimulatedAlgolia } from './simulated-algolia'

/** How profiles lie in time, and how their user tokens and their times go together. */
export const POPULATIONS = [
  'uniform',
  'at one instant',
  'within one second',
  'on whole seconds of one minute',
  'user tokens that grow with time',
  'clustered',
  'most of them lately',
  'one very old, one in the future'
] as const

export type Population = (typeof POPULATIONS)[number]

const SECOND = 1_000_000
const DAY = 86_400 * SECOND

/** Fills a simulation with made-up profiles of the 90 days before its present. */
export function populate(algolia: SimulatedAlgolia, population: Population, count: number, chance: Chance): void {
  const now = algolia.now() * 1000
  const ago = (most: number): number => Math.floor(now - most * chance.next())
  const instant = ago(90 * DAY)
  const second = Math.floor(instant / SECOND) * SECOND
  const clusters = [ago(90 * DAY), ago(90 * DAY), ago(DAY)]
  for (let index = 0; index < count; index += 1) {
    const time = {
      uniform: () => ago(90 * DAY),
      'at one instant': () => instant,
      'within one second': () => second + chance.below(SECOND),
      'on whole seconds of one minute': () => second + SECOND * chance.below(60),
      'user tokens that grow with time': () => Math.floor(now - (90 * DAY * (count - index)) / count),
      clustered: () => chance.oneOf(clusters) + chance.below(10 * SECOND),
      // A tenth of them in the last ten minutes, which one chain has to read at the end.
      'most of them lately': () => Math.floor(now - 90 * DAY * chance.next() ** 4),
      'one very old, one in the future': () =>
        index === 0 ? Date.parse('1970-01-02T00:00:00Z') * 1000 : index === 1 ? now + DAY : ago(90 * DAY)
    }[population]()
    const isInOrder = population === 'user tokens that grow with time'
    const token = isInOrder ? String(index).padStart(6, '0') : Math.floor(chance.next() * 36 ** 6).toString(36)
    algolia.put(`user-${token}`, time)
  }
}

/** How user tokens look. */
export const TOKENS = ['random', 'sequential', 'prefixed', 'mixed', 'as long as they may be'] as const

/** How the times of updates lie. */
export const TIMES = [
  'even',
  'bursty',
  'growing with the token',
  'growing with the token, some active since',
  'ten distinct seconds',
  'half in one second',
  'nine tenths in one second',
  'all in one second',
  'all today'
] as const

export type Tokens = (typeof TOKENS)[number]
export type Times = (typeof TIMES)[number]

const HEX = 16 ** 12

/** Characters of a user token, at most. */
const LONGEST = 129

/** Fills a simulation with so many made-up profiles of the 90 days before its present, none of the last ten minutes. */
export function populateWith(
  algolia: SimulatedAlgolia,
  { tokens, times }: { readonly tokens: Tokens; readonly times: Times },
  count: number,
  chance: Chance
): void {
  const end = algolia.now() * 1000 - 601 * SECOND
  const midnight = Math.floor(end / DAY) * DAY
  const ago = (most: number): number => Math.floor(end - most * chance.next())
  const second = (): number => Math.floor(ago(90 * DAY) / SECOND) * SECOND
  const one = second()
  const inOneSecond = (part: number): number => (chance.happens(part) ? one + chance.below(SECOND) : ago(90 * DAY))
  const ten = Array.from({ length: 10 }, second)
  const bursts = Array.from({ length: 20 }, second)
  const texts = Array.from({ length: count }, (_, index) => {
    const random = Math.floor(chance.next() * HEX).toString(16)
    const kind = chance.below(4)
    return {
      random: () => random,
      sequential: () => `user-${index}`,
      prefixed: () => `${['android', 'ios', 'shop-de', 'web'][kind]}_${random}`,
      mixed: () => [`anonymous-${random}`, `${index}`, `${random}=`, `Customer/${index}`][kind] ?? random,
      'as long as they may be': () => random.padEnd(LONGEST, '0123456789abcdef')
    }[tokens]()
  })
  const inOrder = [...new Set(texts)].sort()
  for (const [index, token] of inOrder.entries()) {
    const growing = (): number => Math.floor(end - (90 * DAY * (inOrder.length - index)) / inOrder.length)
    const time = {
      even: () => ago(90 * DAY),
      bursty: () => chance.oneOf(bursts) + chance.below(60 * SECOND),
      'growing with the token': growing,
      'growing with the token, some active since': () => (chance.happens(0.05) ? ago(9 * DAY) : growing()),
      'ten distinct seconds': () => chance.oneOf(ten),
      'half in one second': () => inOneSecond(0.5),
      'nine tenths in one second': () => inOneSecond(0.9),
      'all in one second': () => inOneSecond(1),
      'all today': () => ago(end - midnight)
    }[times]()
    algolia.put(token, time)
  }
}

/** Updates a profile, or adds or deletes one, as it happens on a live application: now, or stored some minutes late. */
export function changeOne(algolia: SimulatedAlgolia, chance: Chance): void {
  const tokens = [...algolia.profiles.keys()]
  if (tokens.length > 0 && chance.happens(0.15)) return algolia.delete(chance.oneOf(tokens))
  const isNew = tokens.length === 0 || chance.happens(0.2)
  const token = isNew ? `user-${Math.floor(chance.next() * 36 ** 6).toString(36)}` : chance.oneOf(tokens)
  const lateness = chance.happens(0.5) ? 0 : 500 * SECOND * chance.next()
  algolia.put(token, Math.floor(algolia.now() * 1000 - lateness))
}
