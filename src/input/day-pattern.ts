/** A day that there is, from the year 1000 on, as the source of a regular expression: so that a JSON schema can tell it too. */
export const DAY_PATTERN = (() => {
  const leapYear = '(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)'
  const days =
    '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8])'
  return `(?:[1-9][0-9]{3}-(?:${days})|${leapYear}-02-29)`
})()
