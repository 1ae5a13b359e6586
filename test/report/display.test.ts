import { Writable } from 'node:stream'
import { createDisplay } from '../../src/report/display'
import { noProfiles, progressLine, shownProgress, type SyncProgress } from '../../src/sync/progress'
import { until } from '../support/segment'

function progressOf(read: number, more: Partial<SyncProgress> = {}): SyncProgress {
  const none = { retries: 0, waited: 0, refusals: 0 }
  return {
    summary: {
      startedAt: '2026-03-01T12:00:00.000Z',
      duration: 10,
      profiles: { ...noProfiles(), read, sent: read - 5, known: 5 },
      bill: { users: read - 5, calls: read - 5 },
      algolia: { calls: 1, ...none },
      segment: { requests: 1, ...none }
    },
    callsLeft: undefined,
    secondsToGo: undefined,
    ...more
  }
}

class Screen extends Writable {
  text = ''

  constructor(readonly isTTY: boolean) {
    super({ write: (chunk: Buffer, _, done) => void ((this.text += chunk.toString()), done()) })
  }
}

/** What is read off a screen, without what moves the cursor. */
function shown(screen: Screen): string {
  // eslint-disable-next-line no-control-regex
  return screen.text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
}

describe('how a run is getting on', () => {
  it('is told by profiles and rate, and by calls left and time to go where they are known', () => {
    expect(progressLine(progressOf(12_345))).toBe('12,345 profiles read, 12,340 sent, 5 known already, 1,235 a second.')
    expect(progressLine(progressOf(12_345, { callsLeft: 480, secondsToGo: 61.2 }))).toBe(
      '12,345 profiles read, 12,340 sent, 5 known already, 1,235 a second, about 62 s to go, 480 calls left for now.'
    )
  })

  it('tells what is waited for, and how long', () => {
    const waiting = { for: 'Segment', seconds: 4 } as const
    expect(progressLine(progressOf(12_345, { waiting }))).toMatch(
      /, waiting for Segment, which is tried again in 4 s\.$/
    )
  })

  it.each(['text', 'json'] as const)('is told in plain lines of %s without a terminal, now and then', (format) => {
    let now = 0
    const screen = new Screen(false)
    const display = createDisplay(screen, format, () => now)
    for (let read = 100; read <= 1_200; read += 100) {
      now += 1_000
      display.progress(shownProgress(progressOf(read)))
    }
    display.endProgress()
    const lines = screen.text.trim().split('\n')
    expect(lines).toHaveLength(2)
    const messages = format === 'json' ? lines.map((line) => JSON.parse(line).message) : lines
    expect(messages).toEqual([
      '500 profiles read, 495 sent, 5 known already, 50 a second.',
      '1,000 profiles read, 995 sent, 5 known already, 100 a second.'
    ])
  })

  it('is shown on a terminal in a line that moves, with a bar once the end is known, and the log above it', async () => {
    const screen = new Screen(true)
    const display = createDisplay(screen, 'text', () => 0)
    display.log('info', 'Before.')
    display.progress(shownProgress(progressOf(100)))
    await until(() => shown(screen).includes('100 profiles read, 95 sent'))
    expect(shown(screen)).toContain('Before.\n')
    expect(shown(screen)).not.toContain('■')

    display.log('warn', 'In between.')
    display.progress(shownProgress(progressOf(200, { secondsToGo: 10 })))
    await until(() => /■{10} {10} 200 profiles read/.test(shown(screen)))
    expect(shown(screen)).toContain('Warning: In between.\n')

    display.endProgress()
    display.log('error', 'After.')
    expect(shown(screen)).toMatch(/Error: After\.\n$/)
    const { length } = screen.text
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(screen.text).toHaveLength(length)
  })
})
