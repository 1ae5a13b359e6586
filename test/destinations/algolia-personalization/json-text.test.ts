import fc from 'fast-check'
import { elementTexts } from '../../../src/destinations/algolia-personalization/api/json-text'

const someElements = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 5 })

test('the texts of the elements are those that stand in the text of any object, however it is written', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }),
      fc.oneof(fc.constant('segments'), fc.string()),
      someElements,
      fc.constantFrom(undefined, 1, '\t', '\r\n '),
      (others, property, elements, space) => {
        // An entry that comes earlier under the same name gives way, as it does to JSON.parse.
        const text = [others, { [property]: elements }].map((part) => JSON.stringify(part, null, space).slice(1, -1))
        const json = `{${text.filter((part) => part.trim() !== '').join(',')}}`
        const pieces = elementTexts(json, property)
        expect(pieces.map((piece) => JSON.stringify(JSON.parse(piece)))).toEqual(
          elements.map((value) => JSON.stringify(value))
        )
        for (const piece of pieces) expect(json).toContain(piece)
      }
    ),
    { numRuns: process.env.LONG ? 20_000 : 1_000 }
  )
})

test('a text of many megabytes is no trouble', () => {
  const long = JSON.stringify({ id: '"\\'.repeat(2_000_000) })
  expect(elementTexts(`{"segments":[${long},${long}]}`, 'segments')).toEqual([long, long])
})
