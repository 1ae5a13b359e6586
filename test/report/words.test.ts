import { minutesInWords } from '../../src/report/words'

test.each([
  [0, 'less than a minute'],
  [0.94, 'less than a minute'],
  [0.96, '1 minute'],
  [1.06, '1.1 minutes'],
  [4, '4 minutes'],
  [9.94, '9.9 minutes'],
  [9.96, '10 minutes'],
  [7909.003, '7,909 minutes']
])('%d minutes are told as %s', (minutes, words) => {
  expect(minutesInWords(minutes)).toBe(words)
})
