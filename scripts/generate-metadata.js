/**
 * Writes the destination's metadata.json, the same as `generate:metadata-payload` of Segment's command line does:
 * everything that Segment's app shows of the definition, with `null` for what isn't set, and without functions.
 */
const fs = require('node:fs')
const path = require('node:path')
const { FOLDER } = require('./generate-types')

/**
 * @param definition the destination's default export
 * @returns {string} the text of metadata.json
 */
function generateMetadata({ slug, name, mode, description, authentication, audienceConfig, ...definition }) {
  const { createAudience, getAudience } = audienceConfig
  const metadata = {
    slug,
    name,
    mode,
    description,
    authentication: { scheme: authentication.scheme, fields: mapEntries(authentication.fields, settingOf) },
    audienceConfig: {
      mode: audienceConfig.mode,
      audienceFields: mapEntries(definition.audienceFields, settingOf),
      supportsAudienceFunctions: Boolean(createAudience && getAudience)
    },
    actions: mapEntries(definition.actions, actionOf),
    presets: definition.presets.map((preset) => ({
      name: preset.name,
      type: preset.type,
      partnerAction: preset.partnerAction,
      subscribe: preset.subscribe,
      mapping: preset.mapping ?? {},
      eventSlug: preset.eventSlug ?? null
    }))
  }
  return JSON.stringify(metadata, null, 2) + '\n'
}

function actionOf(action) {
  return {
    title: action.title,
    description: action.description,
    platform: action.platform ?? 'cloud',
    defaultSubscription: action.defaultSubscription ?? null,
    hidden: action.hidden ?? false,
    hasPerformBatch: Boolean(action.performBatch),
    syncMode: action.syncMode
      ? {
          default: action.syncMode.default,
          label: action.syncMode.label,
          description: action.syncMode.description,
          choices: action.syncMode.choices.map(({ value, label }) => ({ value, label }))
        }
      : null,
    hooks: action.hooks ? mapEntries(action.hooks, hookOf) : null,
    dynamicFields: null,
    fields: mapEntries(action.fields, fieldOf)
  }
}

function hookOf({ label, description, inputFields = {}, outputTypes = {} }) {
  return {
    label,
    description,
    inputFields: mapEntries(inputFields, fieldOf),
    outputFields: mapEntries(outputTypes, fieldOf)
  }
}

function fieldOf(field) {
  return {
    label: field.label,
    description: field.description,
    type: field.type,
    required: field.required ?? false,
    multiple: field.multiple ?? false,
    allowNull: field.allowNull ?? false,
    dynamic: field.dynamic ?? false,
    default: field.default ?? null,
    choices: field.choices ?? null,
    placeholder: field.placeholder ?? null,
    properties: field.properties ? mapEntries(field.properties, fieldOf) : null,
    category: field.category ?? null,
    depends_on: field.depends_on ?? null,
    readOnly: field.readOnly ?? null,
    hidden: field.unsafe_hidden ?? null,
    minimum: field.minimum ?? null,
    maximum: field.maximum ?? null,
    defaultObjectUI: field.defaultObjectUI ?? null,
    disabledInputMethods: field.disabledInputMethods ?? null,
    displayMode: field.displayMode ?? null,
    format: field.format ?? null,
    additionalProperties: field.additionalProperties ?? false
  }
}

function settingOf(field) {
  const { label, description, type, required, multiple, choices, default: standard, depends_on } = fieldOf(field)
  return { label, description, type, required, multiple, choices, default: standard, depends_on }
}

function mapEntries(record, convert) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]))
}

module.exports = { generateMetadata }

if (require.main === module) {
  const definition = require('../dist/destinations/algolia-personalization').default
  fs.writeFileSync(path.join(FOLDER, 'metadata.json'), generateMetadata(definition))
}
