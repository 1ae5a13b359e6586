import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAlert } from '../../src/searches/alerts/condition'
import { SEARCHES_SETTINGS, searchesSettingsSchema } from '../../src/cli/searches-settings'
import { gatherSettings, variableOf } from '../../src/input/settings'
import { alertEvent, reportEvent, zeroResultEvent } from '../../src/searches/events'
import { SEARCHES_METRICS } from '../../src/searches/metrics'
import { noEvents, noMessages } from '../../src/searches/progress'
import { reportOf } from '../../src/searches/report'
import { startCli } from '../support/segment'

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8')
const page = read('docs/searches.md')
const job = read('deploy/searches.yaml')

const variables = Object.entries(SEARCHES_SETTINGS.settings).flatMap(([name, setting]) => {
  const variable = variableOf(SEARCHES_SETTINGS.prefix, name, setting)
  return setting.secret ? [variable, `${variable}_FILE`] : [variable]
})

it.each([
  ['the page', page],
  ['the job', job]
])('%s names variables that there are', (_, text) => {
  const known = [...variables, 'ALGOLIA_ANALYTICS_URL', 'SEGMENT_TRACKING_URL']
  const named = text.match(/\b(ALGOLIA|SEGMENT|SEARCHES)_[A-Z_]+/g) ?? []
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((variable) => !known.includes(variable))).toEqual([])
})

it('the page names flags that there are', async () => {
  const help = startCli(['searches', '--help'], {}, __dirname)
  await help.ended
  const flags = page
    .split('\n')
    .flatMap((line) => (line.includes('local-') ? [] : (line.match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [])))
  for (const flag of flags) expect(help.stdout).toMatch(new RegExp(`^ +${flag}\\b`, 'm'))
})

it('the page has every event with its properties, every figure and every metric', () => {
  const origin = { appId: 'A', anonymousId: 'a' }
  const figures = { searches: 1, users: 1, noResultRate: 0, clickThroughRate: 0, conversionRate: 0 }
  const top = [{ query: 'a', searches: 1, results: 1, clickThroughRate: 0, conversionRate: 0 }]
  const about = { period: 'daily', index: 'i', from: '2026-03-01', to: '2026-03-01' } as const
  const report = reportEvent(
    origin,
    reportOf(about, { ...figures, topSearches: top }, { searches: 1, topSearches: [] }, 1)
  )
  const { condition } = parseAlert('searches > 0')
  const events = [
    zeroResultEvent(origin, 'i', '2026-03-01', { query: 'a', searches: 1, withFilters: 0 }),
    report,
    alertEvent(origin, { condition, index: 'i', state: 'started', date: '2026-03-01', since: '2026-03-01', value: 1 })
  ]
  for (const { event, properties } of events) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${event}\``)) ?? ''
    for (const name of Object.keys(properties)) expect(row).toContain(`\`${name}\``)
  }
  const [search] = report.properties.top_searches as object[]
  for (const name of Object.keys(search!)) expect(page).toContain(`\`${name}\``)
  for (const name of [...Object.keys(noEvents()), ...Object.keys(noMessages())]) expect(page).toContain(`\`${name}\``)
  for (const [name, help] of SEARCHES_METRICS.counters)
    expect(page).toMatch(new RegExp(`\\| \`${name}_total\` +\\| ${help}`))
  for (const [name, help] of SEARCHES_METRICS.gauges) expect(page).toMatch(new RegExp(`\\| \`${name}\` +\\| ${help}`))
})

it("the page's alerts and its file, and the job's variables, are understood", async () => {
  const alerts = [...page.matchAll(/^\| `([^`]+ [<>]=? [^`]+)` /gm)].map(([, alert]) => parseAlert(alert!))
  expect(alerts).toHaveLength(5)
  const [, json] = /```json\n(\{\n {2}"indices"[^]*?)```/.exec(page) ?? []
  const account = { appId: 'A', apiKey: 'k', region: 'us', segmentWriteKey: 'w' }
  expect(searchesSettingsSchema.parse({ ...account, ...(JSON.parse(json!) as object) }).alert).toHaveLength(2)
  const inJob = Object.fromEntries(
    [...job.matchAll(/- name: (SEARCHES_\w+)\n +value: (.+)/g)].map(([, name, value]) => [
      name!,
      value!.replace(/'/g, '')
    ])
  )
  const settings = await gatherSettings(SEARCHES_SETTINGS, searchesSettingsSchema, {
    variables: { ...inJob, ALGOLIA_APP_ID: 'A', ALGOLIA_API_KEY: 'k', ALGOLIA_REGION: 'us', SEGMENT_WRITE_KEY: 'w' },
    flags: {},
    warn: () => undefined
  })
  expect(settings).toMatchObject({ indices: ['products'], zeroResults: true, report: 'weekly', log: 'json' })
  expect(settings.alert).toHaveLength(2)
})
