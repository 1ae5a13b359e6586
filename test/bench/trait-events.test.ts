import { batchesOf, type Identify, identifies, identifyEvent, leastTraitCalls, TRAIT } from '../support/benchmarks'
import { Host, startAlgolia, stopAlgolia } from '../support/destination'
import { callsTo, giveProfile } from '../support/profiles'

const userTokens = Array.from({ length: 200 }, (_, number) => `shopper-${number}`)

describe('1,000 identifies of 200 users', () => {
  const all = identifies(userTokens, 1_000)

  it('are five of each user, and a tenth of them is the first to say gold', () => {
    const tiers = new Map<string, string>(userTokens.map((userToken) => [userToken, 'silver']))
    const changing = all.filter(({ userToken, tier }) => {
      const changes = tiers.get(userToken) !== tier
      tiers.set(userToken, tier)
      return changes
    })
    expect(changing).toHaveLength(100)
    expect(new Set(changing.map(({ tier }) => tier))).toEqual(new Set(['gold']))
  })

  it('take at least a read for each user of a batch, and a write for each who is another one after it', () => {
    expect(leastTraitCalls([all])).toBe(200 + 100)
    expect(leastTraitCalls(batchesOf(all, 100))).toBe(10 * 100 + 100)
    const change = (userToken: string, tier: string): Identify => ({ userToken, tier })
    expect(leastTraitCalls([[change('a', 'gold'), change('a', 'silver'), change('b', 'silver')]])).toBe(2)
    expect(leastTraitCalls([[change('a', 'gold')], [change('a', 'gold')], [change('a', 'silver')]])).toBe(5)
  })

  it('take Sync Traits as many calls, beside looks at what was written', async () => {
    const algolia = await startAlgolia()
    for (const userToken of userTokens) {
      giveProfile(algolia, userToken, [{ id: `${TRAIT}__silver`, source: 'segment' }])
    }
    const mapping = { traits: { [TRAIT]: { '@path': `$.traits.${TRAIT}` } } }
    const entries = await new Host().deliverBatch('syncTraits', all.map(identifyEvent), { mapping })
    expect(entries.every(({ status }) => status === 200)).toBe(true)
    // A busy machine looks more than once.
    const looks = callsTo(algolia).filter((call) => call.startsWith('GET /2/users?'))
    expect(looks.length).toBeGreaterThan(0)
    expect(algolia.calls.length - looks.length).toBe(leastTraitCalls([all]))
    await stopAlgolia(algolia)
  })
})
