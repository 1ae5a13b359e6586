import type { Locator } from 'playwright-core'
import { startWorkbench, type Workbench } from '../../src/workbench'
import { openBrowser, type Browser } from '../support/browser'
import { until } from '../support/workbench'

/** A user of the samples. */
const SHOPPER = 'loyalty+card=maya/2291'

let browser: Browser
let workbench: Workbench

beforeAll(async () => {
  browser = await openBrowser()
})

beforeEach(async () => {
  workbench = await startWorkbench({ port: 0, local: { profiles: 400, latency: 0 } })
})

afterEach(async () => {
  // So that nothing of the page asks any more when the workbench is gone.
  await browser.page.goto('about:blank')
  await workbench.close()
  expect(browser.complaints.splice(0)).toEqual([])
  const foreign = browser.addresses.filter((address) => !/^(http:\/\/127\.0\.0\.1:|about:)/.test(address))
  expect(foreign).toEqual([])
  expect(await browser.traffic()).not.toContain('local-api-key')
})

afterAll(() => browser.close())

const algolia = () => {
  if (!workbench.localAlgolia) throw new Error('There is no local Algolia.')
  return workbench.localAlgolia
}

const open = async (area: string) => {
  await browser.page.goto(`${workbench.url}/#${area}`)
  await browser.page.locator(`#${area}-area`).waitFor()
}

const button = (name: string): Locator => browser.page.getByRole('button', { name, exact: true })
const focusedId = () => browser.page.evaluate('document.activeElement.id')
const textsOf = async (locator: Locator): Promise<string[]> =>
  (await locator.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())

/** Takes what the browser says of one call that found no workbench: on its console, and of the request. This once it is right. */
const takeComplaintsOfGone = async () => {
  await until(() => Promise.resolve(browser.complaints.length >= 2))
  for (const complaint of browser.complaints.splice(0)) expect(complaint).toContain('ERR_CONNECTION_')
}

describe('the settings', () => {
  beforeEach(() => open('settings'))

  it('come from the definition, filled in for the local Algolia, with the key kept back', async () => {
    const { page } = browser
    expect(await page.getByLabel('Application ID').inputValue()).toBe('LOCALALGOLIA')
    expect(await page.getByLabel('Region').inputValue()).toBe('us')
    const key = page.getByLabel('API Key')
    expect(await key.inputValue()).toBe('')
    expect(await key.getAttribute('type')).toBe('password')
    expect(await key.getAttribute('placeholder')).toContain('Already set')
    expect(await page.locator('#settings-area').innerText()).toContain('ACLs search, browse, recommendation')
  })

  it('lead to a connection', async () => {
    await button('Test connection').click()
    await browser.page.getByText('Connected.').waitFor()
  })

  it('show the cause when the key is wrong, and do not show the key', async () => {
    const { page } = browser
    await page.getByLabel('API Key').fill('a-key-that-is-wrong')
    await button('Test connection').click()
    const outcome = page.locator('#connection')
    await outcome.getByText('No connection.').waitFor()
    expect(await outcome.innerText()).toMatch(/Check the API key.*search, browse, recommendation/)
    expect(await page.locator('body').innerText()).not.toContain('a-key-that-is-wrong')
  })

  it('show the cause when the plan lacks the feature, and when Algolia can’t be reached', async () => {
    const outcome = browser.page.locator('#connection')
    algolia().application.planIncludesFeature = false
    await button('Test connection').click()
    await outcome.getByText('plan').waitFor()
    await algolia().close()
    await button('Test connection').click()
    await outcome.getByText('ECONNREFUSED').waitFor()
  })

  it('say what is missing before anything is asked', async () => {
    const { page } = browser
    await page.getByLabel('Application ID').fill('ANOTHERAPP')
    await button('Test connection').click()
    await page.getByText('API Key is missing.').waitFor()
    expect(await page.getByLabel('API Key').getAttribute('aria-invalid')).toBe('true')
    expect(await focusedId()).toBe('setting-apiKey')
    expect(algolia().calls).toHaveLength(0)
  })
})

describe('trying an event', () => {
  const mapped = () => browser.page.locator('#mapped')
  const sent = () => browser.page.locator('#sent')
  const profile = () => sent().locator('.profile').first()
  const [before, after] = [0, 1].map((index) => () => profile().locator('.before-after > div').nth(index)) as [
    () => Locator,
    () => Locator
  ]

  beforeEach(async () => {
    await open('try')
    await mapped().getByText('winter_hikers').waitFor()
  })

  it('shows what a sample is mapped to, with the default mapping', async () => {
    expect(JSON.parse(await mapped().locator('pre').innerText())).toMatchObject({
      userToken: SHOPPER,
      segmentId: 'winter_hikers'
    })
    expect(await mapped().innerText()).toContain('enters')
    expect(await browser.page.locator('#mapping-userToken').inputValue()).toContain('$.userId')
  })

  it('sends an entry: outcome, calls, and the profile before and after, ours apart from others', async () => {
    await button('Send').click()
    await sent().getByText('Event delivered').waitFor()
    expect(await textsOf(sent().locator('.outcome'))).toEqual(['200 profile updated'])
    expect(await textsOf(sent().locator('.call > summary'))).toEqual([
      'GET/2/users/loyalty%2Bcard%3Dmaya%2F2291200',
      'PUT/2/users/loyalty%2Bcard%3Dmaya%2F2291/segments200'
    ])
    expect(await textsOf(before().locator('.segment.managed .segment-id'))).toEqual(['cart_abandoners'])
    expect(await textsOf(after().locator('.segment.managed .segment-id'))).toEqual(['cart_abandoners', 'winter_hikers'])
    expect(await textsOf(after().locator('.segment.foreign .segment-id'))).toEqual(['high_momentum', 'Outdoor lovers'])
    expect(await textsOf(after().locator('.segment.added .segment-id'))).toEqual(['winter_hikers'])
    expect(algolia().profiles.get(SHOPPER)?.segments).toContainEqual({ id: 'winter_hikers', source: 'segment' })
  })

  it('shows the calls with the key withheld', async () => {
    await button('Send').click()
    await sent().locator('.call > summary').nth(1).click()
    const call = await sent().locator('.call').nth(1).innerText()
    expect(call).toContain('"x-algolia-api-key": "<redacted>"')
    expect(call).toContain('"statusCode": 200')
  })

  it('sends an exit, which takes one segment away and no other', async () => {
    await browser.page.getByLabel('Sample').selectOption('Audience exited')
    await mapped().getByText('exits').waitFor()
    await button('Send').click()
    await sent().getByText('Event delivered').waitFor()
    expect(await textsOf(before().locator('.segment.removed .segment-id'))).toEqual(['cart_abandoners'])
    expect(await textsOf(after().locator('.segment-id'))).toEqual(['high_momentum', 'Outdoor lovers'])
  })

  it.each([
    ['Identify with a trait', 'high_value'],
    ['Journey step', 'j_o_winter_campaign__first_purchase_dje83h']
  ])('sends the sample “%s”', async (sample, id) => {
    await browser.page.getByLabel('Sample').selectOption(sample)
    await mapped().getByText(id).waitFor()
    await button('Send').click()
    await sent().getByText('Event delivered').waitFor()
    expect(await textsOf(after().locator('.segment.added .segment-id'))).toEqual([id])
  })

  it('sends a batch, and says of each event what became of it', async () => {
    await browser.page.getByLabel('Sample').selectOption('Batch with mixed outcomes')
    await mapped().getByText('Event 6').waitFor()
    await button('Send').click()
    await sent().getByText('6 events: 3 delivered, 3 refused').waitFor()
    expect(await textsOf(sent().locator('.outcome'))).toEqual([
      '200 profile updated',
      '200 profile updated',
      '200 profile unchanged',
      expect.stringMatching(/^400 PAYLOAD_VALIDATION_FAILED.*maya@example\.com/),
      expect.stringMatching(/^400 PAYLOAD_VALIDATION_FAILED.*segmentId/),
      expect.stringMatching(/^400 INVALID_AUDIENCE_MEMBERSHIP/)
    ])
    expect(await sent().locator('.profile').count()).toBe(3)
  })

  it('maps anew as one types, in the event and in the mapping', async () => {
    const { page } = browser
    await page.locator('#event').fill('{ "type": "track", "userId": "typed-user", "properties": { "tier": "gold" } }')
    await mapped().getByText('The host refuses it.').waitFor()
    expect(await mapped().innerText()).toContain("missing the required field 'segmentId'")
    await page.locator('#mapping-segmentId').fill('$.properties.audience_key\n$.properties.tier')
    await mapped().getByText('"gold"').waitFor()
    await page.locator('#mapping-segmentId').fill('{ "@template": "tier_{{properties.tier}}" }')
    await mapped().getByText('"tier_gold"').waitFor()
    await page.locator('#mapping-segmentId').fill('always')
    await mapped().getByText('"always"').waitFor()
    await button('Send').click()
    await sent().getByText('Event delivered').waitFor()
    expect(algolia().profiles.get('typed-user')?.segments).toEqual([{ id: 'always', source: 'segment' }])
  })

  it('shows what was typed last, also when the answers come in another order', async () => {
    const { page } = browser
    let letFirstGo = () => {}
    const secondAnswered = new Promise<void>((resolve) => (letFirstGo = resolve))
    let asked = 0
    await page.route('**/workbench/preview', async (route) => {
      asked += 1
      if (asked === 1) await secondAnswered
      await route.fulfill({ response: await route.fetch() })
    })
    const first = page.waitForRequest('**/workbench/preview')
    await page.locator('#mapping-segmentId').fill('typed-first')
    await first
    const firstAnswer = page.waitForResponse((response) => response.request().postData()?.includes('first') ?? false)
    await page.locator('#mapping-segmentId').fill('typed-last')
    await mapped().getByText('"typed-last"').waitFor()
    letFirstGo()
    await (await firstAnswer).finished()
    await page.unroute('**/workbench/preview')
    expect(await mapped().innerText()).toContain('typed-last')
  })

  it('says where an event is not JSON, and sends nothing', async () => {
    const { page } = browser
    await page.locator('#event').fill('{ "type": ')
    await page.getByText('This is not JSON yet').waitFor()
    await button('Send').click()
    expect(await focusedId()).toBe('event')
    expect(algolia().calls).toHaveLength(0)
  })

  it('says when the action’s default trigger would hold the event back', async () => {
    await browser.page.getByLabel('Action', { exact: true }).selectOption('Exit Audience')
    await mapped().getByText('would not send it').waitFor()
  })

  it('shows the cause when Algolia refuses', async () => {
    algolia().application.segmentsEndpoint = 404
    await button('Send').click()
    await sent().getByText('Event refused').waitFor()
    expect((await textsOf(sent().locator('.outcome')))[0]).toMatch(/^404 .*segments endpoint/)
  })

  it('tells what Segment would try again from what is refused, and lists the call that got no answer', async () => {
    await algolia().close()
    await button('Send').click()
    await sent().getByText('Not delivered: Segment would try again').waitFor()
    expect(await sent().innerText()).not.toMatch(/refused|None/)
    expect(await textsOf(sent().locator('.call > summary'))).toEqual([
      'GET/2/users/loyalty%2Bcard%3Dmaya%2F2291no answer (ECONNREFUSED)'
    ])
    await sent().locator('.call > summary').click()
    expect(await sent().locator('.call').innerText()).toContain('"x-algolia-api-key": "<redacted>"')
  })

  it('counts what Segment would try again apart', async () => {
    algolia().faults.status(500, { when: ({ path }) => path.includes('anonymous') })
    await browser.page.getByLabel('Sample').selectOption('Batch with mixed outcomes')
    await mapped().getByText('Event 6').waitFor()
    await button('Send').click()
    await sent().getByText('6 events: 2 delivered, 1 that Segment would try again, 3 refused').waitFor()
  })

  it('marks an outcome as of what was sent before, once anything of the form is edited', async () => {
    const { page } = browser
    const past = sent().getByText('Of what was sent before.')
    const edits = [
      () => page.locator('#mapping-segmentId').fill('another'),
      () => page.getByLabel('Action', { exact: true }).selectOption('Exit Audience'),
      () => page.getByLabel('Sample').selectOption('Audience entered'),
      () => page.locator('#event').fill('{bad')
    ]
    for (const edit of edits) {
      await button('Send').click()
      await sent().getByText('Event delivered').waitFor()
      expect(await past.count()).toBe(0)
      await edit()
      await past.waitFor()
      expect(await past.count()).toBe(1)
    }
  })

  it('marks an outcome too that comes after an edit', async () => {
    const { page } = browser
    let letGo = () => {}
    const edited = new Promise<void>((resolve) => (letGo = resolve))
    await page.route('**/workbench/send', async (route) => {
      await edited
      await route.continue()
    })
    await button('Send').click()
    await page.locator('#mapping-segmentId').fill('another')
    letGo()
    await sent().getByText('Event delivered').waitFor()
    await page.unroute('**/workbench/send')
    expect(await sent().innerText()).toContain('Of what was sent before.')
  })

  it('leaves no outcome of an earlier event when the next one is not sent, or fails', async () => {
    const { page } = browser
    await button('Send').click()
    await sent().getByText('Event delivered').waitFor()
    await page.locator('#event').fill('{bad')
    await button('Send').click()
    await mapped().getByText('Nothing to map yet.').waitFor()
    expect(await sent().innerText()).toBe('')

    await page.getByLabel('Sample').selectOption('Audience entered')
    await mapped().getByText('winter_hikers').waitFor()
    await button('Send').click()
    await sent().getByText('Event delivered').waitFor()
    await workbench.close()
    await button('Send').click()
    await page.getByText('The workbench does not answer.').waitFor()
    expect(await sent().innerText()).toBe('')
    await takeComplaintsOfGone()
  })

  it('leads on to the user inspector', async () => {
    await button('Send').click()
    await profile().getByRole('button', { name: 'Inspect' }).click()
    await browser.page.locator('#inspected').getByRole('heading', { name: SHOPPER }).waitFor()
    expect(await browser.page.locator('#try-area').isVisible()).toBe(false)
    expect(await browser.page.evaluate('scrollY')).toBe(0)
  })
})

describe('the user inspector', () => {
  const inspected = () => browser.page.locator('#inspected')
  const lookUp = async (userToken: string) => {
    await browser.page.locator('#user-token').fill(userToken)
    await browser.page.keyboard.press('Enter')
  }

  beforeEach(() => open('inspector'))

  it('shows affinities as bars by score, grouped by name', async () => {
    await button(SHOPPER).click()
    await inspected().getByRole('heading', { name: 'Affinities' }).waitFor()
    expect(await textsOf(inspected().locator('.affinity-group h4'))).toEqual(['category', 'brand', 'color'])
    expect(await textsOf(inspected().locator('.affinity-group').first().locator('li'))).toEqual([
      'Hiking boots 19',
      'Tents 14',
      'Sleeping bags 8',
      'Camping 5'
    ])
    const widths = await Promise.all(
      [0, 1].map(async (index) => (await inspected().locator('.bar-fill').nth(index).boundingBox())?.width ?? 0)
    )
    expect(widths[0]! / widths[1]!).toBeCloseTo(19 / 14, 1)
  })

  it('shows segments with their source, the last update, and the fields that the source would emit', async () => {
    await lookUp(SHOPPER)
    await inspected().getByRole('heading', { name: SHOPPER }).waitFor()
    expect(await textsOf(inspected().locator('.segment'))).toEqual([
      'cart_abandoners segment · ours',
      'high_momentum lytics',
      'Outdoor lovers dashboard'
    ])
    const updated = algolia().profiles.get(SHOPPER)?.lastUpdatedAt
    expect(await inspected().locator('time').first().getAttribute('datetime')).toBe(updated)
    const fields = await textsOf(inspected().locator('table').first().locator('tbody tr'))
    expect(fields).toContain(`algolia_user_id ${SHOPPER}`)
    expect(fields).toContain('algolia_segment_sources ["segment","lytics","dashboard"]')
    expect(await inspected().innerText()).toMatch(/affinities: 9 rows[^]*segments: 3 rows/)
  })

  it('shows whatever stands in a profile as text', async () => {
    const id = '<img src="x" onerror="document.title = 1">'
    const segments = [{ id, source: '<b>segment</b>' }]
    const affinity = { name: id, value: id, score: 3, indices: [id], lastUpdatedAt: id }
    algolia().profiles.put({ userID: 'odd', type: id, affinities: [affinity], segments, lastUpdatedAt: id })
    await lookUp('odd')
    await inspected().getByRole('heading', { name: 'odd' }).waitFor()
    expect(await textsOf(inspected().locator('.segment'))).toEqual([`${id} <b>segment</b>`])
    expect(await inspected().locator('img, b').count()).toBe(0)
  })

  it('says that there is no profile', async () => {
    await lookUp('nobody')
    await inspected().getByText('No profile.').waitFor()
  })

  it('says at the field what a user token must be, and asks nothing', async () => {
    const { page } = browser
    await button(SHOPPER).click()
    await inspected().getByRole('heading', { name: SHOPPER }).waitFor()
    algolia().clearCalls()
    const problem = page.locator('#user-token-problem')
    await lookUp('a@b.c')
    await problem.getByText('must be 1-129 characters of A-Za-z0-9=+/-_').waitFor()
    expect(await page.locator('#user-token').getAttribute('aria-invalid')).toBe('true')
    expect(await inspected().innerText()).toBe('')
    expect(algolia().calls).toHaveLength(0)
    await lookUp('nobody')
    await inspected().getByText('No profile.').waitFor()
    expect(await problem.innerText()).toBe('')
  })

  it('says why a profile can’t be read', async () => {
    algolia().application.acl = []
    await lookUp(SHOPPER)
    await inspected().getByText('can’t be read').waitFor()
    expect(await inspected().innerText()).toContain('ACLs search, browse, recommendation')
  })
})

describe('the source', () => {
  const looked = () => browser.page.locator('#looked')
  const run = () => browser.page.locator('#run')
  const tile = async (name: string): Promise<number> => {
    const text = await run().locator('.tiles div', { hasText: name }).first().locator('dd').innerText()
    return Number(text.replace(/,/g, ''))
  }

  beforeEach(async () => {
    await open('source')
    await run().getByText('No run yet.').waitFor()
  })

  it('checks, and says what is wrong', async () => {
    await button('Check').click()
    await looked().getByText('SUCCEEDED').waitFor()
    algolia().application.planIncludesFeature = false
    await button('Check').click()
    await looked().getByText('FAILED').waitFor()
    expect(await looked().innerText()).toContain('402')
  })

  it.each([
    ['Page size', 'pageSize', '5000', 'Page size must be a whole number from 1 to 1000.'],
    ['Page size', 'pageSize', 'many', 'Page size must be a whole number from 1 to 1000.'],
    ['Start date', 'startDate', 'yesterday', 'Start date must be a date such as 2026-01-31 or 2026-01-31T08:00:00Z.'],
    ['Indices', 'indices', 'products,', 'Indices must not have an empty entry between commas.']
  ])('says at the field %s (%s: %s) what it must be, and asks nothing', async (label, name, value, problem) => {
    const { page } = browser
    const field = page.getByLabel(label)
    const said = page.locator(`#option-${name}-problem`)
    const right = await field.inputValue()
    for (const press of ['Check', 'Preview rows', 'Start']) {
      await field.fill(value)
      await button(press).click()
      await said.getByText(problem).waitFor()
      expect(await field.getAttribute('aria-invalid')).toBe('true')
      expect(await focusedId()).toBe(`option-${name}`)
      const outcome = press === 'Start' ? page.locator('#not-started') : looked()
      expect(await outcome.innerText()).toContain(problem)
      await field.fill(right)
      expect(await said.innerText()).toBe('')
    }
    expect(algolia().calls).toHaveLength(0)
    await button('Start').click()
    await run().getByText('Finished.').waitFor()
    expect(await page.locator('#not-started').innerText()).toBe('')
  })

  it('says which of the settings it can’t use, and marks it there', async () => {
    const { page } = browser
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Application ID').fill('NOT AN ID')
    await page.getByRole('link', { name: 'Source' }).click()
    await button('Check').click()
    await looked().getByText('Application ID must be letters and digits. API Key is missing.').waitFor()
    await looked().getByRole('link', { name: 'Settings' }).click()
    expect(await page.locator('#setting-appId-problem').innerText()).toBe('Application ID must be letters and digits.')
    expect(algolia().calls).toHaveLength(0)
  })

  it('discovers the streams with their fields, keys and cursor', async () => {
    await button('Discover').click()
    await looked().getByRole('heading', { name: 'segments' }).waitFor()
    const rows = await textsOf(looked().locator('table').first().locator('tbody tr'))
    expect(rows[0]).toMatch(/^algolia_user_id string key/)
    expect(rows.at(-1)).toMatch(/^algolia_last_updated .*cursor/)
  })

  it('previews the first hundred rows of each stream', async () => {
    await button('Preview rows').click()
    await looked().locator('table').waitFor()
    expect(await looked().locator('tbody tr').count()).toBe(100)
    await looked().getByText('segments').click()
    await looked().getByRole('columnheader', { name: 'algolia_segment_id' }).waitFor()
    expect(await looked().locator('tbody tr').count()).toBe(100)
  })

  it('previews only what passes the filters', async () => {
    await browser.page.locator('#option-affinities').fill('category:Tents')
    await button('Preview rows').click()
    await looked().locator('table').waitFor()
    const values = await textsOf(looked().locator('tbody tr td:nth-child(4)'))
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) expect(value).toContain('Tents')
    await browser.page.locator('#option-affinities').fill('category:nothing')
    await button('Preview rows').click()
    await looked().getByText('No rows.').waitFor()
  })

  it('runs with live progress, is stopped, and goes on from its state to the end', async () => {
    algolia().faults.latency = 30
    // So that no new period begins while the calls that are left are counted.
    algolia().application.rateLimit = { calls: 500, seconds: 86_400 }
    await browser.page.getByLabel('Page size').fill('5')
    await browser.page.getByLabel('Concurrency').fill('1')
    await button('Start').click()
    await run().getByText('Running.').waitFor()
    await run().locator('.tiles').getByText('rows of profiles').waitFor()
    const seen = new Set<number>()
    await until(async () => seen.add(await tile('pages')).size >= 3)
    await button('Stop').click()
    await run().getByText('Stopped.').waitFor()
    const rows = await tile('rows of profiles')
    const calls = algolia().calls.length
    expect(rows).toBeGreaterThan(0)
    expect(rows).toBeLessThan(403)
    expect(await tile('calls left')).toBe(500 - (await tile('calls')))

    algolia().faults.latency = 0
    await button('Resume').click()
    await run().getByText('Finished.').waitFor()
    expect(rows + (await tile('rows of profiles'))).toBe(403)
    expect(algolia().calls.length).toBeGreaterThan(calls)
    const log = await run().locator('#run-log').innerText()
    expect(log).toContain('going on with a pass')
    expect(log).toContain('profiles: COMPLETE')
  })

  it('says why a run failed', async () => {
    algolia().application.planIncludesFeature = false
    await button('Start').click()
    await run().getByText('Failed.').waitFor()
    expect(await run().innerText()).toContain('402')
  })
})

describe('a real application', () => {
  it('is named on every area, and said to be written to before anything is sent', async () => {
    const { page } = browser
    const { appId, apiKey } = algolia().application
    const other = await startWorkbench({ port: 0, application: { appId, apiKey, region: 'eu' } })
    await page.goto(`${other.url}/#try`)
    await page.locator('#mapped').getByText('winter_hikers').waitFor()
    expect(await page.locator('#target').innerText()).toBe(`Real application ${appId}, eu`)
    expect(await page.locator('#send-hint').innerText()).toContain(`writes to profiles of the application ${appId}`)
    await button('Send').click()
    await page.locator('#sent').getByText('Event delivered').waitFor()
    expect(algolia().profiles.get(SHOPPER)?.segments).toContainEqual({ id: 'winter_hikers', source: 'segment' })
    await page.goto('about:blank')
    await other.close()
  })
})

describe('the page', () => {
  afterEach(() => browser.page.setViewportSize({ width: 1280, height: 800 }))

  it('can be used with the keyboard alone', async () => {
    const { page } = browser
    await open('settings')
    const focused = () => page.evaluate('document.activeElement.textContent.trim()')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Try an event')
    await page.keyboard.press('Enter')
    await page.locator('#try-area').waitFor()
    expect(await page.getByRole('link', { name: 'Try an event' }).getAttribute('aria-current')).toBe('page')
    await page.locator('#mapped').getByText('winter_hikers').waitFor()
    await page.locator('#send').focus()
    await page.keyboard.press('Enter')
    await page.locator('#sent').getByText('Event delivered').waitFor()
    expect(await focusedId()).toBe('sent')
  })

  it.each(['light', 'dark'] as const)('has text that can be read in the %s scheme', async (colorScheme) => {
    const { page } = browser
    await page.emulateMedia({ colorScheme })
    await open('settings')
    await button('Test connection').click()
    await page.getByText('Connected.').waitFor()
    // Every mood at once: good, bad, and something to be careful of.
    await open('try')
    await page.getByLabel('Sample').selectOption('Batch with mixed outcomes')
    await page.getByLabel('Action', { exact: true }).selectOption('Exit Audience')
    await page.locator('#mapped').getByText('would not send it').first().waitFor()
    await button('Send').click()
    await page.locator('#sent').getByText('refused').waitFor()
    for (const area of ['settings', 'try', 'inspector', 'source']) {
      await page.getByRole('navigation').locator(`a[href="#${area}"]`).click()
      expect(await page.evaluate(LOW_CONTRAST)).toEqual([])
    }
    await page.emulateMedia({ colorScheme: null })
  })

  it('shows an area from its top, however far down another one was read', async () => {
    const { page } = browser
    await page.setViewportSize({ width: 1280, height: 300 })
    for (const [from, to] of [
      ['try', 'source'],
      ['source', 'settings']
    ]) {
      await open(from!)
      await page.evaluate('scrollTo(0, 200)')
      await page.getByRole('navigation').locator(`a[href="#${to}"]`).click()
      await page.locator(`#${to}-area`).waitFor()
      expect(await page.evaluate('scrollY')).toBe(0)
    }
  })

  it('stays in its area when the navigation is skipped', async () => {
    const { page } = browser
    await open('source')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await until(async () => (await focusedId()) === 'main')
    expect(await page.locator('#source-area').isVisible()).toBe(true)
  })

  it.each([320, 390, 768])('has nothing out of sight to the side in a window of %i pixels', async (width) => {
    const { page } = browser
    await page.setViewportSize({ width, height: 700 })
    const lookAround = async (what: string) => expect([what, await page.evaluate(CUT_OFF)]).toEqual([what, []])
    await open('settings')
    await button('Test connection').click()
    await page.getByText('Connected.').waitFor()
    await lookAround('settings')
    await open('try')
    await page.getByLabel('Sample').selectOption('Batch with mixed outcomes')
    await page.locator('#mapped').getByText('Event 6').waitFor()
    await button('Send').click()
    await page.locator('#sent').getByText('refused').first().waitFor()
    await lookAround('try')
    await open('inspector')
    await page.getByRole('button', { name: /^anonymous-/ }).waitFor()
    await lookAround('inspector')
    await button(SHOPPER).click()
    await page.getByRole('heading', { name: 'Affinities' }).waitFor()
    await lookAround('a profile')
    const value = await page.locator('.fields td').nth(1).boundingBox()
    expect(value?.width).toBeGreaterThan(width / 3)
    await open('source')
    await button('Preview rows').click()
    await page.locator('#looked table').waitFor()
    await button('Start').click()
    await page.locator('#run').getByText('Finished.').waitFor()
    await lookAround('a run')
    await button('Discover').click()
    await page.locator('#looked').getByRole('heading', { name: 'segments' }).waitFor()
    await lookAround('streams')
  })

  it('gives every control a name', async () => {
    const { page } = browser
    for (const area of ['settings', 'try', 'inspector', 'source']) {
      await open(area)
      const nameless = await page.evaluate(
        `[...document.querySelectorAll('#${area}-area :is(input, select, textarea)')]
          .filter((control) => control.labels.length === 0).map((control) => control.outerHTML)`
      )
      expect(nameless).toEqual([])
    }
  })

  it('says so when the workbench is gone', async () => {
    await open('inspector')
    // What the page asks by itself, in areas that are not shown: the mapping of the first sample, and the latest run.
    await browser.page.locator('#mapped').getByText('winter_hikers').waitFor({ state: 'attached' })
    await browser.page.getByText('No run yet.').waitFor({ state: 'attached' })
    await workbench.close()
    await button(SHOPPER).click()
    await browser.page.getByText('The workbench does not answer.').waitFor()
    await takeComplaintsOfGone()
  })
})

/**
 * Run in the page: what reaches beyond the window's sides, or beyond what it stands in, other than within boxes that are
 * there to be scrolled.
 */
const CUT_OFF = `(() => {
  const width = document.documentElement.clientWidth
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility())
  const reaches = (element) => {
    const { left, right } = element.getBoundingClientRect()
    return left < -0.5 || right > width + 0.5
  }
  const beyond = shown('body *').filter((element) =>
    !element.closest('.skip, .hidden-text') && !element.parentElement.closest('.scroll, pre') && reaches(element))
  const holders = shown('nav, nav a, .card, .tiles div, button').filter(({ scrollWidth, clientWidth }) =>
    scrollWidth > clientWidth + 1)
  const links = shown('nav a').filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1)
  const page = document.documentElement.scrollWidth > width ? ['the page scrolls'] : []
  return [...page, ...[...beyond, ...holders, ...links].map(({ outerHTML }) => outerHTML.slice(0, 80))]
})()`

/**
 * Run in the page: the texts that are shown with a contrast under 4.5, as WCAG 2.2 reckons it
 * (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). Controls that can't be used are exempt.
 */
const LOW_CONTRAST = `(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => {
    const [r, g, b] = parts(color).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor
      if (parts(color)[3] !== 0) return color
    }
    return 'rgb(255, 255, 255)'
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const low = new Set()
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement
    if (text.data.trim() === '' || element.closest(':disabled, .hidden-text') || !element.checkVisibility()) continue
    const [one, other] = [getComputedStyle(element).color, groundOf(element)].map(luminance)
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)
    if (contrast < 4.5) low.add(element.className + ': ' + text.data.trim().slice(0, 40) + ' ' + contrast.toFixed(2))
  }
  return [...low]
})()`
