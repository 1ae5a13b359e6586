/** Figures as a Markdown table. */
const { meetsGoal } = require('./check')
const { median } = require('./statistics')

/**
 * @param {import('./check').Figure[]} figures
 * @returns {string} a Markdown table: medians, with the lowest and the highest of all runs
 */
function table(figures) {
  const rows = figures.map((figure) => {
    const { what, samples, unit, beside } = figure
    return [what, written(median(samples), unit), spread(samples, unit), beside, goalOf(figure)]
  })
  const lines = [['Measured', 'Median', 'Lowest–highest', 'Beside it', 'Goal'], ...rows]
  const widths = lines[0].map((_, column) => Math.max(...lines.map((cells) => cells[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(lines[0]), line(widths.map((width) => '-'.repeat(width))), ...lines.slice(1).map(line)].join('\n')
}

function written(number, unit) {
  return unit === undefined ? digits(number) : `${digits(number, unit)} ${unit}`
}

/** Two digits after the point for ratios and small numbers, none for counts and large numbers. */
function digits(number, unit) {
  if (unit === '%') return (number * 100).toFixed(1)
  const isCount = unit === 'calls' && Number.isInteger(number)
  return isCount || number >= 100 ? Math.round(number).toLocaleString('en-US') : number.toFixed(2)
}

function spread(samples, unit) {
  if (samples.length === 1) return ''
  return `${digits(Math.min(...samples), unit)}–${written(Math.max(...samples), unit)}`
}

function goalOf(figure) {
  const { goal, unit } = figure
  if (!goal) return ''
  const bound = 'atMost' in goal ? `≤ ${written(goal.atMost, unit)}` : `≥ ${written(goal.atLeast, unit)}`
  return `${bound}: ${meetsGoal(figure) ? 'met' : 'missed'}`
}

module.exports = { table }
