import { grouped } from '../report/words'
import { printCondition } from './alerts/condition'
import type { IndexTransition } from './events'
import type { Report } from './report'

/** A message as Slack's incoming webhooks take it: blocks, and a text for where these can't be shown. */
export interface SlackMessage {
  readonly text: string
  readonly blocks: readonly Readonly<Record<string, unknown>>[]
}

/** Slack's limits: blocks of a message; characters of a section's text, and of a header's. */
const MOST_BLOCKS = 50
const SECTION_LENGTH = 3_000
const HEADER_LENGTH = 150

/** Characters of a query that a table shows. */
const QUERY_WIDTH = 32

/** @returns the message of a report: its figures, and the top searches as a table */
export function reportMessage(report: Report): SlackMessage {
  const { period, index, from, to } = report
  const when = from === to ? from : `${from} to ${to}`
  const title = `${period === 'weekly' ? 'Weekly' : 'Daily'} searches of ${index}, ${when}`
  const figures = [
    `*Searches* ${counted(report.searches)} (${change(report.change)})`,
    `*Users* ${counted(report.users)}`,
    `*Without results* ${percent(report.noResultRate)}`,
    `*Click-through* ${percent(report.clickThroughRate)}`,
    `*Conversion* ${percent(report.conversionRate)}`
  ].join('   ')
  const table = tables([
    ['query', 'searches', 'change', 'results', 'clicks', 'conv.'],
    ...report.topSearches.map((search) => [
      shown(search.query),
      counted(search.searches),
      change(search.change),
      counted(search.results),
      percent(search.clickThroughRate),
      percent(search.conversionRate)
    ])
  ])
  const searches = report.topSearches.length === 0 ? [section('_No searches._')] : table.map(section)
  return message(title, [section(figures), ...searches])
}

/** @returns the message of an alert that starts or ends */
export function alertMessage({ condition, index, state, date, value, since }: IndexTransition): SlackMessage {
  const alert = printCondition(condition)
  const started = state === 'started'
  const title = `${started ? 'Alert' : 'Over'}: ${alert}, ${index}`
  const what = `*${escaped(condition.metric)}*${condition.isChange ? ' changed by' : ' was'} *${figure(condition, value)}* on ${date}`
  const now = started
    ? `since ${since}, the condition \`${escaped(alert)}\` holds.`
    : `the condition \`${escaped(alert)}\`, which held from ${since}, no longer holds.`
  return message(title, [section(`${what}: ${now}`)])
}

/** In blocks, `&<>` are written as HTML does; a header is plain, but Slack reads it in the same way. */
function message(title: string, sections: readonly object[]): SlackMessage {
  const header = {
    type: 'header',
    text: { type: 'plain_text', text: within(escaped(title), HEADER_LENGTH), emoji: false }
  }
  return { text: escaped(title), blocks: [header, ...sections.slice(0, MOST_BLOCKS - 1)] as SlackMessage['blocks'] }
}

function section(text: string): object {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}

/** Rows in columns of one width, numbers to the right; in as many code blocks as the limit of a section asks for. */
function tables(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => lengthOf(row[column] ?? ''))))
  const lines = rows.map((row) =>
    escaped(
      row
        .map((cell, column) => {
          const space = ' '.repeat((widths[column] ?? 0) - lengthOf(cell))
          return column === 0 ? cell + space : space + cell
        })
        .join('  ')
    )
  )
  const blocks: string[] = []
  let block = ''
  for (const line of lines) {
    if (block !== '' && block.length + line.length + '```\n\n```'.length > SECTION_LENGTH) {
      blocks.push(block)
      block = ''
    }
    block += block === '' ? line : `\n${line}`
  }
  return [...blocks, block].map((text) => `\`\`\`\n${text}\n\`\`\``)
}

/** A query on one line of a table, without what would end its code block. */
function shown(query: string): string {
  // eslint-disable-next-line no-control-regex -- a query may hold any characters
  const line = query.replace(/[\u0000-\u001f\u007f\s]+/g, ' ').replace(/`/g, "'")
  const characters = [...line]
  const short = characters.length > QUERY_WIDTH ? `${characters.slice(0, QUERY_WIDTH - 1).join('')}…` : line
  return short.trim() === '' ? '(empty)' : short
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/** Cut short, but not within an escaped character. */
function within(text: string, length: number): string {
  if (text.length <= length) return text
  return `${text.slice(0, length - 1).replace(/&[a-z]*$|[\ud800-\udbff]$/, '')}…`
}

function lengthOf(text: string): number {
  return [...text].length
}

function counted(count: number | null): string {
  return count === null ? '–' : grouped(count)
}

function percent(rate: number | null): string {
  return rate === null ? '–' : `${(rate * 100).toFixed(1)}%`
}

function change(value: number | null): string {
  if (value === null) return '–'
  const rounded = Math.round(value * 100)
  return `${rounded > 0 ? '+' : ''}${rounded === 0 ? 0 : rounded}%`
}

function figure({ metric, isChange }: IndexTransition['condition'], value: number): string {
  if (isChange) return change(value)
  return metric.endsWith('_rate') ? percent(value) : String(Math.round(value * 100) / 100)
}
