/** An incoming webhook that takes what Slack's takes, so that reports and alerts can be tried without Slack. */

/** A message that was taken. */
export interface WebhookMessage {
  readonly text?: string
  readonly blocks?: readonly Readonly<Record<string, unknown>>[]
}

/** Characters and entries, at most, as Slack documents them. */
const limits = { text: 40_000, blocks: 50, section: 3_000, header: 150, fields: 10, field: 2_000 }

/** Reads the body of a message; a text says what is wrong with it, in Slack's words. */
export function readMessage(body: string): WebhookMessage | string {
  let message: unknown
  try {
    message = JSON.parse(body)
  } catch {
    return 'invalid_payload'
  }
  if (!isObject(message)) return 'invalid_payload'
  const { text, blocks } = message
  if (text === undefined && blocks === undefined) return 'no_text'
  if (text !== undefined && !isText(text, limits.text)) return 'invalid_payload'
  if (blocks === undefined) return message
  if (!Array.isArray(blocks) || blocks.length === 0 || blocks.length > limits.blocks) return 'invalid_blocks'
  return blocks.every(isBlock) ? message : 'invalid_blocks'
}

function isBlock(block: unknown): boolean {
  if (!isObject(block)) return false
  const { type, text, fields, elements } = block
  if (type === 'divider') return true
  if (type === 'header') return isObject(text) && text.type === 'plain_text' && isText(text.text, limits.header)
  if (type === 'context') return Array.isArray(elements) && elements.length > 0 && elements.length <= limits.fields
  if (type !== 'section') return typeof type === 'string'
  if (text === undefined && fields === undefined) return false
  if (text !== undefined && !(isObject(text) && isText(text.text, limits.section))) return false
  if (fields === undefined) return true
  if (!Array.isArray(fields) || fields.length === 0 || fields.length > limits.fields) return false
  return fields.every((field) => isObject(field) && isText(field.text, limits.field))
}

function isText(value: unknown, longest: number): boolean {
  return typeof value === 'string' && value !== '' && value.length <= longest
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
