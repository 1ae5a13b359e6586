import { configError, SourceError, toSourceError } from '../../../src/algolia/api/failures'

describe('an error that nobody expected', () => {
  test('is a system error that asks for a report, with the stack for developers alone', () => {
    const thrown = new TypeError('x is no function')
    const error = toSourceError(thrown)
    expect(error).toBeInstanceOf(SourceError)
    expect(error.failureType).toBe('system_error')
    expect(error.message).toBe('The source failed unexpectedly. Please report this with the internal message.')
    expect(error.internalMessage).toBe(thrown.stack)
    expect(error.internalMessage).toContain('x is no function')
  })

  test.each([['a text'], [undefined], [null], [7]])('may be anything: %p', (thrown) => {
    expect(toSourceError(thrown)).toMatchObject({ failureType: 'system_error', internalMessage: String(thrown) })
  })
})

test('an error that was made for the user stays as it is', () => {
  const error = configError('The configuration is invalid.')
  expect(toSourceError(error)).toBe(error)
})
