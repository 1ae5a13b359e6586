import type { Figure } from '../support/benchmarks'
import { findings, meetsGoal, referenceOf } from '../support/benchmarks'

function figure(samples: number[], more: Partial<Figure> = {}): Figure {
  return { id: 'cpu', what: 'CPU', samples, beside: '', ...more }
}

const reference = { cpu: { ratio: 1.2, allowance: 0.25 } }

describe('the check of benchmark figures', () => {
  it('passes a ratio that is worse by no more than its reference allows, whatever a single run says', () => {
    expect(findings([figure([1.49, 9, 1.3])], reference)).toEqual([])
  })

  it('names a ratio that has clearly got worse, its reference, and what that allows', () => {
    expect(findings([figure([1.6, 1.51, 1.4])], reference)).toEqual([
      'cpu: 1.510, the reference is 1.2 and allows 1.500'
    ])
  })

  it('takes a lower figure for worse where the goal is a lower bound, or where higher is better', () => {
    for (const more of [{ goal: { atLeast: 0.95 } }, { higherIsBetter: true }]) {
      expect(findings([figure([0.91], more)], reference)).toHaveLength(0)
      expect(findings([figure([5], more)], reference)).toHaveLength(0)
      expect(findings([figure([0.89], more)], reference)).toHaveLength(1)
    }
  })

  it('goes by the ratios of a figure that is measured in a unit, and passes over one that has none', () => {
    expect(findings([figure([900], { unit: 'ms', ratios: [1.3] })], reference)).toEqual([])
    expect(findings([figure([1], { unit: 'ms', ratios: [1.6] })], reference)).toHaveLength(1)
    expect(findings([figure([900], { unit: 'ms' })], reference)).toEqual([])
  })

  it('asks for a reference where a ratio has none', () => {
    expect(findings([figure([1])], {})).toEqual([expect.stringContaining('--update-reference')])
  })

  it('keeps the median as the new reference, and the allowance that somebody has chosen', () => {
    expect(referenceOf(figure([1.30001, 5, 1.1]), { ratio: 2, allowance: 0.05 })).toEqual({
      ratio: 1.3,
      allowance: 0.05
    })
    expect(referenceOf(figure([1.3]))).toEqual({ ratio: 1.3, allowance: expect.any(Number) })
    expect(referenceOf(figure([300], { unit: 'ms' }))).toBeUndefined()
  })

  it('holds the median against the goal', () => {
    expect(meetsGoal(figure([4, 1.3, 1.2], { goal: { atMost: 1.3 } }))).toBe(true)
    expect(meetsGoal(figure([1.2, 1.31, 4], { goal: { atMost: 1.3 } }))).toBe(false)
    expect(meetsGoal(figure([0.94], { goal: { atLeast: 0.95 } }))).toBe(false)
  })
})
