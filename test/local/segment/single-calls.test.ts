import { post, withLocalSegment } from '../../support/segment'

const call = { messageId: '1', userId: 'user-1' }

it.each([
  ['/v1/identify', 'identify', {}],
  ['/v1/i', 'identify', {}],
  ['/v1/track', 'track', { event: 'Product Clicked' }],
  ['/v1/t', 'track', { event: 'Product Clicked' }],
  ['/v1/p', 'page', {}]
])('%s takes a call, as pages and small clients send it', async (path, type, more) => {
  await withLocalSegment({}, async (segment) => {
    const body = JSON.stringify({ ...call, ...more, writeKey: segment.writeKey })
    const answer = await fetch(segment.url + path, { method: 'POST', body })
    expect(answer.status).toBe(200)
    // A page may read it, whatever its origin.
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(segment.calls).toEqual([expect.objectContaining({ ...call, ...more, type })])
  })
})

it.each(['', 'null', 'text'])('a body like %j is answered 400', async (body) => {
  await withLocalSegment({}, async (segment) => {
    const authorization = `Basic ${Buffer.from(`${segment.writeKey}:`).toString('base64')}`
    const answer = await fetch(`${segment.url}/v1/t`, { method: 'POST', body, headers: { authorization } })
    expect(answer.status).toBe(400)
  })
})

it('the short name of a batch is one, too, and a browser may ask beforehand', async () => {
  await withLocalSegment({}, async (segment) => {
    const asked = await fetch(`${segment.url}/v1/b`, { method: 'OPTIONS' })
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization')
    const batch = [{ ...call, type: 'identify' }]
    const body = JSON.stringify({ batch, writeKey: segment.writeKey })
    expect((await fetch(`${segment.url}/v1/b`, { method: 'POST', body })).status).toBe(200)
    expect((await post(segment, { batch })).status).toBe(200)
    expect(segment.statistics).toMatchObject({ requests: 2, accepted: 1, repeated: 1 })
  })
})
