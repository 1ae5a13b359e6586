/**
 * Serves the shop's page on this machine, wired to a local Algolia and a local Segment, and prints what each of them gets.
 * `npm run shop-page`; tests start it, too.
 */
const fs = require('node:fs')
const http = require('node:http')
const path = require('node:path')
const { buildSync } = require('esbuild')

const ROOT = path.join(__dirname, '../..')

/**
 * @param {object} settings what the page is told: keys, the stand-ins' origins, and how it shall behave
 * @param {number} [port]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
async function serveShopPage(settings, port = 0) {
  const [{ contents }] = buildSync({
    entryPoints: [path.join(__dirname, 'page.mjs')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    alias: { 'segment-algolia-personalization/browser': path.join(ROOT, 'dist/browser/index.mjs') },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    write: false
  }).outputFiles
  const files = {
    '/': ['text/html', fs.readFileSync(path.join(__dirname, 'page.html'))],
    '/page.js': ['text/javascript', contents],
    '/settings.json': ['application/json', JSON.stringify(settings)],
    '/elsewhere': ['text/html', '<!doctype html><title>Elsewhere</title>'],
    '/favicon.ico': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>']
  }
  const server = http.createServer((request, response) => {
    const [type, content] = files[request.url.split('?')[0]] ?? []
    if (type) response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(content)
    else response.writeHead(404).end()
  })
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections()
      })
  }
}

/** Serves it until the process is stopped. */
async function main(port) {
  const { startLocalAlgolia } = require('../../dist/local/algolia')
  const { startLocalSegment } = require('../../dist/local/segment')
  const say = (line) => process.stdout.write(`${line}\n`)
  const algolia = await startLocalAlgolia({ keys: { 'shop-search-key': ['search'] } })
  const segment = await startLocalSegment()
  const settings = {
    appId: algolia.application.appId,
    apiKey: 'shop-search-key',
    writeKey: segment.writeKey,
    urls: { search: algolia.urls.search, insights: algolia.urls.insights, segment: segment.url },
    identity: 'segment',
    askFirst: true
  }
  const { url } = await serveShopPage(settings, port)
  say(`The shop is open: ${url}. Agree to tracking there, then search, click and buy. This is what Segment is told:`)
  let told = 0
  setInterval(() => {
    for (const { type, event, anonymousId, userId, properties, traits } of segment.calls.slice(told)) {
      const said = JSON.stringify(event === undefined ? traits : properties)
      say(`${type} ${event ?? ''} ${said} (anonymousId ${anonymousId}, userId ${userId ?? 'none'})`)
    }
    told = segment.calls.length
  }, 100)
}

module.exports = { serveShopPage }

if (require.main === module) void main(Number(process.argv[2] ?? 4030))
