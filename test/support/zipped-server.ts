import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

/** A server that answers everything with so many bytes of JSON, zipped to almost nothing. */
export async function startZippedServer(bytes: number, json: Record<string, unknown>) {
  const start = JSON.stringify({ ...json, padding: '' }).slice(0, -2)
  const body = gzipSync(`${start}${' '.repeat(bytes)}"}`)
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': body.length }
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => response.writeHead(200, headers).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
