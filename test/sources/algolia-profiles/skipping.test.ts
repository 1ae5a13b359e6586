import type { AirbyteMessage } from '../../../src/airbyte/protocol'
import { read } from '../../../src/sources/algolia-profiles/source'
import { SimulatedAlgolia } from '../../support/simulated-algolia'
import { catalogOf, configuration, SourceOutput } from '../../support/source'
import { VirtualClock } from '../../support/virtual-clock'

const PROFILES = 100

type Groups = AsyncGenerator<Iterable<AirbyteMessage>, void>

/** Reads a hundred profiles on ten pages, for a consumer that goes about it in its own way. */
async function readBy(consume: (groups: Groups) => Promise<AirbyteMessage[]>): Promise<SourceOutput> {
  const clock = new VirtualClock()
  const algolia = new SimulatedAlgolia({ clock })
  for (let profile = 0; profile < PROFILES; profile += 1) algolia.put(`user-${profile}`, clock.now() * 1000 - profile)
  const environment = { clock, random: () => 0.5, createTransport: () => algolia }
  const input = { config: configuration({ pageSize: 10, concurrency: 1 }), catalog: catalogOf('profiles') }
  return new SourceOutput(await consume(read(input, environment, new AbortController().signal)))
}

const everything: (groups: Groups) => Promise<AirbyteMessage[]> = async (groups) => {
  const messages: AirbyteMessage[] = []
  for await (const group of groups) messages.push(...group)
  return messages
}

describe('no record is lost, and none comes after the state that covers it, for a consumer', () => {
  let expected: SourceOutput
  beforeAll(async () => {
    expected = await readBy(everything)
    expect(new Set(expected.userTokens()).size).toBe(PROFILES)
  })

  const withoutStatuses = ({ messages }: SourceOutput): unknown[] =>
    messages.filter(({ type }) => type === 'RECORD' || type === 'STATE')

  test('that skips two groups of three', async () => {
    const output = await readBy(async (groups) => {
      const messages: AirbyteMessage[] = []
      let number = 0
      for await (const group of groups) {
        number += 1
        if (number % 3 === 0) messages.push(...group)
      }
      return messages
    })
    const taken = withoutStatuses(output)
    expect(taken.length).toBeGreaterThan(PROFILES / 2)
    expect(taken).toEqual(withoutStatuses(expected).slice(0, taken.length))
  })

  test('that leaves each group in its middle', async () => {
    const output = await readBy(async (groups) => {
      const messages: AirbyteMessage[] = []
      let last: Iterable<AirbyteMessage> = []
      for await (const group of groups) {
        last = group
        for (const message of group) {
          messages.push(message)
          if (messages.length % 7 === 0) break
        }
      }
      return [...messages, ...last]
    })
    expect(withoutStatuses(output)).toEqual(withoutStatuses(expected))
  })

  test('that looks at the groups when all have come', async () => {
    const output = await readBy(async (groups) => {
      const all: Iterable<AirbyteMessage>[] = []
      for await (const group of groups) all.push(group)
      return all.flatMap((group) => [...group])
    })
    expect(withoutStatuses(output)).toEqual(withoutStatuses(expected))
  })
})
