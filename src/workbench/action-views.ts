import { defaultValues } from '@segment/actions-core'
import type { ActionDefinition, JSONObject } from '@segment/actions-core'
import type { Definition } from './host'
import { RETL_HOOK } from './hook'
import type { ActionView, Choice, FieldView, Json } from './interface'
import { OPERATIONS } from './operations'

type Action = ActionDefinition<JSONObject>
type Fields = Action['fields']

/** @returns all that the destination can be asked to do, as its definition describes it: new actions are there by themselves. */
export function actionViews(definition: Definition): ActionView[] {
  const actions = Object.entries(definition.actions).map(([slug, action]) =>
    actionView(slug, action, definition.presets)
  )
  const operations = OPERATIONS.filter(({ isIn }) => isIn(definition)).map(({ slug, title, description }) => ({
    slug,
    title,
    description,
    isAction: false,
    fields: [],
    mappings: [{ name: 'None', mapping: {} }]
  }))
  return [...actions, ...operations]
}

function actionView(slug: string, action: Action, presets: Definition['presets'] = []): ActionView {
  const { title, description, defaultSubscription: trigger, fields, syncMode } = action
  const hook = action.hooks?.[RETL_HOOK]
  return {
    slug,
    title,
    description,
    isAction: true,
    ...(trigger !== undefined && { trigger }),
    fields: fieldViews(fields),
    ...(syncMode && {
      syncMode: {
        name: '__segment_internal_sync_mode',
        label: syncMode.label,
        description: syncMode.description,
        type: 'string',
        isRequired: false,
        choices: choicesOf(syncMode.choices) ?? [],
        standard: syncMode.default
      }
    }),
    ...(hook && {
      hook: { label: hook.label, description: hook.description, inputs: fieldViews((hook.inputFields ?? {}) as Fields) }
    }),
    mappings: [
      { name: 'The defaults', ...(trigger !== undefined && { trigger }), mapping: defaultValues(fields) },
      ...presets
        .filter(({ partnerAction }) => partnerAction === slug)
        .map(({ name, mapping, ...preset }) => ({
          name: name ?? 'Ready-made',
          ...('subscribe' in preset && { trigger: preset.subscribe }),
          mapping: mapping as Json
        }))
    ]
  }
}

function fieldViews(fields: Fields): FieldView[] {
  return Object.entries(fields)
    .filter(([, { unsafe_hidden: isHidden }]) => !isHidden)
    .map(([name, { label, description, type, required, choices }]) => {
      const offered = choicesOf(choices)
      return { name, label, description, type, isRequired: required === true, ...(offered && { choices: offered }) }
    })
}

/** Choices come as texts, or with labels. */
function choicesOf(choices: unknown): Choice[] | undefined {
  if (!Array.isArray(choices)) return undefined
  return choices.map((choice: string | Choice) =>
    typeof choice === 'string' ? { value: choice, label: choice } : { value: String(choice.value), label: choice.label }
  )
}
