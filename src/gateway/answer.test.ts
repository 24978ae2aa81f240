import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { test } from 'node:test'
import { Fault, type FaultCode, faults } from '#lib/fault.ts'
import { answerFault } from './answer.ts'

// Also where nothing can be provoked from outside: `internal`.
test('every fault is answered by its public sentence alone; detail and cause stay here', async () => {
  const origin = 'https://gateway.example'
  const detail = 'secret-detail'
  const server = createServer((request, response) => {
    const code = request.url?.slice(1) as FaultCode
    const fault = new Fault(code, { detail, cause: new Error(detail) })
    answerFault(response, fault, { resource: `${origin}/mcp/ops`, origin, ref: 'err_1' })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  for (const [code, row] of Object.entries(faults)) {
    const [answer] = await once(
      get({ port, host: '127.0.0.1', path: `/${code}`, agent: false }),
      'response',
    )
    const chunks = await answer.toArray()
    const text = Buffer.concat(chunks).toString()
    assert.equal(answer.statusCode, row.status, code)
    assert.deepEqual(JSON.parse(text).error, {
      code: row.rpc,
      message: row.say,
      data: { ref: 'err_1' },
    })
    assert.doesNotMatch(text + JSON.stringify(answer.headers), /secret-detail/)
    if (row.status === 401)
      assert.match(
        String(answer.headers['www-authenticate']),
        /resource_metadata="https:\/\/gateway\.example\/\.well-known\/oauth-protected-resource\/mcp\/ops"/,
      )
    if (row.status === 429 || row.status === 503) assert.equal(answer.headers['retry-after'], '1')
  }
  server.close()
})
