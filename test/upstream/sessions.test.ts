import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { callOf, exchange, json, listen, open, type Received, serverAt } from './ground.ts'

/** A legacy server that counts its sessions and can forget them, answering as the specification says or as many do. */
async function sessionServer(unknown: { status: number; code: number }) {
  const sessions = new Set<string>()
  const log: string[] = []
  let made = 0
  const { url } = await listen(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const sent = request.headers['mcp-session-id']
    const session = typeof sent === 'string' ? sent : ''
    if (request.method === 'DELETE') {
      log.push(`DELETE ${session}`)
      sessions.delete(session)
      response.writeHead(200).end()
      return
    }
    const { id, method, params } = JSON.parse(
      Buffer.concat(chunks).toString('utf8'),
    ) as Received['message']
    if (method === 'server/discover') {
      json(response, 400, {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32000, message: 'first initialize' },
      })
    } else if (method === 'initialize') {
      made++
      sessions.add(`s${made}`)
      response.setHeader('mcp-session-id', `s${made}`)
      const result = { protocolVersion: params?.protocolVersion, capabilities: { tools: {} } }
      json(response, 200, { jsonrpc: '2.0', id, result })
    } else if (!sessions.has(session)) {
      const error = { code: unknown.code, message: 'unknown session' }
      json(response, unknown.status, { jsonrpc: '2.0', id: null, error })
    } else if (id === undefined) {
      response.writeHead(202).end()
    } else {
      log.push(`${method} in ${session}`)
      const result = method === 'tools/list' ? { tools: [] } : { content: [] }
      json(response, 200, { jsonrpc: '2.0', id, result })
    }
  })
  return { url, sessions, log }
}

describe('legacy sessions that the gateway holds', () => {
  for (const unknown of [
    { status: 404, code: -32001 },
    { status: 400, code: -32000 },
  ]) {
    test(`are opened once more when the server has forgotten them and says ${unknown.status}`, async () => {
      const server = await sessionServer(unknown)
      const { find } = await open([serverAt('old', { url: server.url })])
      const upstream = find('old')
      await upstream.discover()
      const message = callOf('any', {}, { era: 'legacy', session: 'agent' })
      const first = await exchange(upstream, message)
      assert.ok(first.last.result)
      server.sessions.clear()
      const second = await exchange(upstream, message)
      assert.ok(second.last.result, second.failure?.detail)
      await upstream.discover()
      assert.deepEqual(server.log, [
        'tools/list in s1',
        'tools/call in s2',
        'tools/call in s3',
        'tools/list in s4',
      ])
    })
  }

  test('are ended whatever a server says to that', async () => {
    const { url } = await listen((request, response) => {
      const type = { 'content-type': 'text/plain' }
      if (request.method === 'DELETE') response.writeHead(200, type).end('Bye.')
      else response.writeHead(404).end()
    })
    const { find } = await open([serverAt('old', { url })])
    const message = { ...callOf('any', {}, { era: 'legacy' }), body: new Uint8Array(0) }
    const ended = await exchange(find('old'), { ...message, httpMethod: 'DELETE', id: undefined })
    assert.equal(ended.failure, undefined)
    assert.equal(ended.heads[0]?.status, 200)
  })

  test('are one for each key, and are left at the end', async () => {
    const server = await sessionServer({ status: 404, code: -32001 })
    const { upstreams, find } = await open([serverAt('old', { url: server.url })])
    const upstream = find('old')
    const call = (session: string) =>
      exchange(upstream, callOf('any', {}, { era: 'legacy', session }))
    await Promise.all([call('one'), call('one'), call('two')])
    assert.equal(server.sessions.size, 3, 'our own, and those of two keys')
    await upstreams.close()
    assert.equal(server.sessions.size, 0)
  })

  test('do not grow without bound: the one unused for the longest time is left', async () => {
    const server = await sessionServer({ status: 404, code: -32001 })
    const { find } = await open([serverAt('old', { url: server.url })], { limits: { sessions: 3 } })
    const upstream = find('old')
    for (let i = 0; i < 10; i++) {
      await exchange(upstream, callOf('any', {}, { era: 'legacy', session: `agent ${i}` }))
    }
    const left = server.log.filter((line) => line.startsWith('DELETE'))
    assert.ok(left.length >= 7, server.log.join('\n'))
  })
})
