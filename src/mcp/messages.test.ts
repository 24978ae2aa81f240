import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { readJson } from '#lib/json.ts'
import { BATCH_LIMIT, readBatch } from './batch.ts'
import { errorBytes, readMessage, resultBytes } from './messages.ts'
import { REVISIONS } from './revisions.ts'

const limits = { depth: 20, nodes: 1000 }
const doc = (text: string | Buffer) => readJson(Buffer.from(text), limits)
const read = (text: string | Buffer) => readMessage(doc(text))

describe('A message', () => {
  test('is a request, a notification, a result or an error', () => {
    assert.deepEqual(read('{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}}'), {
      kind: 'request',
      id: 1,
      method: 'm',
      params: { a: 1 },
    })
    assert.deepEqual(read('{"method":"m","jsonrpc":"2.0"}'), {
      kind: 'notification',
      method: 'm',
      params: undefined,
    })
    assert.deepEqual(read('{"jsonrpc":"2.0","id":"x","result":{}}'), {
      kind: 'result',
      id: 'x',
      result: {},
    })
    for (const id of ['', '"id":null,']) {
      assert.deepEqual(
        read(`{"jsonrpc":"2.0",${id}"error":{"code":-32700,"message":"m","data":[1]}}`),
        {
          kind: 'error',
          id: undefined,
          error: { code: -32700, message: 'm', data: [1] },
        },
      )
    }
  })

  const invalid: [text: string, problem: string, id?: number | string][] = [
    ['[]', 'not-an-object'],
    ['"x"', 'not-an-object'],
    ['null', 'not-an-object'],
    ['{}', 'version'],
    ['{"jsonrpc":"2.0"}', 'method'],
    ['{"jsonrpc":"2.0","id":1}', 'method', 1],
    ['{"jsonrpc":"1.0","id":1,"method":"m"}', 'version', 1],
    ['{"jsonrpc":2,"id":1,"method":"m"}', 'version', 1],
    ['{"id":1,"method":"m"}', 'version', 1],
    ['{"jsonrpc":"2.0","id":null,"method":"m"}', 'id'],
    ['{"jsonrpc":"2.0","id":1.5,"method":"m"}', 'id'],
    ['{"jsonrpc":"2.0","id":{},"method":"m"}', 'id'],
    ['{"jsonrpc":"2.0","id":true,"method":"m"}', 'id'],
    ['{"jsonrpc":"2.0","id":1,"method":""}', 'method', 1],
    ['{"jsonrpc":"2.0","id":1,"method":null}', 'method', 1],
    ['{"jsonrpc":"2.0","id":1,"method":["tools/call"]}', 'method', 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}', 'params', 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","params":null}', 'params', 1],
    ['{"jsonrpc":"2.0","id":1,"result":[]}', 'result', 1],
    ['{"jsonrpc":"2.0","id":1,"result":null}', 'result', 1],
    ['{"jsonrpc":"2.0","result":{}}', 'id'],
    ['{"jsonrpc":"2.0","id":null,"result":{}}', 'id'],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":"x","message":"m"}}', 'error', 1],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"m"}}', 'error', 1],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1}}', 'error', 1],
    ['{"jsonrpc":"2.0","id":1,"error":null}', 'error', 1],
    ['{"jsonrpc":"2.0","id":[1],"error":{"code":1,"message":"m"}}', 'id'],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"},"result":{}}', 'mixed', 1],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"},"result":null}', 'mixed', 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","result":{}}', 'mixed', 1],
    ['{"jsonrpc":"2.0","id":1,"result":{},"params":{}}', 'mixed', 1],
    ['{"jsonrpc":"2.0","id":1,"method":"m","x":1}', 'unknown-key', 1],
  ]
  for (const [text, problem, id] of invalid) {
    test(`${text} is refused: ${problem}`, () => {
      assert.deepEqual(read(text), { kind: 'invalid', problem, id })
    })
  }

  test('a parser that folds case finds nothing in it that we did not (CVE-2026-27896)', () => {
    const folded = [
      'Method',
      'METHOD',
      'Params',
      'paramſ',
      'reſult',
      'ID',
      'İd',
      'JSONRPC',
      'jsonrpc ',
      ' id',
      'meth\u200bod',
    ]
    for (const key of folded) {
      const message = read(
        JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', [key]: 'tools/call' }),
      )
      assert.deepEqual(message, { kind: 'invalid', problem: 'unknown-key', id: 1 }, key)
    }
  })

  test('names that every object inherits are not read as its members', () => {
    for (const key of ['constructor', 'toString', 'hasOwnProperty']) {
      assert.equal(read(`{"jsonrpc":"2.0","id":1,"method":"m","${key}":1}`).kind, 'invalid')
    }
  })
})

describe('Answers', () => {
  test('are read back as they were built, whatever the id and the text', () => {
    const id = fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger())
    fc.assert(
      fc.property(id, fc.string({ unit: 'grapheme' }), fc.integer(), (anyId, text, code) => {
        assert.deepEqual(read(resultBytes(anyId, { text })), {
          kind: 'result',
          id: anyId,
          result: { text },
        })
        assert.deepEqual(read(errorBytes(anyId, code, text)), {
          kind: 'error',
          id: anyId,
          error: { code, message: text },
        })
      }),
    )
  })

  test('an error without an id has none, not null', () => {
    assert.equal(
      errorBytes(undefined, -32700, 'no', { a: 1 }).toString(),
      '{"jsonrpc":"2.0","error":{"code":-32700,"message":"no","data":{"a":1}}}',
    )
  })
})

describe('A batch', () => {
  const member = (i: number) => ` {"jsonrpc":"2.0","id":${i},"method":"é"}\n`
  const batch = (count: number) =>
    `[${Array.from({ length: count }, (_, i) => member(i)).join(',')}]`

  test('is so many messages, each with its place in the bytes and an invalid one in its own', () => {
    const whole = doc(`[${member(1)},7,{"jsonrpc":"2.0","id":2}]`)
    const members = readBatch(whole, '2025-03-26', limits)
    assert.ok(Array.isArray(members))
    assert.deepEqual(
      members.map(({ message }) => message.kind),
      ['request', 'invalid', 'invalid'],
    )
    for (const { span, doc: inner } of members) {
      const bytes = whole.bytes.subarray(span.start, span.end)
      assert.deepEqual(JSON.parse(Buffer.from(bytes).toString()), inner.value)
      assert.deepEqual(Buffer.from(inner.bytes), Buffer.from(bytes))
    }
  })

  test('exists in 2025-03-26 alone', () => {
    for (const revision of REVISIONS) {
      const members = readBatch(doc(batch(1)), revision, limits)
      assert.equal(Array.isArray(members), revision === '2025-03-26', revision)
    }
  })

  test('has from one to fifty members', () => {
    assert.deepEqual(readBatch(doc('[]'), '2025-03-26', limits), { problem: 'empty' })
    assert.ok(Array.isArray(readBatch(doc(batch(BATCH_LIMIT)), '2025-03-26', limits)))
    assert.deepEqual(readBatch(doc(batch(BATCH_LIMIT + 1)), '2025-03-26', limits), {
      problem: 'too-many',
    })
  })
})
