/** Runs the benchmarks and prints their figures; `npm run bench -- --help` tells what can be chosen. */
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { performance } = require('node:perf_hooks')
const { parseArgs } = require('node:util')
const { findings, referenceOf } = require('./check')
const { table } = require('./table')

const BENCHMARKS = [
  'source-cpu',
  'source-limit',
  'source-once',
  'source-memory',
  'destination-calls',
  'trait-calls',
  'events-in-requests',
  'destination-time',
  'destination-collisions',
  'at-the-limit',
  'look-ups',
  'audiences'
]
/** They wait for a limit nearly all the time, so a quick run has them go on side by side. */
const WAITING = ['at-the-limit', 'source-limit', 'source-once', 'destination-collisions', 'audiences']
const RESULTS = path.join(__dirname, 'results.json')
const REFERENCE = path.join(__dirname, 'reference.json')

const HELP = `Usage: npm run bench -- [options] [names]

Names: ${BENCHMARKS.join(', ')} (default: all)

  --quick             fewer profiles, events and runs: to try things out
  --check             compare with bench/reference.json, and fail when a figure has clearly got worse
  --update-reference  take the figures over into bench/reference.json
  --help              show this
`

async function main() {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      'update-reference': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false }
    }
  })
  const unknown = positionals.filter((name) => !BENCHMARKS.includes(name))
  if (flags.help || unknown.length > 0) {
    process.stderr.write(unknown.length > 0 ? `No such benchmark: ${unknown.join(', ')}\n\n${HELP}` : HELP)
    return unknown.length === 0
  }
  const [load] = os.loadavg()
  if (load > 0.5)
    process.stderr.write(`Others are using this machine (load ${load.toFixed(1)}): times will be rough.\n`)
  const size = flags.quick ? 'quick' : 'full'
  const names = positionals.length > 0 ? positionals : BENCHMARKS
  const sideBySide = flags.quick ? names.filter((name) => WAITING.includes(name)) : []
  const figures = (await Promise.all(sideBySide.map((name) => figuresOf(name, flags)))).flat()
  for (const name of names) {
    if (!sideBySide.includes(name)) figures.push(...(await figuresOf(name, flags)))
  }
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ')
  const circumstances = { date: new Date().toISOString().slice(0, 10), machine: machine(), load, command, size }
  fs.writeFileSync(RESULTS, `${JSON.stringify({ ...circumstances, figures }, undefined, 2)}\n`)
  process.stdout.write(`${table(figures)}\n\n${circumstances.date}, ${circumstances.machine}, \`${command}\`\n`)

  const reference = JSON.parse(fs.readFileSync(REFERENCE, 'utf8'))
  if (flags['update-reference']) {
    const taken = Object.fromEntries(
      figures.map((figure) => [figure.id, referenceOf(figure, reference[size][figure.id])])
    )
    // A run of all benchmarks also tells which figures there are no more.
    reference[size] = positionals.length > 0 ? { ...reference[size], ...taken } : taken
    fs.writeFileSync(REFERENCE, `${JSON.stringify(reference, undefined, 2)}\n`)
  }
  if (!flags.check) return true
  const worse = findings(figures, reference[size])
  process.stdout.write(
    worse.length > 0 ? `\nWorse than the reference:\n${worse.join('\n')}\n` : '\nNothing is worse than the reference.\n'
  )
  return worse.length === 0
}

/** Runs a benchmark, and tells how it gets on. */
async function figuresOf(name, { quick }) {
  const progress = (text) => process.stderr.write(`${name}: ${text}\n`)
  const { run } = require(`./benchmarks/${name}`)
  const startedAt = performance.now()
  const figures = await run({ quick, progress })
  progress(`took ${Math.round((performance.now() - startedAt) / 1000)} s`)
  return figures
}

function machine() {
  const [{ model }] = os.cpus()
  return `${os.cpus().length} cores (${model.trim()}), Node ${process.versions.node}`
}

void main().then(
  (isRight) => {
    process.exitCode = isRight ? 0 : 1
  },
  (error) => {
    console.error(error)
    process.exitCode = 1
  }
)
