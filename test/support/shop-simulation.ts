import { randomUUID } from 'node:crypto'
import { catalogue } from '../../src/local/algolia'
import type { Chance } from './chance'
import type { Event } from './destination'

/** The tokens that a shop's searches send, in words of docs/destination.md. */
export type SearchToken = "Segment's anonymous ID" | "Algolia's cookie" | "the shop's own user ID"

export interface ShopOptions {
  readonly searches: SearchToken
  /** The module for the page makes Algolia's cookie Segment's anonymous ID, too. */
  readonly sharesCookie?: boolean
  /** The identifiers that Engage sends of a person, as chosen in ID sync. */
  readonly idSync: readonly IdentifierType[]
  /** Whether Engage sends a person's audiences again when an identifier is new (default: it does). */
  readonly sendsAgain?: boolean
}

export type IdentifierType = 'anonymous_id' | 'user_id' | 'algolia_user_token'

/** A browser or an app, in which one shopper is logged in, or nobody. */
export interface Device {
  readonly cookie: string
  anonymousId: string
  userId?: string
}

/** What the shop's audiences are made of: whoever looked at such a product lately is in. */
export const AUDIENCES = { trail_runners: 'Trail shoes', coffee_lovers: 'Coffee machines' } as const
export type AudienceKey = keyof typeof AUDIENCES
const AUDIENCE_KEYS = Object.keys(AUDIENCES) as AudienceKey[]

/** As many products are "lately". */
const REMEMBERED = 3

/** A user of Segment's: all that is known of one person, by any of their identifiers. */
class Person {
  readonly identifiers = new Map<string, { type: IdentifierType; id: string }>()
  looks: { category: string; at: number }[] = []
  audiences: ReadonlySet<AudienceKey> = new Set()

  get current(): ReadonlySet<AudienceKey> {
    const lately = this.looks.slice(-REMEMBERED).map(({ category }) => category)
    return new Set(AUDIENCE_KEYS.filter((key) => lately.includes(AUDIENCES[key])))
  }

  idsOf(type: IdentifierType): string[] {
    return [...this.identifiers.values()].filter((one) => one.type === type).map(({ id }) => id)
  }
}

/**
 * A shop whose shoppers browse on several devices, log in and out, with Segment behind it: its calls resolve to persons,
 * who enter and exit audiences, which Engage tells in one event for each identifier (for custom identifiers: one with all
 * of them), and again for an identifier that is new.
 */
export class Shop {
  readonly devices: Device[] = []
  /** What has happened and isn't delivered yet: the page's calls, and Engage's events. */
  private calls: Event[] = []
  private audienceEvents: Event[] = []
  private readonly persons = new Set<Person>()
  /** The membership that Engage told last, by audience and identifier. */
  private readonly told = new Map<string, boolean>()
  private readonly start = Date.now() - 3_600_000
  private moments = 0

  constructor(
    private readonly options: ShopOptions,
    private readonly chance: Chance
  ) {}

  /** One thing that a shopper does; returns the device. Half of the new ones begin with a login. */
  somethingHappens(shoppers: readonly string[]): Device {
    const { chance } = this
    const isNew = this.devices.length === 0 || chance.happens(0.25)
    if (isNew) this.devices.push(this.newDevice())
    const device = isNew ? this.devices.at(-1)! : chance.oneOf(this.devices)
    if (device.userId === undefined && chance.happens(isNew ? 0.5 : 0.15)) this.logIn(device, chance.oneOf(shoppers))
    else if (device.userId !== undefined && chance.happens(0.05)) this.logOut(device)
    else this.lookAt(device, chance.oneOf(['Trail shoes', 'Coffee machines', 'Tents', 'Headphones']))
    return device
  }

  logIn(device: Device, userId: string): void {
    device.userId = userId
    this.call(device, { type: 'identify' })
  }

  lookAt(device: Device, category: string): void {
    const { objectID } = this.chance.oneOf(catalogue.get('products')!.filter((one) => one.category === category))
    this.call(device, {
      type: 'track',
      event: 'Product Clicked',
      properties: { product_id: objectID, search_index: 'products' }
    })
    this.personOf(device).looks.push({ category, at: this.moments })
    this.tellAudiences(this.personOf(device))
  }

  newDevice(): Device {
    const cookie = `anonymous-${randomUUID()}`
    return { cookie, anonymousId: this.newAnonymousId(cookie) }
  }

  /** The user token of a device's searches, if they send one. */
  tokenOf({ anonymousId, cookie, userId }: Device): string | undefined {
    const { searches } = this.options
    return searches === "Segment's anonymous ID" ? anonymousId : searches === "Algolia's cookie" ? cookie : userId
  }

  /** The audiences that whoever searches there is in, as far as Segment knows them. */
  audiencesOf(device: Device): AudienceKey[] {
    const identifiers = [`anonymous_id ${device.anonymousId}`, `algolia_user_token ${device.cookie}`]
    const person = [...this.persons].find((one) => identifiers.some((identifier) => one.identifiers.has(identifier)))
    return [...(person?.audiences ?? [])].sort()
  }

  /** What has happened since this was last asked. */
  undelivered(): { calls: Event[]; audienceEvents: Event[] } {
    const { calls, audienceEvents } = this
    this.calls = []
    this.audienceEvents = []
    return { calls, audienceEvents }
  }

  private newAnonymousId(cookie: string): string {
    return this.options.sharesCookie === true ? cookie : randomUUID()
  }

  /** The page calls `reset()`: Segment begins a new visitor. */
  private logOut(device: Device): void {
    delete device.userId
    device.anonymousId = this.newAnonymousId(device.cookie)
  }

  /** A call of the page, as the module for the page lets it go out. */
  private call(device: Device, event: Event): void {
    const token = this.tokenOf(device) ?? device.cookie
    const externalIds = [{ id: token, type: 'algolia_user_token', collection: 'users', encoding: 'none' }]
    const { anonymousId, userId } = device
    const identity = { anonymousId, ...(userId !== undefined && { userId }) }
    const context = { externalIds, traits: { algolia_user_id: token } } as unknown as Event['context']
    const isTokenTold = this.options.searches !== "the shop's own user ID"
    this.calls.push({ ...event, ...identity, timestamp: this.now(), ...(isTokenTold && { context }) })
    this.resolve([
      { type: 'anonymous_id', id: anonymousId },
      ...(userId === undefined ? [] : [{ type: 'user_id' as const, id: userId }]),
      ...(isTokenTold ? [{ type: 'algolia_user_token' as const, id: token }] : [])
    ])
  }

  private personOf({ anonymousId }: Device): Person {
    return this.resolve([{ type: 'anonymous_id', id: anonymousId }])
  }

  /** Segment's identity resolution: whoever has one of the identifiers gets the others; several persons become one. */
  private resolve(identifiers: { type: IdentifierType; id: string }[]): Person {
    const keyOf = ({ type, id }: { type: IdentifierType; id: string }): string => `${type} ${id}`
    const [first = new Person(), ...others] = [...this.persons]
      .filter((person) => identifiers.some((identifier) => person.identifiers.has(keyOf(identifier))))
      .sort((left, right) => right.idsOf('user_id').length - left.idsOf('user_id').length)
    this.persons.add(first)
    for (const other of others) {
      this.persons.delete(other)
      first.looks = [...first.looks, ...other.looks].sort((left, right) => left.at - right.at)
    }
    const all = [...others.flatMap((other) => [...other.identifiers.values()]), ...identifiers]
    for (const identifier of all) first.identifiers.set(keyOf(identifier), identifier)
    this.tellAudiences(first)
    return first
  }

  /** Engage tells of what has changed by every identifier, and of what hasn't by those that it hasn't told of yet. */
  private tellAudiences(person: Person): void {
    const before = person.audiences
    person.audiences = person.current
    for (const key of AUDIENCE_KEYS) {
      const isMember = person.audiences.has(key)
      const hasChanged = isMember !== before.has(key)
      for (const type of this.options.idSync) {
        const all = person.idsOf(type)
        const untold = all.filter((id) => hasChanged || this.isWorthTelling(`${key} ${type} ${id}`, isMember))
        if (untold.length === 0) continue
        for (const id of untold) this.told.set(`${key} ${type} ${id}`, isMember)
        const identities =
          type === 'algolia_user_token' ? [ofCustomIdentifiers(person, all)] : untold.map(ofIdentifier(person, type))
        for (const identity of identities) this.audienceEvents.push(this.audienceEvent(key, isMember, identity))
      }
    }
  }

  /** An identifier that is new to a member is told of; so is one that came with another person who was told otherwise. */
  private isWorthTelling(identifier: string, isMember: boolean): boolean {
    const told = this.told.get(identifier)
    return told === undefined ? isMember && this.options.sendsAgain !== false : told !== isMember
  }

  private audienceEvent(key: AudienceKey, isMember: boolean, { context, ...identity }: Event): Event {
    return {
      type: 'track',
      event: isMember ? 'Audience Entered' : 'Audience Exited',
      timestamp: this.now(),
      properties: { audience_key: key, [key]: isMember },
      ...identity,
      context: {
        ...context,
        personas: { computation_class: 'audience', computation_key: key, computation_id: `aud_${key}` }
      }
    }
  }

  private now(): string {
    this.moments += 1
    return new Date(this.start + this.moments).toISOString()
  }
}

/** An event that is sent for an anonymous ID names the login, too, once there is one. */
const ofIdentifier =
  (person: Person, type: IdentifierType) =>
  (id: string): Event => {
    if (type === 'user_id') return { userId: id }
    const [userId] = person.idsOf('user_id')
    return { anonymousId: id, ...(userId !== undefined && { userId }) }
  }

function ofCustomIdentifiers(person: Person, tokens: readonly string[]): Event {
  const externalIds = tokens.map((id) => ({ id, type: 'algolia_user_token', collection: 'users', encoding: 'none' }))
  const [[anonymousId = ''], [userId]] = [person.idsOf('anonymous_id'), person.idsOf('user_id')]
  return { anonymousId, ...(userId !== undefined && { userId }), context: { externalIds } }
}
