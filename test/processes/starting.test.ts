import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createListener } from '#edge/listen.ts'
import { silentLog } from '#lib/log.ts'
import { exchange } from '../peers/wire.ts'

test('a process that listens and does not serve yet says that it is starting, not that there is nothing', async () => {
  const edges = new Map()
  const hosts = new Set<string>()
  const parts = { tls: undefined, trusted: undefined, log: silentLog, allowedHosts: () => hosts }
  const listener = createListener({ edges, ...parts })
  const port = await listener.listen('127.0.0.1', 0)
  after(() => listener.close())
  hosts.add(`127.0.0.1:${port}`)
  const url = `http://127.0.0.1:${port}/mcp/ops`
  const { status, headers, body } = await exchange(url, { body: {} })
  assert.equal(status, 503, 'starting')
  assert.match(body, /is starting/)
  assert.ok(headers['retry-after'])
  edges.set('healthz', () => {})
  assert.equal((await exchange(url, { body: {} })).status, 404)
})
