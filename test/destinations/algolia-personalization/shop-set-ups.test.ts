import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultValues } from '@segment/actions-core'
import { type ProfileContexts, profileContexts } from '../../../src/contexts'
import definition from '../../../src/destinations/algolia-personalization'
import { Chance } from '../../support/chance'
import { type ActionName, algoliaForEachTest, type Event, Host, settings } from '../../support/destination'
import { credentials } from '../../support/local-algolia'
import { AUDIENCES, type Device, Shop, type ShopOptions } from '../../support/shop-simulation'

const page = readFileSync(join(__dirname, '../../../docs/destination.md'), 'utf8')

/** What a mapping has in place of defaults; undefined: the field is cleared. */
type Changes = Record<string, unknown>

/** The cell of the document's table of set-ups that says what the mapping is. */
function mappingCell(searches: string): string {
  const row = page.split('\n').find((line) => line.startsWith(`| ${searches}`))
  if (row === undefined) throw new Error(`The document has no set-up whose searches send ${searches}.`)
  return row.split('|')[3]!.trim()
}

/** What the cell means. Words that this doesn't know are an error: then the document has changed. */
function changesIn(cell: string): Changes {
  const { fields } = definition.actions.syncAudience!
  const nameOf = (label: string): string => {
    const [name] = Object.entries(fields).find(([, field]) => field.label === label) ?? []
    if (name === undefined) throw new Error(`The document names a field ${label}, which the action doesn't have.`)
    return name
  }
  const changes = cell.split('; ').map((clause): Changes => {
    if (clause === 'the defaults') return {}
    const [, label = '', path] = /^\*\*(.+)\*\* is `(.+)`$/.exec(clause) ?? []
    if (path !== undefined) return { [nameOf(label)]: { '@path': path } }
    const [, cleared] = /^clear \*\*(.+)\*\*$/.exec(clause) ?? []
    if (cleared !== undefined) return { [nameOf(cleared)]: undefined }
    throw new Error(`What "${clause}" does to a mapping isn't known here.`)
  })
  return Object.assign({}, ...changes) as Changes
}

const algolia = algoliaForEachTest()
let backend: ProfileContexts
beforeEach(async () => {
  await search('/1/indexes/products/rules/batch', rules)
  const always = { freshSeconds: 0, staleSeconds: 0, patience: 60_000 }
  backend = profileContexts({ ...always, ...settings, region: 'us', priority: Object.keys(AUDIENCES) })
})
afterEach(async () => {
  await backend.close()
})

const rules = Object.entries(AUDIENCES).map(([context, category]) => ({
  objectID: context,
  conditions: [{ context }],
  consequence: { params: { optionalFilters: [`category:${category}`] } }
}))

async function search(path: string, body: unknown): Promise<{ hits: { objectID: string }[] }> {
  const response = await fetch(algolia.urls.search + path, {
    method: 'POST',
    headers: credentials,
    body: JSON.stringify(body)
  })
  expect(response.status).toBe(200)
  return (await response.json()) as { hits: { objectID: string }[] }
}

/** The hits of a search in their order, as one text. */
async function hitsWith(ruleContexts: readonly string[], userToken?: string): Promise<string> {
  const { hits } = await search('/1/indexes/products/query', { userToken, ruleContexts, hitsPerPage: 20 })
  return hits.map(({ objectID }) => objectID).join()
}

interface Counts {
  /** Searches once the events of what had happened were delivered, and how many of them had the hits they should. */
  searches: number
  right: number
  /** The same searches just before that. */
  rightBefore: number
}

interface Play {
  /** What a mapping has in place of the presets' mappings (default: nothing). */
  changes?: Changes
  linksLogins?: boolean
}

const ROUNDS = 8
const HAPPENINGS_PER_ROUND = 10
const SHOPPERS = ['ada', 'ben', 'cleo', 'dan']

/** What the document says of Link Profiles: the action's defaults, switched on for the action's own events. */
const linkAtLogin = {
  partnerAction: 'linkProfiles',
  subscribe: definition.actions.linkProfiles!.defaultSubscription!,
  mapping: defaultValues(definition.actions.linkProfiles!.fields)
}

/** The mappings that are on when the destination is connected. */
const automatic = definition.presets!.flatMap((preset) => (preset.type === 'automatic' ? [preset] : []))

/** Plays a shop against the destination as a customer would have set it up, and counts what its searches show. */
async function play(options: ShopOptions, { changes = {}, linksLogins = false }: Play = {}): Promise<Counts> {
  const chance = new Chance(7)
  const shop = new Shop(options, chance)
  const host = new Host()
  const hitsFor = new Map<string, string>()
  for (const contexts of [[], ['coffee_lovers'], ['trail_runners'], ['coffee_lovers', 'trail_runners']]) {
    hitsFor.set(contexts.join(), await hitsWith(contexts))
  }
  expect(new Set(hitsFor.values()).size).toBe(4)

  /** Whether a shopper's search shows what it should. Without a user token nobody can know who it is. */
  async function isRight(device: Device): Promise<boolean> {
    const userToken = shop.tokenOf(device)
    const hits = await hitsWith(userToken === undefined ? [] : await backend.lookUp(userToken), userToken)
    return hits === hitsFor.get(userToken === undefined ? '' : shop.audiencesOf(device).join())
  }

  /** As Segment does: each mapping that is switched on gets a batch of the events that it lets through. */
  async function deliver(events: Event[]): Promise<void> {
    for (const { partnerAction, subscribe, mapping } of [...automatic, ...(linksLogins ? [linkAtLogin] : [])]) {
      const { fields } = definition.actions[partnerAction]!
      const own = Object.fromEntries(Object.entries(changes).filter(([name]) => name in fields))
      const replaced = { subscribe, clearDefaults: true, mapping: { ...mapping, ...own } }
      await host.deliverBatch(partnerAction as ActionName, events, replaced)
    }
  }

  const counts = { searches: 0, right: 0, rightBefore: 0 }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let count = 0; count < HAPPENINGS_PER_ROUND; count += 1) shop.somethingHappens(SHOPPERS)
    const searching = [...shop.devices]
    for (const device of searching) counts.rightBefore += Number(await isRight(device))
    const { calls, audienceEvents } = shop.undelivered()
    await deliver(calls)
    await deliver(audienceEvents)
    for (const device of searching) counts.right += Number(await isRight(device))
    counts.searches += searching.length
  }
  return counts
}

describe('all searches see the right segments after one event, with the mapping of the document', () => {
  // Of as many searches, so many were right already before the events of the latest happenings were delivered.
  test.each<[string, ShopOptions, number, number]>([
    ["Segment's anonymous ID", { searches: "Segment's anonymous ID", idSync: ['anonymous_id'] }, 87, 59],
    [
      "Algolia's cookie, made Segment's anonymous ID, too",
      { searches: "Algolia's cookie", sharesCookie: true, idSync: ['anonymous_id'] },
      87,
      58
    ],
    [
      "Algolia's cookie, told as custom identifier",
      { searches: "Algolia's cookie", idSync: ['algolia_user_token'] },
      87,
      58
    ],
    ["the shop's own user ID", { searches: "the shop's own user ID", idSync: ['user_id'] }, 87, 70]
  ])('%s', async (_, options, searches, rightBefore) => {
    const counts = await play(options, { changes: changesIn(mappingCell(options.searches)) })
    expect(counts).toEqual({ searches, right: searches, rightBefore })
  })
})

test('the first two set-ups need nothing but the defaults', () => {
  expect(changesIn(mappingCell("Segment's anonymous ID"))).toEqual({})
  expect(changesIn(mappingCell("Algolia's cookie"))).toEqual({})
})

test('audiences that are sent by an identifier that searches do not use are missing in searches', async () => {
  const { searches, right } = await play({ searches: "Segment's anonymous ID", idSync: ['user_id'] })
  expect(right).toBeLessThan(searches)
})

describe('a shopper who logs in on a new device, where Engage does not send audiences again for it', () => {
  const options: ShopOptions = {
    searches: "Segment's anonymous ID",
    idSync: ['anonymous_id', 'user_id'],
    sendsAgain: false
  }

  test('has the segments of the login after the identify, by Link Profiles', async () => {
    const { searches, right } = await play(options, { linksLogins: true })
    expect(right).toBe(searches)
  })

  test('has none of them without it', async () => {
    const { searches, right } = await play(options)
    expect(right).toBeLessThan(searches)
  })
})

test('with Create Profiles off a new device misses the segments of its user, as the document says', async () => {
  const { searches, right } = await play(
    { searches: "Algolia's cookie", idSync: ['algolia_user_token'] },
    { changes: { createProfiles: false } }
  )
  expect(right).toBeLessThan(searches)
})
