import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { createTransport, NoAnswer } from '../../../src/algolia/api/transport'
import { startScriptedServer } from '../../support/scripted-server'

describe('the transport', () => {
  let server: Server
  const sockets = new Set<Socket>()
  let answer: (socket: Socket) => void
  beforeAll(async () => {
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('data', () => answer(socket))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  const get = async (signal: AbortSignal = new AbortController().signal) => {
    const { port } = server.address() as AddressInfo
    const transport = createTransport({
      baseUrl: `http://127.0.0.1:${port}`,
      headers: {},
      connections: 1,
      silenceTimeout: 300
    })
    try {
      const { status, header, body } = await transport.send('/2/users', signal)
      return { status, header, body: body().toString() }
    } finally {
      await transport.close()
    }
  }
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

  test.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => undefined],
    ['falls silent after the headers', (socket) => socket.write(`${HEAD}content-length: 100\r\n\r\n`)],
    ['falls silent in the middle of the body', (socket) => socket.write(`${HEAD}content-length: 100\r\n\r\n{"users":`)],
    ['ends before the body does', (socket) => socket.end(`${HEAD}content-length: 100\r\n\r\n{"users":[]}`)],
    [
      'ends in the middle of a chunk',
      (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\nff\r\n{"users":[]}`)
    ],
    ['speaks no HTTP', (socket) => socket.end('220 mail.example.com ESMTP\r\n')],
    [
      'sends gzip that is none',
      (socket) => socket.end(`${HEAD}content-encoding: gzip\r\ncontent-length: 4\r\n\r\nnone`)
    ],
    ['hangs up', (socket) => socket.destroy()]
  ])('takes it for no answer when the server %s', async (_, fault) => {
    answer = fault
    await expect(get()).rejects.toThrow(NoAnswer)
  })

  test('takes it for no answer when the server sends without end, before memory runs out', async () => {
    const chunk = Buffer.from(`100000\r\n${' '.repeat(1 << 20)}\r\n`)
    answer = (socket) => {
      socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`)
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      }
      socket.on('drain', more).on('error', () => undefined)
      more()
    }
    await expect(get()).rejects.toThrow(/more than 128 MB; a smaller page size/)
  })

  const sendGzip = (body: Buffer, encoding: string) => (socket: Socket) => {
    socket.write(`${HEAD}content-encoding: ${encoding}\r\ncontent-length: ${body.length}\r\n\r\n`)
    socket.end(body)
  }

  test('takes it for no answer when what is zipped is too large', async () => {
    answer = sendGzip(gzipSync(Buffer.alloc(200 << 20, ' ')), 'gzip')
    await expect(get()).rejects.toThrow(/more than 128 MB; a smaller page size/)
  })

  test.each(['gzip', 'GZIP', 'x-gzip'])('unzips a body whose encoding is called %s', async (encoding) => {
    answer = sendGzip(gzipSync('{"users":[]}'), encoding)
    expect((await get()).body).toBe('{"users":[]}')
  })

  test('gives up when it is told to, with the reason', async () => {
    const controller = new AbortController()
    answer = () => controller.abort(new Error('enough'))
    await expect(get(controller.signal)).rejects.toThrow('enough')
  })

  test('asks for gzip, and sends its headers', async () => {
    const scripted = await startScriptedServer(() => ({}))
    const transport = createTransport({
      baseUrl: scripted.url,
      headers: { x: '1' },
      connections: 1,
      silenceTimeout: 300
    })
    try {
      await transport.send('/2/users?limit=1', new AbortController().signal)
      expect(scripted.requests).toMatchObject([
        { method: 'GET', path: '/2/users?limit=1', headers: { 'accept-encoding': 'gzip', x: '1' } }
      ])
    } finally {
      await transport.close()
      await scripted.close()
    }
  })

  test('hands on whatever the server answers, of any status', async () => {
    answer = (socket) => socket.end('HTTP/1.1 418 Teapot\r\nx-one: 1\r\ncontent-length: 3\r\n\r\nho!')
    const { status, body, header } = await get()
    expect([status, body, header('x-one'), header('x-two')]).toEqual([418, 'ho!', '1', undefined])
  })
})
