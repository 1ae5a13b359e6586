import { audienceTrack } from '../../support/audience-events'
import { textsOf, WorkbenchPage } from '../../support/workbench-page'

const it_ = WorkbenchPage.forEachTest()

/** 300 events: every tenth has a token that can't be one, every hundredth no audience. */
const LIST = Array.from({ length: 300 }, (_, index) => {
  if (index % 100 === 99) return { type: 'track', event: 'Audience Entered', userId: `user-${index}` }
  return audienceTrack(index % 10 === 0 ? `user ${index}@shop` : `user-${index}`, 'vip', true)
})

const field = (label: string) => it_.page.getByLabel(label, { exact: true })
const shownEvent = () => it_.page.getByRole('spinbutton', { name: 'Event' })

beforeEach(async () => {
  await it_.open('try')
  await field('Action').selectOption('Sync Audience')
  await it_.page.getByLabel('Event or list of events').fill(JSON.stringify(LIST))
  await it_.preview()
})

describe('a list of 300 events', () => {
  it('is previewed: each event can be looked at, those with a problem one after the other', async () => {
    const preview = await it_.preview()
    expect(await preview.getByText('300 events').count()).toBe(1)
    expect(await preview.innerText()).toMatch(/267 would be sent.*33 would be refused/)
    await shownEvent().fill('2')
    expect(await it_.payload()).toMatchObject({ userToken: 'user-1' })
    await it_.button('Next with a problem').click()
    expect(await shownEvent().inputValue()).toBe('11')
    expect(await preview.locator('.box.bad').innerText()).toContain('user token')
    await shownEvent().fill('300')
    expect(await preview.locator('.box.bad').count()).toBe(1)
    expect(await it_.button('Next').getAttribute('aria-disabled')).toBe('true')
  })

  it('is sent in the batches that Batch Events and Batch Size say, failures first, with the caps said', async () => {
    it_.algolia.application.rateLimit = false
    await it_.page.getByText(/\d more fields/).click()
    await field('Batch Size').fill('120')
    expect(await (await it_.preview()).innerText()).toMatch(/3 batches of at most 120/)
    const outcome = await it_.send()
    expect(await textsOf(outcome.locator('.outcome-group .status'))).toEqual(['400', '200'])
    expect(await textsOf(outcome.locator('.outcome-group strong'))).toEqual(['33 events', '267 events'])
    expect(await outcome.locator('.outcomes').innerText()).toContain('events 100, 200, 300')
    expect(await outcome.innerText()).toMatch(/Delivered in 3 batches/)
    expect(await outcome.locator('.profile').count()).toBe(20)
    expect(await outcome.innerText()).toMatch(/The events name 270 users; the profiles of the first 20 are read/)
    expect(await outcome.locator('.call').count()).toBe(100)
    expect(await outcome.innerText()).toMatch(/The first 100 are shown; \d+ more were made/)
  })

  it('comes one by one when Batch Events is off', async () => {
    await it_.page.getByText(/\d more fields/).click()
    await field('Batch Events').selectOption('No')
    expect(await (await it_.preview()).innerText()).toContain('one by one')
  })
})

it('a list that is longer than a batch of Segment’s is refused at its field', async () => {
  const events = it_.page.getByLabel('Event or list of events')
  await events.fill(JSON.stringify(Array.from({ length: 1_001 }, () => ({ type: 'track' }))))
  expect(await events.getAttribute('aria-invalid')).toBe('true')
  expect(await it_.page.locator('#event-problem').innerText()).toContain('1001')
})
