import fc from 'fast-check'
import { objectText, propertyTexts } from '../../../src/local/algolia/personalization/json-text'

describe('JSON as text', () => {
  it('comes apart into properties and together again without a change in meaning, however it is laid out', () => {
    const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())
    fc.assert(
      fc.property(object, fc.nat(3), (value, indent) => {
        const texts = propertyTexts(JSON.stringify(value, null, indent))
        expect([...texts.keys()].sort()).toEqual(Object.keys(value).sort())
        for (const [key, text] of texts) expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value[key])))
        expect(JSON.parse(objectText(texts))).toEqual(JSON.parse(JSON.stringify(value)))
      })
    )
  })

  it('gives the later of two properties with one name, as JSON.parse does', () => {
    expect(propertyTexts('{"a":1,"\\u0061":{"a":2},"b":"a:{"}')).toEqual(
      new Map([
        ['a', '{"a":2}'],
        ['b', '"a:{"']
      ])
    )
  })
})
