// @ts-check
/** @typedef {import('../../interface').Context} Context */
/** @typedef {import('../../interface').Delivery} Delivery */

/** Segment's `serve` has deletions under a path of their own. @type {Record<string, string>} */
const PATHS = { onDelete: 'delete' }

/**
 * What does the same on a command line, through the interface of Segment's `serve`. The key is left to the reader: with
 * the local Algolia none is needed.
 * @param {Delivery} delivery
 * @param {Context} context
 */
export function curlOf({ action, payload, mapping }, { target: { kind, appId, region }, actions }) {
  const isAction = actions.find(({ slug }) => slug === action)?.isAction
  const settings = { appId, region, ...(kind === 'application' && { apiKey: 'YOUR_API_KEY' }) }
  const given = action === 'createAudience' ? payload : { payload }
  const body = JSON.stringify({ ...(isAction && { mapping }), settings, ...given }, undefined, 2)
  const path = PATHS[action] ?? action
  return `curl '${location.origin}/${path}' \\\n--header 'Content-Type: application/json' \\\n--data '${body.replaceAll("'", `'\\''`)}'`
}
