import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type JsonObject, readJson } from '#lib/json.ts'
import { classify, type ErrorMessage, type ResultMessage } from '#mcp/messages.ts'
import { type AnswerTo, modernAnswer } from './answer.ts'
import { askableOf, unaskable } from './capabilities.ts'
import { discoverOf } from './discover.ts'
import { modernNotice } from './notice.ts'
import { legacyRequest, progressTokenOf } from './request.ts'
import { answerTo, inputRequired, questionOf, responsesIn } from './round.ts'
import { urlElicitations } from './url-elicitation.ts'

const limits = { depth: 256, nodes: 1_000_000, inexactNumbers: 'keep' } as const
const docOf = (text: string | object) =>
  readJson(Buffer.from(typeof text === 'string' ? text : JSON.stringify(text)), limits)
const prefix = 'io.modelcontextprotocol/'
const serverInfoKey = `${prefix}serverInfo`

const members = fc
  .dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }))
  // Refused before anything is translated.
  .filter((one) => !JSON.stringify(one).includes('__proto__'))

describe('A modern request at a legacy server', () => {
  const meta = {
    [`${prefix}protocolVersion`]: '2026-07-28',
    [`${prefix}clientCapabilities`]: {},
    [`${prefix}clientInfo`]: { name: 'a', version: '1' },
    [`${prefix}logLevel`]: 'info',
  }
  test('has none of the envelope and of rounds, our id and token, and all else byte for byte', () => {
    const text = `{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{ "name":"t",
      "arguments":{"n": 1.0e3, "s":"\\u00e9" },"requestState":"s","inputResponses":{"a":{}},
      "_meta":{"${prefix}protocolVersion":"2026-07-28","progressToken":"mine","traceparent":"00-1", "com.x/y":[1 ]}}}`
    const doc = docOf(text)
    assert.equal(
      legacyRequest(doc, 'tools/call', 7).toString(),
      '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t",' +
        '"arguments":{"n": 1.0e3, "s":"\\u00e9" },' +
        '"_meta":{"progressToken":7,"traceparent":"00-1","com.x/y":[1 ]}}}',
    )
    assert.equal(progressTokenOf(doc), '"mine"')
  })

  test('keeps whatever else its caller wrote', () => {
    fc.assert(
      fc.property(members, members, (args, more) => {
        const params = { name: 't', arguments: args, _meta: { ...more, ...meta } }
        const doc = docOf({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
        const sent = JSON.parse(legacyRequest(doc, 'tools/call', 3).toString())
        const expected = JSON.parse(JSON.stringify({ ...more }))
        for (const one of Object.keys(meta)) delete expected[one]
        if ('progressToken' in expected) expected.progressToken = 3
        assert.deepEqual(sent.params.arguments, JSON.parse(JSON.stringify(args)))
        assert.deepEqual(sent.params._meta ?? {}, expected)
      }),
    )
  })
})

describe('The answer of a legacy server', () => {
  const to = {
    id: '"mine"',
    method: 'tools/call',
    era: 'modern' as const,
    uri: undefined,
    serverInfo: '{"name":"s","version":"1"}',
  }
  const modern = (about: Partial<AnswerTo>, text: string | object) => {
    const doc = docOf(text)
    const message = classify(doc.value) as ResultMessage | ErrorMessage
    return modernAnswer({ ...to, ...about }, doc, message).toString()
  }

  test('keeps its errors for a legacy caller, to whom they mean what they say', () => {
    for (const code of [-32002, -32042, -32021])
      assert.equal(
        modern({ era: 'legacy' }, { jsonrpc: '2.0', id: 3, error: { code, message: 'm' } }),
        `{"jsonrpc":"2.0","id":"mine","error":{"code":${code},"message":"m"}}`,
      )
  })

  test('says that it is complete, of whom it is, and is else the same bytes', () => {
    assert.equal(
      modern({}, '{"result":{"content":[ ],"x":1.50},"id":3,"jsonrpc":"2.0"}'),
      `{"result":{"resultType":"complete","_meta":{"${serverInfoKey}":{"name":"s","version":"1"}},` +
        '"content":[ ],"x":1.50},"id":"mine","jsonrpc":"2.0"}',
    )
    assert.equal(
      modern({}, '{"jsonrpc":"2.0","id":3,"result":{"_meta":{"a":1}}}'),
      `{"jsonrpc":"2.0","id":"mine","result":{"resultType":"complete","content":[],` +
        `"_meta":{"${serverInfoKey}":{"name":"s","version":"1"},"a":1}}}`,
    )
  })

  test('is for one caller alone where it may be kept, whatever the server says of it', () => {
    const about = { method: 'resources/read' }
    const text = { jsonrpc: '2.0', id: 3, result: { contents: [], cacheScope: 'public', ttlMs: 9 } }
    const { result } = JSON.parse(modern(about, text))
    assert.deepEqual([result.cacheScope, result.ttlMs], ['private', 0])
  })

  test('is a message of the modern era, whatever it holds', () => {
    fc.assert(
      fc.property(
        members,
        fc.constantFrom('tools/call', 'resources/read', 'prompts/get'),
        (its, method) => {
          const { id, result } = JSON.parse(
            modern({ method }, { jsonrpc: '2.0', id: 3, result: its }),
          )
          assert.equal(id, 'mine')
          assert.equal(result.resultType, 'complete')
          const {
            resultType: _r,
            _meta: _m,
            content: _c,
            ttlMs: _t,
            cacheScope: _s,
            ...rest
          } = result
          const { resultType: _1, _meta: _2, content: _3, ttlMs: _4, cacheScope: _5, ...same } = its
          assert.deepEqual(rest, JSON.parse(JSON.stringify(same)))
        },
      ),
    )
  })

  test('that a resource was not found has the modern code and names it; a reserved code is none of its', () => {
    const error = (code: number, data?: object) =>
      JSON.parse(
        modern(
          { method: 'resources/read', uri: 'a://b' },
          { jsonrpc: '2.0', id: 3, error: { code, message: 'm', ...(data && { data }) } },
        ),
      ).error
    assert.deepEqual(error(-32002), { code: -32602, message: 'm', data: { uri: 'a://b' } })
    assert.deepEqual(error(-32002, { uri: 'c' }), {
      code: -32602,
      message: 'm',
      data: { uri: 'c' },
    })
    assert.deepEqual(error(-32021), { code: -32603, message: 'm' })
    assert.deepEqual(error(-32000), { code: -32000, message: 'm' })
  })

  test('without an id, or with null, is given that of its caller', () => {
    const text = '{"jsonrpc":"2.0","error":{"code":-32600,"message":"m"}}'
    assert.equal(JSON.parse(modern({}, text)).id, 'mine')
    assert.equal(JSON.parse(modern({}, text.replace('{', '{"id":null,'))).id, 'mine')
  })
})

describe('What can be asked of a client', () => {
  test('is what it declared, as far as it is carried', () => {
    const { declared } = askableOf({
      elicitation: {},
      sampling: { tools: {}, more: {} },
      roots: { listChanged: true },
      extensions: { x: {} },
      tasks: {},
    })
    assert.deepEqual(declared, { elicitation: { form: {} }, sampling: { tools: {} }, roots: {} })
    assert.deepEqual(askableOf(undefined).declared, {})
    assert.equal(askableOf({ roots: { x: 1 } }).text, askableOf({ roots: {} }).text)
  })

  test('attack: nothing else may be asked, whatever it is called', () => {
    const some = askableOf({ elicitation: { url: {} }, sampling: {} })
    assert.equal(unaskable(some, 'elicitation/create', { mode: 'url' }), undefined)
    assert.equal(unaskable(some, 'elicitation/create', {}), -32602)
    assert.equal(unaskable(some, 'elicitation/create', { mode: 'toString' }), -32602)
    assert.equal(unaskable(some, 'sampling/createMessage', { tools: [] }), -32602)
    assert.equal(unaskable(some, 'roots/list', {}), -32601)
    fc.assert(
      fc.property(fc.string(), (method) => {
        assert.equal(unaskable(askableOf({}), method, {}), -32601)
      }),
    )
  })
})

describe('A round', () => {
  test('carries what was asked and what was answered byte for byte', () => {
    fc.assert(
      fc.property(members, members, (params, answer) => {
        const message = { jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params }
        const doc = docOf(message)
        const question = questionOf(doc, classify(doc.value) as never, 'k')
        const round = JSON.parse(inputRequired('1', [question], 'state').toString())
        const { elicitationId: _e, task: _t, ...asked } = JSON.parse(JSON.stringify(params))
        assert.deepEqual(round.result.inputRequests.k, {
          method: 'elicitation/create',
          params: asked,
        })
        const retry = docOf({ params: { inputResponses: { k: answer, none: 1 } } })
        const responses = responsesIn(retry)
        assert.deepEqual([...responses.keys()], ['k'])
        const told = JSON.parse(answerTo(question, responses.get('k') ?? Buffer.of()).toString())
        assert.deepEqual(told, {
          jsonrpc: '2.0',
          id: 'q',
          result: JSON.parse(JSON.stringify(answer)),
        })
      }),
    )
  })

  test('of URLs that must be visited has one elicitation for each, and is none where none is named', () => {
    const error = (data: unknown) =>
      ({ kind: 'error', id: 1, error: { code: -32042, message: 'm', data } }) as ErrorMessage
    const url = { mode: 'url', elicitationId: 'e', url: 'https://a', message: 'm' }
    assert.equal(urlElicitations(error({ elicitations: [url, url] }))?.length, 2)
    for (const data of [undefined, {}, { elicitations: [] }, { elicitations: [{ url: 1 }] }])
      assert.equal(urlElicitations(error(data)), undefined)
  })
})

test('What a server logs is heard from the level on that was asked for, and progress by its own caller', () => {
  const hear = (logLevel: string | undefined, method: string, params: JsonObject) => {
    const doc = docOf({ jsonrpc: '2.0', method, params })
    const listening = { token: 3, progressToken: '"mine"', logLevel }
    const bytes = modernNotice(listening, doc, { kind: 'notification', method, params })
    return bytes && JSON.parse(Buffer.from(bytes).toString()).params
  }
  const log = (level: string) => ({ level, data: 1 })
  assert.ok(hear('warning', 'notifications/message', log('error')))
  assert.equal(hear('warning', 'notifications/message', log('info')), undefined)
  assert.equal(hear(undefined, 'notifications/message', log('emergency')), undefined)
  assert.deepEqual(hear(undefined, 'notifications/progress', { progressToken: 3 }), {
    progressToken: 'mine',
  })
  assert.equal(hear(undefined, 'notifications/progress', { progressToken: 4 }), undefined)
  assert.equal(hear('debug', 'notifications/tools/list_changed', {}), undefined)
})

test('What a server can do is told as far as it is carried', () => {
  const said = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true }, tasks: {}, experimental: {}, logging: {} },
    serverInfo: { name: 's', version: '1' },
    instructions: 'read this',
  }
  assert.deepEqual(discoverOf(said), {
    capabilities: { tools: { listChanged: true }, logging: {} },
    instructions: 'read this',
    _meta: { [serverInfoKey]: said.serverInfo },
  })
  assert.equal(discoverOf(undefined), undefined)
})
