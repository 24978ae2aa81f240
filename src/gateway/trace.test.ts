import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type JsonObject, readJson, splice } from '#lib/json.ts'
import type { CallAsk, Exchange } from './exchange.ts'
import { parentOf as callerOf, type Passed, traceEdits, traceOf } from './trace.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const other = '0af7651916cd43dd8448eb211c80319c'
const parentOf = (id: string) => `00-${id}-00f067aa0ba902b7-01`

const said = (head: string | undefined, meta?: unknown) => {
  const exchange = { request: { headers: { traceparent: head } } } as unknown as Exchange
  const ask = { era: 'modern', params: { _meta: meta } } as unknown as CallAsk
  return traceOf(exchange, ask)
}

describe('the trace of a call', () => {
  test('is what its message says, else what the header says', () => {
    assert.deepEqual(said(parentOf(trace)), { trace })
    assert.deepEqual(said(parentOf(other), { traceparent: parentOf(trace) }), { trace })
    assert.deepEqual(said(undefined, { traceparent: `cc-${trace}-00f067aa0ba902b7-01-more` }), {
      trace,
    })
  })

  test('is none where it is malformed, whatever a stranger puts there', () => {
    for (const bad of [
      trace,
      '',
      parentOf('0'.repeat(32)),
      parentOf(trace.toUpperCase()),
      `ff-${trace}-00f067aa0ba902b7-01`,
      `${parentOf(trace)}x`,
      ` ${parentOf(trace)}`,
      `00-${trace}-00f067aa0ba902b7`,
    ])
      assert.deepEqual(said(bad), {}, bad)
    for (const meta of [
      undefined,
      null,
      'x',
      { traceparent: 7 },
      { traceparent: [parentOf(trace)] },
    ])
      assert.deepEqual(said(undefined, meta), {})
  })
})

describe('the parent of a call', () => {
  const parent = (headers: object, meta: unknown) => {
    const exchange = { request: { headers } } as unknown as Exchange
    return callerOf(exchange, { era: 'modern', params: { _meta: meta } } as unknown as CallAsk)
  }

  test('is told with its own tracestate, and with no other', () => {
    const headers = { traceparent: parentOf(other), tracestate: 'of=header' }
    assert.deepEqual(parent(headers, undefined), {
      ...{ traceId: other, spanId: '00f067aa0ba902b7', isSampled: true, tracestate: 'of=header' },
    })
    const meta = { traceparent: `00-${trace}-00f067aa0ba902b7-00` }
    assert.deepEqual(parent(headers, meta), {
      ...{ traceId: trace, spanId: '00f067aa0ba902b7', isSampled: false, tracestate: undefined },
    })
  })

  test('has no tracestate that could be two headers, and is none where its span is', () => {
    const meta = { traceparent: parentOf(trace), tracestate: 'a=1\r\nauthorization: x' }
    assert.equal(parent({}, meta)?.tracestate, undefined)
    assert.equal(parent({}, { traceparent: `00-${trace}-${'0'.repeat(16)}-01` }), undefined)
  })
})

describe('what goes on of a trace', () => {
  const passed: Passed = { traceparent: parentOf(trace), tracestate: undefined }
  const after = (text: string, about: { passed: Passed | undefined; dropsBaggage: boolean }) => {
    const doc = readJson(Buffer.from(text), { depth: 9, nodes: 99 })
    const { params } = doc.value as { params: JsonObject }
    return splice(doc.bytes, traceEdits(doc, params, about)).toString()
  }

  test('takes the place of what its caller wrote, and everything else stays byte for byte', () => {
    const own = `"traceparent":"${passed.traceparent}"`
    for (const [before, expected] of [
      [
        `{"_meta":{ "traceparent":"x","a": 1.0 },"name":"n"}`,
        `{"_meta":{${own}, "a": 1.0 },"name":"n"}`,
      ],
      [`{"_meta":{"tracestate":"b=1","traceparent":"x"}}`, `{"_meta":{${own}}}`],
      [`{"_meta":{},"name":"n"}`, `{"_meta":{${own}},"name":"n"}`],
      [`{"name":"n"}`, `{"_meta":{${own}},"name":"n"}`],
      [`{"_meta":7}`, `{"_meta":7}`],
    ] as const) {
      const made = after(`{"params":${before}}`, { passed, dropsBaggage: false })
      assert.deepEqual(JSON.parse(made), JSON.parse(`{"params":${expected}}`))
      assert.equal(made.includes('1.0'), before.includes('1.0'))
    }
  })

  test('is nothing of baggage where that stays here, and everything where it does not', () => {
    const text = '{"params":{"_meta":{"baggage":"user=alice","traceparent":"x"}}}'
    const none = { passed: undefined, dropsBaggage: true }
    assert.equal(after(text, none), '{"params":{"_meta":{"traceparent":"x"}}}')
    assert.equal(after(text, { passed: undefined, dropsBaggage: false }), text)
  })
})
