import type { Caller, Reply } from './calls'
import { type Finding, green, red, yellow } from './check'

/** The user token of the probe: nobody's, and always the same, so that whatever was left behind is found. */
export const PROBE_TOKEN = 'segment-algolia-personalization-probe'

const PATH = `/2/users/${PROBE_TOKEN}`
const SEGMENT = { id: PROBE_TOKEN, source: 'segment' }

const ENDPOINT = 'Ask Algolia to enable the segments endpoint, a beta for partners, for this application.'

/**
 * Tries whether segments can be written, on a profile of its own that it removes first and last. A profile of this token with
 * other content is somebody else's, and isn't touched.
 * @param last makes the last call, which has to go out even when the doctor was told to stop
 */
export async function probeWrite(caller: Caller, last: Pick<Caller, 'call'>): Promise<Finding> {
  const before = await caller.call(PATH)
  if (!isMissing(before)) {
    if (!isOwn(before)) {
      return yellow(
        `The profile ${PROBE_TOKEN} ${before.kind === 'answer' && before.status < 300 ? 'has content that is not the probe’s' : 'could not be read'}, so nothing was tried.`,
        'Look at it, and delete it if nobody needs it.'
      )
    }
    const removed = await caller.call(PATH, { method: 'DELETE' })
    if (!succeeded(removed)) return leftBehind(removed)
  }
  let finding: Finding
  try {
    finding = await written(caller)
  } finally {
    // Also when the write was interrupted: it may have landed.
    const removed = await last.call(PATH, { method: 'DELETE' })
    if (!succeeded(removed) && !isMissing(removed)) finding = leftBehind(removed)
  }
  return finding
}

async function written(caller: Caller): Promise<Finding> {
  const reply = await caller.call(`${PATH}/segments`, { method: 'PUT', body: JSON.stringify({ segments: [SEGMENT] }) })
  if (reply.kind === 'no answer') return red(`The write had no answer: ${reply.reason}.`, 'Try again later.')
  if (reply.status === 404 || reply.status === 405) {
    return red(`The application has no endpoint that writes segments (${reply.status}: ${reply.words}).`, ENDPOINT)
  }
  if (!succeeded(reply) && !(reply.status < 300 && reply.isEmpty)) {
    return red(`The write of segments answers something else (${reply.status}: ${reply.words}).`, ENDPOINT)
  }
  const after = await caller.call(PATH)
  if (isOwn(after) && hasSegment(after)) return green('Segments can be written; the probe was removed again.')
  return red('The write of segments was answered as a success, and the profile has no segment.', ENDPOINT)
}

function leftBehind(reply: Reply): Finding {
  const reason = reply.kind === 'answer' ? `${reply.status}: ${reply.words}` : reply.reason
  return red(`The probe's profile ${PROBE_TOKEN} could not be removed (${reason}).`, 'Delete it by hand.')
}

function succeeded(reply: Reply): boolean {
  if (reply.kind === 'no answer' || reply.status >= 300) return false
  const { status } = Object(reply.json) as { status?: unknown }
  return reply.isEmpty || (reply.isAlgolias && Number(status ?? 200) < 300)
}

function isMissing(reply: Reply): boolean {
  return reply.kind === 'answer' && reply.status === 404 && reply.isAlgolias
}

/** Whether the profile holds nothing but what a probe writes. */
function isOwn(reply: Reply): boolean {
  if (reply.kind === 'no answer' || reply.status >= 300) return false
  const { userID, affinities, segments } = Object(reply.json) as Record<string, unknown>
  const others = Array.isArray(segments) ? segments.filter((entry) => !isProbe(entry)) : []
  return userID === PROBE_TOKEN && (!Array.isArray(affinities) || affinities.length === 0) && others.length === 0
}

function hasSegment(reply: Reply): boolean {
  if (reply.kind === 'no answer') return false
  const { segments } = Object(reply.json) as { segments?: unknown }
  return Array.isArray(segments) && segments.some(isProbe)
}

function isProbe(entry: unknown): boolean {
  const { id, source } = Object(entry) as { id?: unknown; source?: unknown }
  return id === SEGMENT.id && source === SEGMENT.source
}
