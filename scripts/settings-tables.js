/**
 * Writes the tables of settings in the documents, from those that the commands are made of. Each stands between
 * `<!-- settings of COMMAND -->` and `<!-- end of settings -->`.
 */
const fs = require('node:fs')
const path = require('node:path')

const FOLDER = path.join(__dirname, '../docs')

/**
 * @param {string} document a text with places for tables
 * @param {Record<string, object>} tables by command
 * @param {{flagOf: Function, variableOf: Function}} names
 * @returns {string} the text with its tables, not formatted
 */
function withSettings(document, tables, names) {
  return document.replace(
    /(<!-- settings of ([\w-]+) -->\n)[^]*?(<!-- end of settings -->)/g,
    (_, begin, command, end) => `${begin}\n${rowsOf(tables[command], names)}\n\n${end}`
  )
}

function rowsOf({ prefix, settings }, { flagOf, variableOf }) {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const variable = variableOf(prefix, name, setting)
    const flag = setting.secret ? '' : `\`${flagOf(name)}\``
    const variables = setting.secret ? `\`${variable}\`, \`${variable}_FILE\`` : `\`${variable}\``
    return `| \`${name}\` | ${flag} | ${variables} | ${setting.description}${setting.required ? ' (required)' : ''} |`
  })
  return ['| setting | flag | variable | |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

module.exports = { withSettings }

if (require.main === module) void main()

async function main() {
  const names = require('../dist/input/settings')
  const tables = {}
  for (const { name, load } of require('../dist/cli/commands').COMMANDS) tables[name] = (await load()).settings
  const prettier = require('prettier')
  for (const file of fs.readdirSync(FOLDER).filter((name) => name.endsWith('.md'))) {
    const document = path.join(FOLDER, file)
    const text = fs.readFileSync(document, 'utf8')
    if (!text.includes('<!-- settings of ')) continue
    const style = { ...(await prettier.resolveConfig(document)), parser: 'markdown' }
    fs.writeFileSync(document, await prettier.format(withSettings(text, tables, names), style))
  }
}
