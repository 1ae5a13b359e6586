/** Processes that the benchmarks start: local Algolias, and the programs that are measured against them. */
const { Buffer } = require('node:buffer')
const { spawn } = require('node:child_process')
const { once } = require('node:events')
const path = require('node:path')
const { performance } = require('node:perf_hooks')
const { text } = require('node:stream/consumers')
const { fetch } = require('undici')

const ROOT = path.join(__dirname, '..')
const REPORT_USAGE = path.join(__dirname, 'report-usage.js')

/** What a local Algolia accepts. */
const CREDENTIALS = { appId: 'LOCALALGOLIA', apiKey: 'local-api-key' }

/**
 * Runs `use` against a local Algolia in a process of its own, which is ended afterwards.
 * @param {string[]} flags of `local-algolia`, such as `['--profiles', '1000']`
 * @param {(algolia: LocalAlgolia) => Promise<Result>} use
 * @returns {Promise<Result>}
 * @template Result
 *
 * @typedef {object} LocalAlgolia
 * @property {string} url
 * @property {Record<string, string>} variables the origin of each API, by its environment variable
 * @property {() => Promise<void>} reset forgets the calls so far
 * @property {() => Promise<{calls: number, tooManyRequests: number, byStatus: Record<string, number>}>} stats
 */
async function withLocalAlgolia(flags, use) {
  const command = path.join(ROOT, 'dist/cli/main.js')
  const server = spawn(process.execPath, [command, 'local-algolia', '--port', '0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  try {
    const [greeting] = await Promise.race([once(server.stdout, 'data'), once(server, 'exit').then(() => [''])])
    const [url] = /http:\S+/.exec(String(greeting)) ?? []
    if (!url) throw new Error(`The local Algolia did not start with the flags ${flags.join(' ')}.`)
    const variables = Object.fromEntries(
      [...String(greeting).matchAll(/^export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value])
    )
    const local = async (method, call) => (await fetch(`${url}/_local/${call}`, { method })).json()
    return await use({ url, variables, reset: () => local('POST', 'stats/reset'), stats: () => local('GET', 'stats') })
  } finally {
    server.kill()
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
  }
}

/**
 * Runs a Node program to its end, and takes its standard output as fast as it comes.
 * @param {string[]} command the program's file, relative to the repository, and its arguments
 * @param {object} options
 * @param {string[]} [options.flags] of Node
 * @param {Record<string, string>} [options.env] on top of this process's environment
 * @param {string} [options.count] how often this stands in the output is counted, and when it first came
 * @param {boolean} [options.isKept] whether its output is handed back
 * @returns {Promise<Measurement>}
 * @throws {Error} when the program fails
 *
 * @typedef {object} Measurement
 * @property {number} cpu CPU time of all its threads, milliseconds
 * @property {number} memory the most memory that was resident, MiB
 * @property {number} time from its start to its end, milliseconds
 * @property {number} counted
 * @property {string} output what it wrote, where that is kept
 * @property {string} complaints what it wrote to its standard error
 * @property {number} [firstAfter] from its start to the first that was counted, milliseconds
 */
async function measure([file, ...parameters], { flags = [], env = {}, count, isKept = false } = {}) {
  const startedAt = performance.now()
  const program = spawn(process.execPath, [...flags, '-r', REPORT_USAGE, path.join(ROOT, file), ...parameters], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe']
  })
  const ended = once(program, 'close')
  const usage = text(program.stdio[3])
  const complaints = text(program.stderr)
  const counter = counterOf(count)
  let firstAfter
  const written = []
  for await (const chunk of program.stdout) {
    if (isKept) written.push(chunk)
    if (counter.add(chunk) > 0) firstAfter ??= performance.now() - startedAt
  }
  const [exitCode] = await ended
  const time = performance.now() - startedAt
  if (exitCode !== 0) throw new Error(`${file} ended with ${exitCode}: ${await complaints}`)
  return {
    ...JSON.parse(await usage),
    time,
    counted: counter.count,
    firstAfter,
    output: Buffer.concat(written).toString(),
    complaints: await complaints
  }
}

/** Runs a Node program to its end; resolves to its standard output. */
async function output([file, ...parameters], env = {}) {
  const program = spawn(process.execPath, [path.join(ROOT, file), ...parameters], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(program, 'close')
  const written = await text(program.stdout)
  const [exitCode] = await ended
  if (exitCode !== 0) throw new Error(`${file} ended with ${exitCode}`)
  return written
}

/** Counts a text in chunks of output, wherever they are cut. */
function counterOf(wanted) {
  const needle = Buffer.from(wanted ?? '')
  let rest = Buffer.alloc(0)
  const counter = {
    count: 0,
    add(chunk) {
      if (needle.length === 0) return 0
      const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
      let next = 0
      for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, next)) {
        counter.count += 1
        next = at + needle.length
      }
      rest = bytes.subarray(Math.max(next, bytes.length - needle.length + 1))
      return counter.count
    }
  }
  return counter
}

module.exports = { CREDENTIALS, measure, output, withLocalAlgolia }
