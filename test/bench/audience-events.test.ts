import { batchesOf, leastCalls, membershipChanges, type MembershipChange } from '../support/benchmarks'

const change = (userToken: string, audience: string, entered: boolean): MembershipChange => ({
  userToken,
  audience,
  entered
})

describe('the least calls that membership changes take', () => {
  it('are a read and a write for a user whose list changes, however many events ask for it', () => {
    expect(leastCalls([[change('u1', 'a', true), change('u2', 'a', true), change('u1', 'b', true)]])).toBe(4)
  })

  it('are a read alone for a user whose list ends as it began', () => {
    expect(leastCalls([[change('u1', 'a', true), change('u1', 'a', false), change('u2', 'a', false)]])).toBe(2)
  })

  it('are counted anew for each batch, from where the one before it ended', () => {
    expect(leastCalls([[change('u1', 'a', true)], [change('u1', 'a', true)], [change('u1', 'a', false)]])).toBe(5)
  })

  it('are those of the table: by users and pattern, for a thousand events', () => {
    const least = (pattern: 'changing' | 'unchanging' | 'churning', users: number, batchSize: number): number => {
      const userTokens = Array.from({ length: users }, (_, index) => `u${index}`)
      return leastCalls(batchesOf(membershipChanges(pattern, userTokens, 1_000), batchSize))
    }
    expect(least('changing', 200, 1_000)).toBe(400)
    expect(least('unchanging', 200, 1_000)).toBe(200)
    // Five turns each: the user ends in the audience.
    expect(least('churning', 200, 1_000)).toBe(400)
    // Twenty turns each: the user ends outside.
    expect(least('churning', 50, 1_000)).toBe(50)
    expect(least('changing', 50, 125)).toBe(800)
  })
})
