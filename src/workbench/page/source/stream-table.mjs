// @ts-check
import { cellText, ProfileLink, Table } from '../elements.mjs'
import { html } from '../vendor/preact.mjs'

/** @typedef {import('../../interface').Json} Json */

/** The field of all streams of profiles that holds the user token. */
const USER_TOKEN = 'algolia_user_id'

/** Rows of a stream, a column for each field; what is too long for its cell is there to read when pointed at. @param {{ stream: string, rows: readonly Json[] }} props */
export function StreamTable({ stream, rows }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) => columns.map((column) => cell(column, row[column])))
  return html`<${Table} label="Rows of the stream ${stream}" columns=${columns} rows=${cells} kind="rows" />`
}

/** One row, a line for each field. @param {{ label: string, row: Json }} props */
export function FieldsTable({ label, row }) {
  const cells = Object.entries(row).map(([name, value]) => [html`<code>${name}</code>`, cell('', value)])
  return html`<${Table} label=${label} columns=${['Field', 'Value']} rows=${cells} kind="fields" />`
}

/** @param {string} column @param {unknown} value */
function cell(column, value) {
  if (column === USER_TOKEN && typeof value === 'string') return html`<${ProfileLink} userToken=${value} />`
  const text = cellText(value)
  return html`<code title=${text}>${text}</code>`
}
