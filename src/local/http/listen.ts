/** What every server of this package needs of HTTP: to listen, and to be gone afterwards. */
import { createServer, type RequestListener, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** A server that listens. */
export interface Listening {
  /** Such as 'http://127.0.0.1:4010'. */
  readonly url: string
  /** Stops listening and breaks every connection. */
  close(): Promise<void>
}

/** What a server may be told beside where it listens. */
export interface ListenOptions extends Pick<ServerOptions, 'requestTimeout' | 'connectionsCheckingInterval'> {
  /** Answers what isn't HTTP, or doesn't come in time; without it Node does. */
  readonly onClientError?: (error: NodeJS.ErrnoException, socket: Duplex) => void
}

/** Starts a server; resolves when it listens, and rejects with Node's error when it can't. Port 0 is any free one. */
export async function listen(
  listener: RequestListener,
  host: string,
  port: number,
  { onClientError, ...options }: ListenOptions = {}
): Promise<Listening> {
  const server = createServer(options, listener)
  if (onClientError) server.on('clientError', onClientError)
  // A connection that closes while the next request is on its way would be a fault that nobody asked for.
  server.keepAliveTimeout = 120_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
