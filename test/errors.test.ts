import { configError, PackageError, toPackageError } from '../src/errors'

describe('an error that nobody expected', () => {
  test('is a system error that asks for a report, with the stack for developers alone', () => {
    const thrown = new TypeError('x is no function')
    const error = toPackageError(thrown)
    expect(error).toBeInstanceOf(PackageError)
    expect(error.failureType).toBe('system_error')
    expect(error.message).toBe('The source failed unexpectedly. Please report this with the internal message.')
    expect(error.internalMessage).toBe(thrown.stack)
    expect(error.internalMessage).toContain('x is no function')
  })

  test.each([['a text'], [undefined], [null], [7]])('may be anything: %p', (thrown) => {
    expect(toPackageError(thrown)).toMatchObject({ failureType: 'system_error', internalMessage: String(thrown) })
  })
})

test('an error that was made for the user stays as it is', () => {
  const error = configError('The configuration is invalid.')
  expect(toPackageError(error)).toBe(error)
})
