/** Tells whether figures have got worse than those kept in the repository. */
const { median } = require('./statistics')

/** How much worse than its reference a ratio may be, as a part of it, unless the reference says otherwise. */
const ALLOWANCE = 0.25

/**
 * @typedef {object} Figure what a benchmark found
 * @property {string} id
 * @property {string} what
 * @property {number[]} samples one for each run
 * @property {string} [unit] absent when the samples are ratios; with '%' they are ratios, too
 * @property {number[]} [ratios] where they aren't: ratios that stand for them on any machine, if there are any
 * @property {string} beside what to see it beside
 * @property {{atMost: number} | {atLeast: number}} [goal]
 * @property {boolean} [higherIsBetter] where no goal tells
 *
 * @typedef {object} Reference
 * @property {number} ratio
 * @property {number} allowance how much worse a ratio may be, as a part of it
 */

/**
 * @param {Figure[]} figures
 * @param {Record<string, Reference>} references by the id of the figure
 * @returns {string[]} a line for each figure that is worse than its reference allows, or that should have one and hasn't
 */
function findings(figures, references) {
  return figures.flatMap((figure) => {
    const ratio = ratioOf(figure)
    if (ratio === undefined) return []
    const reference = references[figure.id]
    if (!reference) return [`${figure.id}: no reference; take the figure over with --update-reference`]
    const bound = reference.ratio * (isBetterHigher(figure) ? 1 - reference.allowance : 1 + reference.allowance)
    const isWorse = isBetterHigher(figure) ? ratio < bound : ratio > bound
    if (!isWorse) return []
    return [`${figure.id}: ${ratio.toFixed(3)}, the reference is ${reference.ratio} and allows ${bound.toFixed(3)}`]
  })
}

/** @returns {Reference | undefined} what to keep of a figure; the allowance of the former reference stays */
function referenceOf(figure, former) {
  const ratio = ratioOf(figure)
  return ratio === undefined
    ? undefined
    : { ratio: Number(ratio.toFixed(3)), allowance: former?.allowance ?? ALLOWANCE }
}

/** @returns {boolean} whether a figure meets its goal, if it has one */
function meetsGoal({ samples, goal }) {
  if (!goal) return true
  return 'atMost' in goal ? median(samples) <= goal.atMost : median(samples) >= goal.atLeast
}

function ratioOf({ samples, unit, ratios }) {
  if (ratios) return median(ratios)
  return unit === undefined || unit === '%' ? median(samples) : undefined
}

function isBetterHigher({ goal, higherIsBetter = false }) {
  return goal ? 'atLeast' in goal : higherIsBetter
}

module.exports = { findings, meetsGoal, referenceOf }
