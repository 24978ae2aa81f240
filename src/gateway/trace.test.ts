import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CallAsk, Exchange } from './exchange.ts'
import { traceOf } from './trace.ts'

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
