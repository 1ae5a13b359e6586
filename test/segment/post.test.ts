import { postOnce } from '../../src/segment/post'
import { startZippedServer } from '../support/zipped-server'

const options = { body: '{}', timeout: 5_000, stop: new AbortController().signal }

test('an answer that is larger than anybody says who takes something is none, however small it was when zipped', async () => {
  const server = await startZippedServer(2 << 20, { success: true })
  try {
    expect(await postOnce(server.url, options)).toEqual({ unreachable: 'an answer of more than 1 MB' })
  } finally {
    await server.close()
  }
})

test('an answer of usual size is taken', async () => {
  const server = await startZippedServer(1_000, { success: true })
  try {
    expect(await postOnce(server.url, options)).toMatchObject({
      status: 200,
      body: expect.stringContaining('"success":true')
    })
  } finally {
    await server.close()
  }
})
