/** Figures out of samples. */

/** @returns {number} the middle of some numbers; of an even count, the mean of the two in the middle */
function median(numbers) {
  const ascending = [...numbers].sort((one, other) => one - other)
  const middle = ascending.length >> 1
  return ascending.length % 2 === 1 ? ascending[middle] : (ascending[middle - 1] + ascending[middle]) / 2
}

/** @returns {number[]} for each run, what one program took for what the other took in the same round */
function ratios(ones, others) {
  return ones.map((one, run) => one / others[run])
}

/** @returns {string} a whole number with its thousands set apart */
function counted(number) {
  return number.toLocaleString('en-US')
}

module.exports = { counted, median, ratios }
