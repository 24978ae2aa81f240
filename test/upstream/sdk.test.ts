import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startFixture } from '../peers/fixture.ts'
import { callOf, exchange, Heard, open, outbound, runner, serverAt } from './ground.ts'

describe("a server on the official SDK's second version", () => {
  test('over HTTP is found to speak both eras, and answers a streamed call', async () => {
    const fixture = await startFixture()
    after(fixture.stop)
    const { find } = await open([serverAt('sdk', { url: fixture.url })])
    const sdk = find('sdk')
    assert.deepEqual(sdk.eras, { modern: true, legacy: '2025-11-25' })
    const found = await sdk.discover()
    assert.ok(found.some(({ definition }) => definition.name === 'test_simple_text'))
    assert.ok(found.some(({ kind }) => kind === 'template'))
    const heard = await exchange(
      sdk,
      callOf('test_tool_with_progress', {}, { meta: { progressToken: 'p' } }),
    )
    assert.equal(heard.heads[0]?.kind, 'events')
    assert.ok(heard.messages.some(({ method }) => method === 'notifications/progress'))
    assert.ok(heard.last.result)
  })

  test('over HTTP refuses as the revision says, and the refusal is passed on', async () => {
    const fixture = await startFixture()
    after(fixture.stop)
    const { find } = await open([serverAt('sdk', { url: fixture.url })])
    const mismatch = callOf('test_simple_text')
    const headers = mismatch.headers.map((value) =>
      value === 'test_simple_text' ? 'other' : value,
    )
    const heard = await exchange(find('sdk'), { ...mismatch, headers })
    assert.deepEqual([heard.heads[0]?.status, heard.heads[0]?.kind], [400, 'json'])
    assert.equal((heard.last.error as { code: number }).code, -32020)
    const unknown = await exchange(find('sdk'), outbound('modern', { id: 1, method: 'ping' }))
    assert.equal(unknown.heads[0]?.status, 404)
  })

  test('over a pipe keeps to the modern era, and serves it', async () => {
    const program = fileURLToPath(new URL('./sdk-child.ts', import.meta.url))
    const { find } = await open([serverAt('sdk', { runner: 'sdk' })], {
      runners: [runner('sdk', [program])],
    })
    assert.deepEqual(find('sdk').eras, { modern: true, legacy: undefined })
    assert.deepEqual(
      (await find('sdk').discover()).map(({ definition }) => definition.name),
      ['hello'],
    )
    const heard = await exchange(find('sdk'), callOf('hello', {}, { callId: 'x' }))
    assert.match(heard.texts[0] ?? '', /hello/)
    assert.equal(heard.last.id, 'x')
  })

  test('over a pipe has changes listened for under the id of the caller', async () => {
    const program = fileURLToPath(new URL('./sdk-child.ts', import.meta.url))
    const { find } = await open([serverAt('sdk', { runner: 'sdk' })], {
      runners: [runner('sdk', [program])],
    })
    const heard = new Heard()
    const listening = find('sdk').send(
      outbound('modern', {
        id: 'mine',
        method: 'subscriptions/listen',
        params: { notifications: { toolsListChanged: true } },
      }),
      heard,
    )
    await heard.has(1)
    const { method, params } = heard.last as { method: string; params: { _meta: object } }
    assert.equal(method, 'notifications/subscriptions/acknowledged')
    assert.deepEqual(Object.values(params._meta), ['mine'])
    listening.cancel('enough')
  })
})
