import { safeId } from '../../src/contexts/safe-id'
import { safeAudienceId } from '../../src/destinations/algolia-personalization/audience/ids'

/** What the destination makes of an audience's key or name: both have to agree, or a rule is written for another id. */
const GOLDEN: readonly (readonly [text: string, id: string])[] = [
  ['vip_customers', 'vip_customers'],
  ['VIP customers', 'VIP_customers-bc4b89d03b76'],
  ['Größe & Maß', 'Gr_e_Ma-c7d682a48878'],
  ['☂', '-7207b4f16100'],
  [' _ ', '-10b08ca5aa74'],
  ['a'.repeat(300), `${'a'.repeat(242)}-cdc03d985d32`]
]

test.each(GOLDEN)('an audience named %s has one id, whoever makes it', (text, id) => {
  expect([safeId(text), safeAudienceId(text)]).toEqual([id, id])
})

test("a trait's segment can be a context as it is", () => {
  expect(safeId('loyalty_tier__gold')).toBe('loyalty_tier__gold')
})
