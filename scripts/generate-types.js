/**
 * Writes the destination's generated-types.ts files from its field definitions, the same as `generate:types` of
 * Segment's command line does: one JSON schema for each set of fields, compiled by json-schema-to-typescript 10.
 */
const { fieldsToJsonSchema } = require('@segment/actions-core')
const fs = require('node:fs')
const path = require('node:path')
const { compile } = require('json-schema-to-typescript')
const style = require('../.prettierrc.json')

const FOLDER = path.join(__dirname, '../src/destinations/algolia-personalization')

/**
 * @param definition the destination's default export
 * @returns {Promise<Record<string, string>>} the text of each file, by its path in the destination's folder
 */
async function generateTypes(definition) {
  const files = {
    'generated-types.ts':
      (await interfaceOf('Settings', definition.authentication.fields)) +
      (await interfaceOf('AudienceSettings', definition.audienceFields))
  }
  for (const [key, action] of Object.entries(definition.actions)) {
    const interfaces = [['Payload', action.fields]]
    for (const [name, { inputFields, outputTypes }] of Object.entries(action.hooks ?? {})) {
      if (inputFields) interfaces.push([`${name}Inputs`, inputFields])
      if (outputTypes) interfaces.push([`${name}Outputs`, outputTypes])
    }
    const texts = await Promise.all(interfaces.map(([name, fields]) => interfaceOf(name, fields)))
    files[`${key}/generated-types.ts`] = texts.join('')
  }
  return files
}

function interfaceOf(name, fields) {
  const schema = withoutExtras(fieldsToJsonSchema(fields, { tsType: true }))
  return compile(schema, name, { bannerComment: '// Generated file. DO NOT MODIFY IT BY HAND.', style })
}

/** Titles would become type names of their own, and choices types narrower than what the host lets through. */
function withoutExtras(original) {
  const schema = { ...original }
  delete schema.title
  delete schema.enum
  if (schema.type === 'array' && schema.items) schema.items = withoutExtras(schema.items)
  if (schema.type === 'object' && schema.properties) {
    const entries = Object.entries(schema.properties).map(([key, property]) => [key, withoutExtras(property)])
    schema.properties = Object.fromEntries(entries)
  }
  return schema
}

module.exports = { FOLDER, generateTypes }

if (require.main === module) {
  void generateTypes(require('../dist/destinations/algolia-personalization').default).then((files) => {
    for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(FOLDER, file), text)
  })
}
