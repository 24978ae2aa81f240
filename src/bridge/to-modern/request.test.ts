import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readJson } from '#lib/json.ts'
import { checkEnvelope, checkMirrors, decodedField } from '#mcp/envelope.ts'
import { readMessage } from '#mcp/messages.ts'
import { findMethod } from '#mcp/methods.ts'
import { checkParamHeaders, type ParamHeader } from '#mcp/param-headers.ts'
import type { Speaker } from '#mcp/speaker.ts'
import { isReserved, modernHeaders, modernRequest } from './request.ts'

const limits = { depth: 64, nodes: 10_000, inexactNumbers: 'keep' } as const
const read = (text: string | Buffer) => readJson(Buffer.from(text), limits)
const speaker: Speaker = {
  capabilities: { elicitation: { form: {} } },
  info: { name: 'agent', version: '1' },
}
const about = { id: 7, speaker, logLevel: 'info' }

const reserved = [
  'io.modelcontextprotocol/protocolVersion',
  'io.modelcontextprotocol/clientCapabilities',
  'io.modelcontextprotocol/logLevel',
]
/** A key that no two readers take alike is refused before. */
const isRead = (value: unknown) => !JSON.stringify(value).includes('__proto__')
const values = fc.jsonValue({ maxDepth: 2 }).filter(isRead)
const meta = fc.option(
  fc.dictionary(fc.constantFrom('progressToken', 'traceparent', 'a.b/c', ...reserved), values),
  { nil: undefined },
)
const name = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed())
const params = fc.record(
  {
    name,
    arguments: fc.dictionary(fc.constantFrom('region', 'n', 'q'), fc.oneof(name, fc.boolean())),
    _meta: meta,
    inputResponses: values,
    requestState: values,
  },
  { requiredKeys: ['name', 'arguments'] },
)

test('whatever a legacy caller asks becomes a request that the modern era takes, and says nothing for the bridge', () => {
  fc.assert(
    fc.property(params, fc.oneof(fc.string(), fc.integer()), (given, id) => {
      const doc = read(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: given }))
      const sent = read(modernRequest(doc, about))
      const message = readMessage(sent)
      assert.equal(message.kind, 'request')
      if (message.kind !== 'request') return
      const { _meta, ...rest } = message.params ?? {}
      const { inputResponses: _i, requestState: _s, _meta: given_, ...kept } = given
      assert.deepEqual(rest, JSON.parse(JSON.stringify(kept)))
      const own = Object.entries(given_ ?? {}).filter(([key]) => !isReserved(key))
      const theirs = Object.entries(_meta ?? {}).filter(([key]) => !isReserved(key))
      assert.deepEqual(
        Object.fromEntries(theirs),
        JSON.parse(JSON.stringify(Object.fromEntries(own))),
      )
      const headers = modernHeaders(['mcp-name', 'forged', 'mcp-param-region', 'forged'], {
        ...{ method: 'tools/call', params: message.params },
        mirrored,
      })
      const fields = Object.fromEntries(pairs(headers))
      assert.equal(new Set(pairs(headers).map(([key]) => key)).size, headers.length / 2)
      for (const value of Object.values(fields)) assert.match(value, /^[\x20-\x7e]*$/)
      const method = findMethod('client', '2026-07-28', 'tools/call')
      assert.equal(checkMirrors(message, method, fields), undefined)
      assert.equal(checkParamHeaders(mirrored, message.params?.arguments, fields), undefined)
      assert.equal(decodedField(fields, 'mcp-name'), given.name)
      if (own.every(([key]) => key !== 'progressToken'))
        assert.equal(checkEnvelope(message, fields), undefined)
    }),
  )
})

const mirrored: ParamHeader[] = [
  { header: 'Mcp-Param-Region', path: ['region'], type: 'string' },
  { header: 'Mcp-Param-N', path: ['n'], type: 'string' },
]
const pairs = (headers: string[]): [string, string][] =>
  headers.flatMap((one, at) => (at % 2 === 0 ? [[one, headers[at + 1] ?? '']] : []))

test('what nobody has to change stays as it was written', () => {
  const text =
    '{"jsonrpc":"2.0", "id":1,"method":"tools/call","params":{"name":"a","arguments":{"n": 1.50}}}'
  const sent = modernRequest(read(text), about).toString()
  assert.match(sent, /^\{"jsonrpc":"2\.0", "id":7,"method":"tools\/call","params":\{"_meta":/)
  assert.match(sent, /,"name":"a","arguments":\{"n": 1\.50\}\}\}$/)
})

test('a request without params gets some', () => {
  const sent = JSON.parse(
    modernRequest(read('{"jsonrpc":"2.0","id":"x","method":"tools/list"}'), about).toString(),
  )
  assert.equal(sent.params._meta['io.modelcontextprotocol/logLevel'], 'info')
})

test('the answers of a round go out exactly, and a state only where the server gave one', () => {
  const doc = read('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}')
  const responses = { 'a "key"': '{"action":"accept","content":{"n":1.50}}' }
  const answers = { responses, requestState: '"\\u0041/\\/="' }
  const sent = modernRequest(doc, { ...about, answers }).toString()
  assert.ok(
    sent.includes('"inputResponses":{"a \\"key\\"":{"action":"accept","content":{"n":1.50}}}'),
  )
  assert.ok(sent.includes('"requestState":"\\u0041/\\/="'))
  const stateless = { responses: {}, requestState: undefined }
  assert.ok(
    !/inputResponses|requestState/.test(
      String(modernRequest(doc, { ...about, answers: stateless })),
    ),
  )
})
