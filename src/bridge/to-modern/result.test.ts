import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readJson } from '#lib/json.ts'
import { legacyResult } from './result.ts'

const limits = { depth: 64, nodes: 10_000, inexactNumbers: 'keep' } as const
const about = {
  method: 'tools/call',
  revision: '2025-11-25',
  callerId: '"mine"',
  isWrapped: false,
} as const
const told = (text: string, more: object = {}) =>
  legacyResult(readJson(Buffer.from(text), limits), { ...about, ...more }).toString()

/** A key that no two readers take alike is refused before. */
const isRead = (value: unknown) => !JSON.stringify(value).includes('__proto__')
const value = fc.jsonValue({ maxDepth: 3 }).filter(isRead)
const result = fc.dictionary(
  fc.constantFrom(
    'resultType',
    'ttlMs',
    'cacheScope',
    'content',
    'structuredContent',
    'x',
    'isError',
  ),
  value,
)
const meta = fc.option(
  fc.dictionary(fc.constantFrom('io.modelcontextprotocol/serverInfo', 'a/b', 'c'), value),
  { nil: undefined },
)

test('nothing of the modern era is left in a result, and everything else is', () => {
  fc.assert(
    fc.property(result, meta, fc.boolean(), (given, _meta, isWrapped) => {
      const text = JSON.stringify({ jsonrpc: '2.0', id: 3, result: { ...given, _meta } })
      const { id, result } = JSON.parse(told(text, { isWrapped }))
      assert.equal(id, 'mine')
      const written = JSON.parse(text).result
      const { resultType: _r, ttlMs: _t, cacheScope: _c, _meta: was, ...kept } = written
      if (was) {
        delete was['io.modelcontextprotocol/serverInfo']
        if (Object.keys(was).length > 0) kept._meta = was
      }
      if ('structuredContent' in kept) {
        const { structuredContent: one } = kept
        const isObject = typeof one === 'object' && one !== null && !Array.isArray(one)
        if (isWrapped || !isObject) kept.structuredContent = { result: one }
      }
      assert.deepEqual(result, kept)
    }),
  )
})

test('what need not change is not written anew: large numbers, spaces, escapes', () => {
  const text =
    '{"jsonrpc":"2.0","id":3,"result":{"resultType":"complete", "content":[ ], "n":12345678901234567890123, "s":"\\u0041"}}'
  assert.equal(
    told(text),
    '{"jsonrpc":"2.0","id":"mine","result":{"content":[ ], "n":12345678901234567890123, "s":"\\u0041"}}',
  )
})

test('until 2025-06-18 structured content is told as text where nothing else is', () => {
  const elder = { revision: '2025-03-26' }
  const of = (result: object) =>
    JSON.parse(told(JSON.stringify({ jsonrpc: '2.0', id: 3, result }), elder)).result
  assert.deepEqual(of({ structuredContent: [1], content: [] }), {
    content: [{ type: 'text', text: '[1]' }],
  })
  const content = [{ type: 'text', text: 'one' }]
  assert.deepEqual(of({ structuredContent: [1], content }), { content })
})

test('until 2025-06-18 a link to a resource is words, in tools and in prompts', () => {
  const link = { type: 'resource_link', uri: 'a:b', name: 'n' }
  const text = { type: 'text', text: 'Resource n, a:b' }
  const of = (method: string, result: object) =>
    JSON.parse(
      told(JSON.stringify({ jsonrpc: '2.0', id: 3, result }), { revision: '2025-03-26', method }),
    ).result
  const other = { type: 'text', text: 't' }
  assert.deepEqual(of('tools/call', { content: [other, link] }), { content: [other, text] })
  assert.deepEqual(of('prompts/get', { messages: [{ role: 'user', content: link }] }), {
    messages: [{ role: 'user', content: text }],
  })
})
