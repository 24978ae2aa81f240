import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { after, before, describe, test } from 'node:test'
import { type Front, startFront } from './front.ts'

describe('The front of the conformance suite', () => {
  let target: Server
  let front: Front
  /** What the target does with the next request. */
  let serve: (inbound: IncomingMessage, response: ServerResponse) => void

  before(async () => {
    target = createServer((inbound, response) => serve(inbound, response)).listen(0, '127.0.0.1')
    await once(target, 'listening')
    const address = target.address()
    front = await startFront()
    if (address !== null && typeof address === 'object')
      front.aimAt(`http://127.0.0.1:${address.port}`, 'its-token')
  })
  after(async () => {
    await front?.stop()
    target?.close()
    target?.closeAllConnections()
  })

  test('adds the token and leaves every other header, the path and the body alone', async () => {
    let seen: IncomingMessage | undefined
    let body = ''
    serve = async (inbound, response) => {
      seen = inbound
      for await (const chunk of inbound) body += chunk
      response.writeHead(418, { 'X-Answer': 'kept' }).end('and its body')
    }
    const headers = {
      Host: 'evil.example',
      Origin: 'http://evil.example',
      'X-Twice': ['one', 'two'],
      Authorization: 'Bearer another',
    }
    const outbound = request(`${front.origin}/a/b?c=d`, { method: 'POST', headers, agent: false })
    outbound.end('the body')
    const [answer] = await once(outbound, 'response')
    assert.deepEqual([answer.statusCode, answer.headers['x-answer']], [418, 'kept'])
    assert.equal(String(await answer.toArray()), 'and its body')
    assert.equal(body, 'the body')
    assert.deepEqual([seen?.method, seen?.url], ['POST', '/a/b?c=d'])
    const { host, origin, authorization } = seen?.headers ?? {}
    assert.deepEqual(
      [host, origin, authorization],
      ['evil.example', 'http://evil.example', 'Bearer its-token'],
    )
    assert.deepEqual(seen?.headersDistinct['x-twice'], ['one', 'two'])
  })

  test('passes an event while the stream stays open', async () => {
    const held = Promise.withResolvers<ServerResponse>()
    serve = (_inbound, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('data: 1\n\n')
      held.resolve(response)
    }
    const outbound = request(front.origin, { agent: false }).end()
    const [answer] = await once(outbound, 'response')
    const [first] = await once(answer, 'data')
    assert.equal(String(first), 'data: 1\n\n')
    const response = await held.promise
    response.end('data: 2\n\n')
    const [second] = await once(answer, 'data')
    assert.equal(String(second), 'data: 2\n\n')
  })

  test('a caller that leaves is gone for the target too', async () => {
    const left = Promise.withResolvers<void>()
    serve = (_inbound, response) => {
      response.once('close', left.resolve)
      response.writeHead(200)
      response.write('begun')
    }
    const outbound = request(front.origin, { agent: false }).end()
    await once(outbound, 'response')
    outbound.on('error', () => {})
    outbound.destroy()
    await left.promise
  })

  test('an answer that the target breaks off is broken off for the caller', async () => {
    serve = (_inbound, response) => {
      response.writeHead(200)
      response.write('begun', () => response.destroy())
    }
    const outbound = request(front.origin, { agent: false }).end()
    const [answer] = await once(outbound, 'response')
    await assert.rejects(answer.toArray(), { code: 'ECONNRESET' })
  })
})
