import fc from 'fast-check'
import { type Collision, ruleContextsOf } from '../../src/contexts'

const profile = (...segments: unknown[]) => ({ userID: 'ada', segments: segments as { id: string; source: string }[] })
const managed = (id: string) => ({ id, source: 'segment' })

test('the priority comes first, an entry that ends in * standing for all that begin so; the rest follows by id', () => {
  const segments = ['zebra', 'loyalty_tier__gold', 'alpha', 'vip', 'loyalty_tier__early', 'beta'].map(managed)
  expect(ruleContextsOf(profile(...segments), { priority: ['vip', 'loyalty_tier__*', 'absent'] })).toEqual([
    'vip',
    'loyalty_tier__early',
    'loyalty_tier__gold',
    'alpha',
    'beta',
    'zebra'
  ])
})

test('a search takes ten contexts at most, so the most important ten are given, or fewer where fewer are asked for', () => {
  const many = profile(
    ...Array.from({ length: 1000 }, (_, number) => managed(`audience-${String(number).padStart(4, '0')}`))
  )
  const contexts = ruleContextsOf(many, { priority: ['audience-0999'] })
  expect(contexts).toHaveLength(10)
  expect(contexts.slice(0, 2)).toEqual(['audience-0999', 'audience-0000'])
  expect(ruleContextsOf(many, { limit: 3 })).toHaveLength(3)
})

test('a prefix stands before each context', () => {
  expect(ruleContextsOf(profile(managed('vip'), managed('a b')), { prefix: 'segment-' })).toEqual([
    expect.stringMatching(/^segment-a_b-[0-9a-f]{12}$/),
    'segment-vip'
  ])
})

test('segments of all sources count, unless sources are given', () => {
  const mixed = profile(managed('vip'), { id: 'spender', source: 'ml' }, { id: 'sourceless' })
  expect(ruleContextsOf(mixed)).toEqual(['sourceless', 'spender', 'vip'])
  expect(ruleContextsOf(mixed, { sources: ['segment'] })).toEqual(['vip'])
  expect(ruleContextsOf(mixed, { sources: [] })).toEqual([])
})

test('an id that two sources use is one context, and no collision', () => {
  const onCollision = jest.fn()
  expect(ruleContextsOf(profile(managed('vip'), { id: 'vip', source: 'ml' }), { onCollision })).toEqual(['vip'])
  expect(onCollision).not.toHaveBeenCalled()
})

test('two ids that become one context count once, and are told', () => {
  const [made] = ruleContextsOf(profile(managed('VIP customers')))
  const told: Collision[] = []
  const contexts = ruleContextsOf(profile(managed(String(made)), managed('VIP customers'), managed('other')), {
    onCollision: (collision) => told.push(collision)
  })
  expect(contexts).toEqual([made, 'other'])
  expect(told).toEqual([{ context: made, ids: ['VIP customers', made] }])
})

test.each([
  ['null', null],
  ['no profile', undefined],
  ['a text', 'profile'],
  ['no segments', {}],
  ['segments of null', { segments: null }],
  ['segments of another kind', { segments: { id: 'vip' } }],
  ['entries that are no profile segments', { segments: [null, 'vip', 7, {}, { id: 7 }, { id: '' }, ['vip']] }]
])('%s: no contexts', (_, input) => {
  expect(ruleContextsOf(input as never)).toEqual([])
})

test.each<[string, object, string]>([
  ['a priority that is no list', { priority: 'vip' }, 'priority: must be a list'],
  ['a prefix that no context may hold', { prefix: 'a b' }, 'prefix: may only hold letters, digits, - and _'],
  ['more contexts than a search takes', { limit: 11 }, 'limit: must be at most 10'],
  ['a listener that is none', { onCollision: true }, 'onCollision: must be a function'],
  ['an option that there is not', { priorities: [] }, 'unknown key priorities']
])('%s is refused', (_, options, message) => {
  expect(() => ruleContextsOf(profile(), options)).toThrow(message)
})

test('whatever the ids are, at most ten contexts come out, each one that Algolia takes, the same in any order of the list', () => {
  const id = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 240, maxLength: 300 }))
  const list = fc.array(fc.record({ id, source: fc.constantFrom('segment', 'ml') }), { maxLength: 30 })
  fc.assert(
    fc.property(
      list,
      fc.array(fc.string({ minLength: 1 })),
      fc.constantFrom('', 'segment-'),
      (segments, priority, prefix) => {
        const options = { priority, prefix }
        const contexts = ruleContextsOf({ segments }, options)
        expect(contexts.length).toBeLessThanOrEqual(10)
        expect(new Set(contexts).size).toBe(contexts.length)
        for (const context of contexts) expect(context).toMatch(/^[A-Za-z0-9_-]{1,255}$/)
        expect(ruleContextsOf({ segments: [...segments].reverse() }, options)).toEqual(contexts)
      }
    )
  )
})
