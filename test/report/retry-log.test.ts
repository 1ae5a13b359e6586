import { RetryLog } from '../../src/report/retry-log'

it('what fails at the same time is told once, until the next try is due', () => {
  let now = 0
  const lines: string[] = []
  const log = new RetryLog(
    () => now,
    (line) => lines.push(line)
  )
  const fail = (at: number, what: string, pause: number): void => {
    now = at
    log.failed(what, pause)
  }
  fail(0, 'Segment failed to answer (500).', 2_740)
  fail(1, 'Segment failed to answer (500).', 500)
  fail(501, 'Segment failed to answer (500).', 900)
  expect(lines).toEqual(['Segment failed to answer (500). Trying again in 2.7 s.'])
  fail(600, 'Segment failed to answer (503).', 800)
  fail(1_400, 'Segment failed to answer (503).', 1_000)
  expect(lines.slice(1)).toEqual([
    'Segment failed to answer (503). Trying again in 0.8 s.',
    'Segment failed to answer (503). Trying again in 1.0 s.'
  ])
})
