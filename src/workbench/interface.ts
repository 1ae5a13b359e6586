/**
 * What goes between the page and the workbench, as types alone. The page is checked with them, too, so this file imports
 * nothing else; what is about sources stands in source/interface.ts.
 */
import type { SourceView, StreamRows } from './source/interface'

export type Json = Record<string, unknown>

/** One event, or a list of them. */
export type Events = Json | Json[]

/** Whom the workbench works against. Page and calls alike go by this, and by nothing that is typed. */
export interface TargetView {
  readonly kind: 'local' | 'application'
  readonly appId: string
  readonly region: string
  /** Where calls go, where that isn't Algolia itself. */
  readonly url?: string
}

/** A field of an action's mapping, or of its hook. */
export interface FieldView {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly type: string
  readonly isRequired: boolean
  readonly choices?: readonly Choice[]
}

export interface Choice {
  readonly value: string
  readonly label: string
}

/** Something that Segment can have the destination do: one of its actions, or a call beside them. */
export interface ActionView {
  readonly slug: string
  readonly title: string
  readonly description: string
  /** Whether it takes events through a mapping; what is no action takes its payload as it is, one at a time. */
  readonly isAction: boolean
  /** The trigger that a new mapping has. */
  readonly trigger?: string
  readonly fields: readonly FieldView[]
  readonly syncMode?: FieldView & { readonly standard: string }
  /** What is asked once, when the mapping of a Reverse ETL model is saved. */
  readonly hook?: { readonly label: string; readonly description: string; readonly inputs: readonly FieldView[] }
  /** Ready-made mappings by name; the first one is made of the fields' defaults. */
  readonly mappings: readonly { readonly name: string; readonly trigger?: string; readonly mapping: Json }[]
}

/** An event to try. `{shopper}` stands in it for the user token that is chosen on the page. */
export interface Sample {
  readonly name: string
  readonly description: string
  readonly group: string
  readonly action: string
  readonly payload: Events
  /** The ready-made mapping that it is meant for, where that isn't the first. */
  readonly preset?: string
  /** What the mapping has beside that. */
  readonly mapping?: Json
  readonly hookInputs?: Json
}

/** What the page is built from. */
export interface Context {
  readonly target: TargetView
  readonly destination: { readonly name: string; readonly description: string }
  readonly actions: readonly ActionView[]
  readonly samples: readonly Sample[]
  /** User tokens to choose from; none for a real application. */
  readonly exampleUserTokens: readonly string[]
  /** The source of the profile segments that the destination manages. */
  readonly managedSource: string
  readonly sources: readonly SourceView[]
  readonly commands: readonly { readonly name: string; readonly summary: string }[]
  readonly caps: { readonly events: number; readonly profiles: number; readonly calls: number; readonly rows: number }
  /** Changes with each start of the workbench. */
  readonly startedAt: number
}

/** What is done with events: mapped by a preview, mapped and delivered by a sending. */
export interface Delivery {
  readonly action: string
  readonly payload: Events
  readonly mapping: Json
  readonly hookInputs?: Json
  /** What decides which events the mapping gets; by default the action's own. */
  readonly trigger?: string
}

/** What the host makes of one event, and what is known of its fate without a call. */
export interface PreviewedEvent {
  /** What the action gets; absent when the event doesn't get that far. */
  readonly payload?: Json
  /** Whether the host takes the event for an entry (`true`) or an exit; absent when it can't tell. */
  readonly audienceMembership?: boolean
  /** Whether the trigger of a new mapping lets the event through. */
  readonly triggers: boolean
  /** `calls`: Algolia decides; the others are certain. */
  readonly fate: 'calls' | 'nothing' | 'refused'
  /** Why it is refused, or what is said of it in place of a call. */
  readonly reason?: string
  /** What may go wrong although it is sent. */
  readonly warnings: readonly string[]
}

export interface Preview {
  readonly events: readonly PreviewedEvent[]
  /** How many events go in each delivery. */
  readonly deliveries: readonly number[]
  /** What the mapping's hook made of what was filled in. */
  readonly hookOutputs?: Json
  /** What looks wrong in the mapping itself, by field. */
  readonly mappingWarnings: readonly { readonly field: string; readonly warning: string }[]
}

/** What became of an event. */
export interface SentEvent {
  readonly status: number
  /** Whether it was done, or failed in a way that the host tries again, or failed for good. */
  readonly outcome: 'delivered' | 'retried' | 'refused'
  /** What the action says of a success. */
  readonly result?: string
  /** The failure's class and its cause. */
  readonly code?: string
  readonly problem?: string
}

/** What Algolia has under a user token: the profile, `null` when there is none, or why it can't be told. */
export interface FoundProfile {
  readonly userToken: string
  readonly profile?: ProfileView | null
  readonly problem?: string
  /** The rule contexts that a search would send for the profile. */
  readonly ruleContexts: readonly string[]
}

/** A profile as Algolia gives it: nothing in it is taken for granted. */
export interface ProfileView {
  readonly type?: unknown
  readonly affinities?: unknown
  readonly segments?: unknown
  readonly lastUpdatedAt?: unknown
  readonly [name: string]: unknown
}

/** A call to Algolia and its answer, in the shape that Segment's own `serve` gives. */
export interface Exchange {
  readonly request: {
    readonly url: string
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  readonly response: {
    readonly statusCode: number
    readonly statusMessage: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
}

/** A call that was tried and got no answer, or none that is whole. */
export interface UnansweredCall {
  readonly request: Exchange['request']
  /** Why, as a code: such as `ECONNREFUSED`, or `PENDING` for a call that an answer may still come to. */
  readonly failure: string
}

/** What sending events came to. */
export interface Sent {
  readonly events: readonly SentEvent[]
  readonly deliveries: readonly number[]
  /** The first answered calls, as many as the cap allows. */
  readonly exchanges: readonly Exchange[]
  /** How many calls were answered. */
  readonly calls: number
  readonly unanswered: readonly UnansweredCall[]
  /** Of the profiles that the events name, as many as the cap allows; the calls to read them aren't in the list. */
  readonly profiles: readonly {
    readonly userToken: string
    readonly before: FoundProfile
    readonly after: FoundProfile
  }[]
  /** How many profiles the events name. */
  readonly named: number
}

/** What was found under a user token, and what the source would make of it. */
export type Inspected = (FoundProfile & { readonly rows: StreamRows }) | { readonly invalid: string }

/** What to look for among profiles; all that is given must fit. */
export interface ProfileSearch {
  readonly affinity?: string
  readonly segment?: string
  readonly beginning?: string
}

/** Profiles that were found. */
export interface FoundProfiles {
  readonly profiles: readonly {
    readonly userToken: string
    readonly affinities: readonly string[]
    readonly segments: readonly string[]
  }[]
  /** How many profiles were looked at, and in how many calls. */
  readonly looked: number
  readonly calls: number
  /** Whether there can be no more. */
  readonly isAll: boolean
  readonly problem?: string
}
