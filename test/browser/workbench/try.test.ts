import { exec } from 'node:child_process'
import { SHOPPER, textsOf, WorkbenchPage } from '../../support/workbench-page'

const it_ = WorkbenchPage.forEachTest()
const profile = (change: 'before' | 'after') => it_.region('What became of it').locator(`.profile .${change}`).first()

beforeEach(async () => {
  await it_.open('try')
  await it_.preview()
})

const choose = (sample: string) => it_.page.getByLabel('Sample', { exact: true }).selectOption(sample)
const event = () => it_.page.getByLabel('Event or list of events')
const field = (label: string) => it_.page.getByLabel(label, { exact: true })
const shownEvent = () => it_.page.getByRole('spinbutton', { name: 'Event' })

describe('an event', () => {
  it('is mapped as Segment maps it, with the default mapping of the action', async () => {
    expect(await it_.payload()).toMatchObject({ userToken: SHOPPER, segmentId: 'winter_hikers' })
    expect(await (await it_.preview()).innerText()).toContain('enters')
    expect((await field('User Token').inputValue()).split('\n')).toContain('$.userId')
  })

  it('is sent: outcome, calls without the key, the profile before and after, and the rule contexts of a search', async () => {
    const outcome = await it_.send()
    expect(await it_.focusedId()).toBe('outcome')
    expect(await outcome.locator('.status').first().innerText()).toBe('200')
    const calls = outcome.locator('.call > summary')
    expect((await textsOf(calls)).slice(0, 2)).toEqual([
      'GET /2/users/loyalty%2Bcard%3Dmaya%2F2291 200',
      'PUT /2/users/loyalty%2Bcard%3Dmaya%2F2291/segments 200'
    ])
    await calls.nth(1).click()
    expect(await outcome.locator('.call').nth(1).innerText()).toContain('"x-algolia-api-key": "<redacted>"')
    expect(await textsOf(profile('before').locator('.managed .code'))).toEqual(['cart_abandoners'])
    expect(await textsOf(profile('after').locator('.managed .code'))).toEqual(['cart_abandoners', 'winter_hikers'])
    expect(await textsOf(profile('after').locator('.foreign .code'))).toEqual(['high_momentum', 'Outdoor lovers'])
    expect(await textsOf(profile('after').locator('.added .code'))).toEqual(['winter_hikers'])
    expect(await textsOf(outcome.locator('.contexts li'))).toContain('winter_hikers')
    expect(it_.algolia.profiles.get(SHOPPER)?.segments).toContainEqual({ id: 'winter_hikers', source: 'segment' })
  })

  it('with traits shows them becoming segments, and these rule contexts', async () => {
    await choose('Traits of a user')
    expect(await it_.payload()).toMatchObject({ traits: { loyalty_tier: 'gold', size: ['M', 'L'] } })
    const outcome = await it_.send()
    const ids = ['loyalty_tier__gold', 'size__M', 'size__L']
    expect(await textsOf(profile('after').locator('.added .code'))).toEqual(ids)
    expect(await textsOf(outcome.locator('.contexts li'))).toEqual(expect.arrayContaining(ids))
  })

  it.each([
    ['mirror', ['enters', 'enters', 'exits']],
    ['upsert', ['enters', 'enters', 'it doesn’t say']],
    ['add', ['enters', 'it doesn’t say', 'it doesn’t say']],
    ['delete', ['it doesn’t say', 'it doesn’t say', 'exits']]
  ])('that is a row of a model does what the sync mode %s says', async (mode, memberships) => {
    await choose(`Rows of a model: ${mode}`)
    const preview = await it_.preview()
    expect(await field('Sync Mode').inputValue()).toBe(mode)
    expect(await preview.innerText()).toContain('High_value_customers-')
    const seen: string[] = []
    for (const number of ['1', '2', '3']) {
      await shownEvent().fill(number)
      seen.push(await preview.getByText('Audience membership').locator('strong').innerText())
    }
    expect(seen).toEqual(memberships)
  })

  it('of a shop is sent to Insights by its ready-made mapping', async () => {
    await choose('Order Completed')
    expect(await field('Begin with').inputValue()).toBe('Send Order Completed')
    expect(await it_.payload()).toMatchObject({ eventSubtype: 'purchase', products: [{ objectID: 'product-3' }, {}] })
    await it_.send()
    expect(it_.algolia.insights.events.accepted).toHaveLength(1)
  })

  it('can be a deletion, or an audience that is created', async () => {
    await choose('Delete a user')
    const deleted = await it_.send()
    expect(await textsOf(profile('after'))).toEqual([expect.stringContaining('No profile')])
    expect(await textsOf(deleted.locator('.method'))).toEqual(['DELETE', 'DELETE'])
    expect(it_.algolia.profiles.get(SHOPPER)).toBeUndefined()
    await choose('Create an audience')
    const created = await it_.send()
    expect(await created.locator('.outcomes').innerText()).toMatch(/Winter_hikers_2026-\w+/)
  })
})

describe('what is typed', () => {
  it('is mapped anew, and what is not JSON is said at the field and leaves no payload standing', async () => {
    await event().fill(
      '{ "type": "track", "event": "Audience Entered", "userId": "typed", "properties": { "tier": "gold" } }'
    )
    await field('Algolia Segment ID').fill('$.properties.audience_key\n$.properties.tier')
    expect(await it_.payload()).toMatchObject({ userToken: 'typed', segmentId: 'gold' })
    await field('Algolia Segment ID').fill('{ "@template": "tier_{{properties.tier}}" }')
    expect(await it_.payload()).toMatchObject({ segmentId: 'tier_gold' })
    await event().fill('{ "type": ')
    expect(await event().getAttribute('aria-invalid')).toBe('true')
    expect(await it_.region('What the action gets').getByLabel('Payload').count()).toBe(0)
    await it_.button('Send').click()
    await it_.region('Send').getByRole('alert').getByText('Nothing was sent').waitFor()
    expect(it_.algolia.calls).toHaveLength(0)
  })

  it('leaves no payload standing that the workbench refuses to map', async () => {
    const { page } = it_
    await page.route('**/workbench/preview', (route) =>
      route.fulfill({ status: 500, json: { ok: false, error: 'It broke.' } })
    )
    it_.isGone = true
    await field('Algolia Segment ID').fill('another')
    const preview = it_.region('What the action gets')
    await preview.getByRole('alert').getByText('It broke.').waitFor()
    expect(await preview.getByLabel('Payload').count()).toBe(0)
    await page.unroute('**/workbench/preview')
    await field('Algolia Segment ID').fill('a-third')
    expect(await it_.payload()).toMatchObject({ segmentId: 'a-third' })
    expect(await preview.getByRole('alert').innerText()).toBe('')
  })

  it('is shown last, also when the answers come in another order', async () => {
    const { page } = it_
    let letFirstGo = () => {}
    const isTyped = new Promise<void>((resolve) => (letFirstGo = resolve))
    let asked = 0
    await page.route('**/workbench/preview', async (route) => {
      asked += 1
      if (asked === 1) await isTyped
      // The page has broken the first one off.
      await route.continue().catch(() => undefined)
    })
    const first = page.waitForRequest('**/workbench/preview')
    await field('Algolia Segment ID').fill('typed-first')
    await first
    await field('Algolia Segment ID').fill('typed-last')
    expect(await it_.payload()).toMatchObject({ segmentId: 'typed-last' })
    letFirstGo()
    await page.unroute('**/workbench/preview')
    await page.waitForTimeout(100)
    expect(await it_.payload()).toMatchObject({ segmentId: 'typed-last' })
  })

  it('keeps the focus and the place where one types', async () => {
    const id = field('Algolia Segment ID')
    await id.fill('abc')
    await id.press('ArrowLeft')
    await it_.page.keyboard.type('x')
    await it_.payload()
    await it_.page.keyboard.type('y')
    expect(await id.inputValue()).toBe('abxyc')
  })

  it('survives a reload, another sample and another action', async () => {
    await event().fill('{ "type": "track", "userId": "typed" }')
    await field('Algolia Segment ID').fill('my-audience')
    await choose('Journey step')
    // A mapping is the action's: it holds for each sample of it.
    expect(await field('Algolia Segment ID').inputValue()).toBe('my-audience')
    await field('Action').selectOption('Sync Traits')
    await field('Action').selectOption('Enter Audience')
    expect(await field('Algolia Segment ID').inputValue()).toBe('my-audience')
    await choose('Audience entered')
    expect(await event().inputValue()).toContain('typed')
    await it_.page.reload()
    expect(await it_.payload()).toMatchObject({ userToken: 'typed', segmentId: 'my-audience' })
    await it_.button('Back to the sample').click()
    await it_.button('Back to the ready-made mapping').click()
    expect(await it_.payload()).toMatchObject({ userToken: SHOPPER, segmentId: 'winter_hikers' })
  })

  it('is warned of before it is sent: a token, a segment ID, a literal that looks like a path', async () => {
    await field('User token in samples').fill('maya@example.com')
    const preview = await it_.preview()
    expect(await preview.locator('.box.bad').innerText()).toContain('user token')
    await field('User token in samples').fill('maya')
    await field('Algolia Segment ID').fill('winter hikers')
    await it_.preview()
    expect(await preview.locator('.box.warning').innerText()).toContain('rule context')
    await field('Algolia Segment ID').fill('properties.audience_key')
    await it_.preview()
    expect(await it_.region('Action and mapping').locator('.caution').innerText()).toContain(
      '$.properties.audience_key'
    )
    await field('Action').selectOption('Exit Audience')
    expect(await (await it_.preview()).locator('.box.calm').innerText()).toContain('not for this action')
    expect(it_.algolia.calls).toHaveLength(0)
  })

  it('does the same as cURL', async () => {
    const { page, workbench } = it_
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: workbench.url })
    await field('User token in samples').fill("it's/me")
    await field('User token in samples').fill('curl-user')
    await field('Algolia Segment ID').fill("maya's")
    await it_.preview()
    await it_.button('Copy as cURL').click()
    await it_.region('Send').getByText('Copied.').waitFor()
    const command: string = await page.evaluate('navigator.clipboard.readText()')
    // Not synchronously: the workbench that answers runs in this process.
    const answer = await new Promise<string>((resolve, reject) =>
      exec(`${command} --silent`, (error, out) => (error ? reject(error) : resolve(out)))
    )
    expect(answer).toContain('/2/users/curl-user/segments')
    expect(it_.algolia.profiles.get('curl-user')?.segments).toEqual([{ id: "maya's", source: 'segment' }])
  })
})

describe('an outcome', () => {
  it('is marked as of what was sent before, once anything is edited, and gone when the next one fails', async () => {
    const outcome = await it_.send()
    const past = outcome.getByText('Of what was sent before.')
    expect(await past.count()).toBe(0)
    await field('Algolia Segment ID').fill('another')
    await past.waitFor()
    await it_.send()
    expect(await past.count()).toBe(0)
    it_.isGone = true
    await it_.workbench.close()
    await it_.button('Send').click()
    await it_.region('Send').getByRole('alert').getByText('does not answer').waitFor()
    expect(await outcome.getByRole('heading').count()).toBe(0)
  })

  it('tells what Segment would try again from what is refused, and lists the call that got no answer', async () => {
    await it_.algolia.close()
    const outcome = await it_.send()
    expect(await outcome.locator('.outcomes .status.warning').innerText()).toBe('503')
    expect((await textsOf(outcome.locator('.call > summary')))[0]).toContain('ECONNREFUSED')
  })

  it('leads to the profile', async () => {
    const outcome = await it_.send()
    await outcome.getByRole('link', { name: SHOPPER }).click()
    await it_.region('Profile').getByRole('heading', { level: 2, name: SHOPPER }).waitFor()
    expect(await it_.page.evaluate('scrollY')).toBe(0)
  })
})
