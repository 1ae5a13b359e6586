import * as fc from 'fast-check'
import {
  afterLastPage,
  afterPage,
  afterRefusedToken,
  afterSplit,
  newPass,
  type Window,
  windowsToRead
} from '../../../src/algolia/profiles/windows'

const pageOf = (profiles: number, readTo?: string, repeats = 0) => ({ profiles, repeats, readTo })
const only = (windows: readonly Window[]): Window => {
  const [window, ...others] = windows
  if (window === undefined || others.length > 0) throw new Error('There is not exactly one window')
  return window
}

describe('a pass', () => {
  test('begins as one window that is open towards the present', () => {
    expect(newPass(7)).toEqual({ windows: [{ after: 7, read: 0, share: 1 }], pages: 0, read: 0 })
  })

  test('counts pages and profiles, and ends with the last page', () => {
    const begin = newPass(undefined)
    const { pass, moved } = afterPage(begin, only(begin.windows), pageOf(10, 'k'), 'next')
    expect(only(pass.windows)).toBe(moved)
    expect(moved).toMatchObject({ pageToken: 'next', read: 10, readTo: 'k' })
    expect(afterLastPage(pass, moved, 3)).toEqual({ windows: [], pages: 2, read: 13 })
  })

  test('reads a window that is open towards the present last', () => {
    const [bounded, open] = [
      { before: 5, read: 0 },
      { after: 4, read: 0 }
    ]
    expect(windowsToRead({ windows: [open, bounded], pages: 0, read: 0 })).toEqual([bounded])
    expect(windowsToRead({ windows: [open], pages: 0, read: 0 })).toEqual([open])
  })
})

describe('what had been handed out', () => {
  const begin: Window = { after: 1, before: 9, read: 0, readTo: 'k', again: 30 }
  const pass = { windows: [begin], pages: 0, read: 0 }

  test('is counted down while it comes again', () => {
    const { moved } = afterPage(pass, begin, pageOf(20, 'k', 20), 'next')
    expect(moved).toMatchObject({ again: 10, readTo: 'k' })
  })

  test('is behind a window that has been read further', () => {
    const { moved } = afterPage(pass, begin, pageOf(40, 'm', 25), 'next')
    expect(moved.again).toBeUndefined()
  })

  test('comes again where a page token was refused, as far as the window had been read', () => {
    const { moved, pass: read } = afterPage(pass, begin, pageOf(40, 'm', 30), 'next')
    expect(only(afterRefusedToken(read, moved).windows)).toMatchObject({
      read: 0,
      readTo: 'm',
      again: 40,
      restarted: true
    })
    expect(afterRefusedToken(read, moved).windows[0]?.pageToken).toBeUndefined()
  })

  test('is not known where the pages were not in the expected order', () => {
    const { moved, pass: read } = afterPage(pass, begin, pageOf(40, undefined), 'next')
    expect(only(afterRefusedToken(read, moved).windows).again).toBeUndefined()
  })

  test('is known to the parts that it lies in', () => {
    const window: Window = { read: 10, readTo: 'k', pageToken: 'next' }
    const parts = [
      { before: 5, again: 10 },
      { after: 4, again: 0 }
    ]
    const { begun } = afterSplit({ windows: [window], pages: 1, read: 10 }, window, parts)
    expect(begun).toEqual([
      { before: 5, read: 0, readTo: 'k', again: 10 },
      { after: 4, read: 0 }
    ])
  })
})

test('a pass ends whatever comes, once each window has had its last page', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (areLast) => {
      let pass = newPass(undefined)
      for (const isLast of areLast) {
        const [window] = windowsToRead(pass)
        if (window === undefined) break
        if (isLast) pass = afterLastPage(pass, window, 1)
        else pass = afterPage(pass, window, pageOf(1, 'a'), 'next').pass
      }
      for (let [window] = windowsToRead(pass); window !== undefined; [window] = windowsToRead(pass)) {
        pass = afterLastPage(pass, window, 1)
      }
      expect(pass.read).toBe(pass.pages)
    })
  )
})
