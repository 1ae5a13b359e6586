import type { AudienceMembership, ExecuteInput, MultiStatusResponse, RequestClient } from '@segment/actions-core'
import { aborted, newerFailed, stillHeld } from '../api/failures'
import { monotonic } from '../api/pace'
import { openProfileApi } from '../api/personalization'
import type { ProfileApi } from '../api/personalization'
import { MAX_CONCURRENT_USERS } from '../constants'
import type { Settings } from '../generated-types'
import { untilAborted } from './aborts'
import { slots } from './concurrency'
import { fail, isOvertaken, keyOf, settle } from './item'
import type { Item } from './item'
import { linked } from './linked'
import { isFailure, isRetried, multiple, single, worst } from './outcomes'
import type { Failure, Outcome, Success } from './outcomes'
import { arrivalTime } from './plan'
import type { Action, Change, Event } from './plan'
import { lately } from './lately'
import { update } from './update'
import type { Run } from './update'
import { placedFailure } from './user-tokens'
import { inTurn } from './user-locks'
import { Watch } from './watch'

type Input<P> = Pick<ExecuteInput<Settings, P>, 'settings' | 'signal' | 'logger'>

/** The `perform` of an action: a batch of one. Throws the host's error when the event fails. */
export async function deliverOne<P, C extends Change>(
  action: Action<P, C>,
  request: RequestClient,
  data: ExecuteInput<Settings, P>
): Promise<Success> {
  const audienceMembership = data.audienceMembership as AudienceMembership
  return single(await deliver(action, request, data, [{ payload: data.payload, audienceMembership }]))
}

/** The `performBatch` of an action: a response for each event, at its own index. */
export async function deliverBatch<P extends object, C extends Change>(
  action: Action<P, C>,
  request: RequestClient,
  data: ExecuteInput<Settings, P[]>
): Promise<MultiStatusResponse> {
  const memberships = Array.isArray(data.audienceMembership) ? data.audienceMembership : []
  const events = data.payload.map((payload, index) => ({ payload, audienceMembership: memberships[index] }))
  return multiple(await deliver(action, request, data, events), data.payload)
}

/** Brings each user's profile up to date with the events; gives an outcome for each event. */
async function deliver<P, C extends Change>(
  action: Action<P, C>,
  request: RequestClient,
  { settings, signal, logger }: Input<unknown>,
  events: Event<P>[]
): Promise<Outcome[]> {
  const plan = action.plan(events, { now: arrivalTime() })
  const api = openProfileApi(request, settings, signal)
  if (isFailure(api)) return events.map((_, index) => plan.outcomes[index] ?? api)

  // A slot is taken when it is the user's turn: who waits for another batch to end keeps nobody else waiting.
  const withSlot = slots(MAX_CONCURRENT_USERS)
  const isAborted = (): boolean => signal?.aborted ?? false
  const connection = `${api.application} ${settings.apiKey}`
  const watch = watchOf(connection)
  const run: Run = {
    api,
    watch,
    withSlot,
    isAborted,
    startedAt: monotonic(),
    warn: (message) => logger?.warn?.(message)
  }
  const items = plan.changes.map((change) => itemOf(action, change, run))
  for (const item of items) if (isLinked(item, api)) settle(item, 'profile unchanged')
  const due = items.filter(({ outcome }) => !outcome)
  overtakeOlder(due)
  const work = async (): Promise<void> => {
    try {
      await Promise.all(groupsOf(due).map((group) => updateOrWait(run, group)))
      await Promise.all(items.map(({ watched }) => watched ?? Promise.resolve()))
      await Promise.all(items.map(followNewer))
      for (const item of due) rememberLink(item, run)
    } finally {
      for (const { mark } of items) mark?.settle(false)
      if (watch.isIdle) watches.delete(connection)
    }
  }
  await untilAborted(signal, work())
  return outcomesOf(events.length, plan.outcomes, items)
}

/** By connection: what this process has written there, and isn't certain yet. */
const watches = new Map<string, Watch>()

/** How many connections something is watched of: none, when nothing is under way. */
export function watchesInUse(): number {
  return watches.size
}

function watchOf(connection: string): Watch {
  const watch = watches.get(connection) ?? new Watch(updateInTurn)
  watches.set(connection, watch)
  return watch
}

function itemOf<C extends Change>(action: Action<never, C>, change: C, run: Run): Item {
  const user = run.api.globalName(change.userToken)
  const isNewer = (key: string): boolean => lately.isNewer(user, key, change.time)
  const item: Item = {
    change,
    run,
    user,
    arrivedAt: run.startedAt,
    applied: (segments) => action.apply(segments, change, { from: item.from ?? [], isNewer })
  }
  return item
}

/** Updates the profiles of some changes when it is their users' turn, and so many milliseconds after that. */
async function updateInTurn(run: Run, group: Item[], pause: number): Promise<void> {
  await inTurn(
    namesOfAll(run, group),
    async (hold) => {
      await new Promise((resolve) => setTimeout(resolve, pause))
      await run.withSlot(() => update(run, group, hold))
    },
    () => giveUp(group)
  )
}

/** The same, but not before the next look at a user some of whose changes aren't certain. */
async function updateOrWait(run: Run, group: Item[]): Promise<void> {
  let wait: Promise<void> | undefined
  const turn = inTurn(
    namesOfAll(run, group),
    (hold) =>
      run.withSlot(async () => {
        wait = run.watch.defer(run, group)
        if (!wait) await update(run, group, hold)
      }),
    () => giveUp(group)
  )
  await run.watch.during(turn)
  await wait
}

/** The turn didn't come. */
function giveUp(group: Item[]): void {
  for (const item of group) if (!isOvertaken(item)) fail(item, stillHeld())
}

function namesOfAll({ api }: Run, group: Item[]): string[] {
  return group.flatMap(namesOf((userToken) => api.globalName(userToken)))
}

/** Whether the change is a link of two profiles that this process has found in step lately. */
function isLinked({ change: { from }, user }: Item, api: ProfileApi): boolean {
  return from !== undefined && linked.isInStep(api.globalName(from), user)
}

function rememberLink({ change: { from }, user, outcome }: Item, { api, startedAt }: Run): void {
  if (from === undefined || !outcome || isFailure(outcome) || outcome.result === 'no profile') return
  linked.put(api.globalName(from), user, startedAt)
}

/** Of the changes of one user and key only the newest is made; what becomes of the others depends on it. */
function overtakeOlder(items: Item[]): void {
  const newest = new Map<string, Item>()
  for (const item of items) {
    const name = keyOf(item)
    const other = newest.get(name)
    if (other && other.change.time > item.change.time) {
      item.overtakenBy = other
      continue
    }
    if (other) other.overtakenBy = item
    newest.set(name, item)
  }
}

/** The changes by user; users who are linked, one's profile being read for another's, stay together. */
function groupsOf(items: Item[]): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const { userToken, from = userToken } = item.change
    const found = new Set([groups.get(userToken), groups.get(from)].filter((group) => group !== undefined))
    const group = found.size === 1 ? ([...found][0] as Item[]) : [...found].flat()
    group.push(item)
    const members = found.size > 1 ? group.flatMap(namesOf((name) => name)) : [userToken, from]
    for (const member of members) groups.set(member, group)
  }
  return [...new Set(groups.values())].map((group) => group.sort((one, other) => one.change.index - other.change.index))
}

function namesOf(nameOf: (userToken: string) => string) {
  return ({ change: { userToken, from = userToken } }: Item): string[] => [nameOf(userToken), nameOf(from)]
}

/** An older change is done when the newer one is, and fails with it. */
async function followNewer(item: Item): Promise<void> {
  if (item.outcome || !item.overtakenBy) return
  if ('confirmed' in item.overtakenBy) {
    item.outcome = (await item.overtakenBy.confirmed) ? { status: 200, result: 'superseded' } : newerFailed()
    return
  }
  const newer = item.overtakenBy
  await followNewer(newer)
  const { outcome } = newer
  const isTaken = outcome && (isFailure(outcome) || outcome.result === 'no profile')
  item.outcome = isTaken ? outcome : outcome && { status: 200, result: 'superseded' }
}

/** The outcome of each event: the worst of its parts'. */
function outcomesOf(count: number, known: (Outcome | undefined)[], items: Item[]): Outcome[] {
  const byEvent = Array.from({ length: count }, (): Item[] => [])
  for (const item of items) byEvent[item.change.index]?.push(item)
  /** By user token: the failure of an event that the host sends again. The later events of the user go with it. */
  const toRetry = new Map<string, Failure>()
  return byEvent.map((own, index) => {
    const parts = own.map(({ outcome, change }) => {
      const part = outcome ?? aborted()
      return isFailure(part) ? placedFailure(part, change.place) : part
    })
    const refused = known[index]
    const outcome = worst(refused ? [...parts, refused] : parts) ?? aborted()
    const tokens = own.flatMap(namesOf((name) => name))
    const isSuperseded = !isFailure(outcome) && outcome.result === 'superseded'
    const earlier = isSuperseded ? [] : tokens.flatMap((token) => toRetry.get(token) ?? [])
    const final = worst([outcome, ...earlier]) as Outcome
    if (isFailure(final) && isRetried(final.status)) for (const token of tokens) toRetry.set(token, final)
    return final
  })
}
