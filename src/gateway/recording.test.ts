import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Capability } from '#domain/capability.ts'
import type { ItemDocument, PlaneDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import { readJson } from '#lib/json.ts'
import type { Ask, CallAsk } from './exchange.ts'
import { argumentsOf, argumentsToRecord } from './record-arguments.ts'
import { createResultKeeper } from './record-result.ts'
import { recordingOf } from './recording.ts'

const canary = 'cAnArY'

const planeWith = (ledger: PlaneDocument['ledger']) => ({ ledger }) as PlaneDocument
const masking = planeWith({ mask: ['payment'] })
const tool = (classification: Partial<Classification>, name = 'pay'): Capability =>
  ({ server: 'bank', kind: 'tool', name, classification }) as never
const item = (tools: Readonly<Record<string, object>>, data?: readonly string[]) =>
  ({ kind: 'Server', tools, data }) as unknown as ItemDocument
const none = item({})

describe('What is recorded of a capability', () => {
  test('is its arguments where nothing is said, and what its classification says where it says so', () => {
    const usual = recordingOf(tool({}), { plane: undefined, item: undefined })
    assert.deepEqual(usual, {
      level: 'arguments',
      data: [],
      masked: [],
      arguments: 'whole',
      result: 'whole',
      resultBytes: 65_536,
    })
    const said = recordingOf(tool({ record: 'none' }), {
      plane: planeWith({ resultBytes: 2048 }),
      item: item({}, ['personal']),
    })
    assert.deepEqual([said.level, said.data, said.resultBytes], ['none', ['personal'], 2048])
  })

  test('follows the documents: a mask that comes, and an item that touches another class', () => {
    const capability = tool({ data: ['payment'] })
    const shown = (plane: PlaneDocument | undefined, of: ItemDocument) =>
      recordingOf(capability, { plane, item: of }).arguments
    assert.equal(shown(undefined, none), 'whole')
    assert.equal(shown(masking, none), 'withheld')
    assert.equal(shown(planeWith({ mask: ['personal'] }), none), 'whole')
    assert.equal(shown(planeWith({ mask: ['personal'] }), item({}, ['personal'])), 'withheld')
    assert.equal(shown(undefined, none), 'whole')
  })

  test('is of a variant what is recorded of what it is derived from, and its own marks besides', () => {
    const base = {
      record: 'none',
      data: ['payment'],
      dataPaths: { arguments: { '$.iban': 'payment' } },
    }
    const variant = tool({ variantOf: 'pay' }, 'pay_redacted')
    const found = recordingOf(variant, { plane: masking, item: item({ pay: base }) })
    assert.deepEqual([found.level, found.masked], ['none', ['payment']])
    assert.ok(typeof found.arguments === 'object')
    const own = tool({ variantOf: 'pay', record: 'digest' }, 'other')
    assert.equal(recordingOf(own, { plane: masking, item: item({ pay: base }) }).level, 'digest')
  })

  test('is withheld on both sides while one masked class has no mark at all', () => {
    const both = tool({
      data: ['payment', 'personal'],
      dataPaths: { arguments: { '$.iban': 'payment' } },
    })
    const all = planeWith({ mask: ['payment', 'personal'] })
    const { arguments: given, result } = recordingOf(both, { plane: all, item: none })
    assert.deepEqual([given, result], ['withheld', 'withheld'])
  })
})

const marked = tool({
  record: 'all',
  data: ['payment'],
  dataPaths: {
    arguments: { '$..iban': 'payment', '$.cards[*]': 'payment' },
    result: { '$..iban': 'payment' },
  },
})
const recording = recordingOf(marked, { plane: masking, item: none })

const askOf = (method: string, params: string): Ask => {
  const doc = readJson(
    Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`),
    {
      depth: 64,
      nodes: 10_000,
      inexactNumbers: 'keep',
    },
  )
  const value = (doc.value as { params: Record<string, unknown> }).params
  return { era: 'modern', method, params: value, doc, id: 1 } as unknown as Ask
}

/** Names that no path is about hold no canary. */
const plain = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('a', 'é\u2028'),
)
const { wild } = fc.letrec<{ wild: unknown }>((tie) => ({
  wild: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    plain,
    fc.array(tie('wild'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__x', 'iban '), tie('wild'), { maxKeys: 3 }),
    tie('wild').map((inner) => ({ deep: inner, iban: canary })),
    tie('wild').map((inner) => ({ iban: { inner, of: [canary] } })),
  ),
}))
const args = fc.dictionary(fc.constantFrom('a', 'iban', 'b'), wild, { maxKeys: 3 }).map((one) => ({
  ...one,
  ...('iban' in one && { iban: canary }),
  cards: [canary, { number: canary }],
}))

describe('A masked value', () => {
  test('is in none of the arguments that are recorded, whatever they are', () => {
    fc.assert(
      fc.property(args, (given) => {
        const ask = askOf('tools/call', JSON.stringify({ name: 'pay', arguments: given }))
        const recorded = argumentsToRecord(ask, argumentsOf(ask), recording)
        assert.ok(recorded)
        assert.ok(!Buffer.from(recorded).includes(canary), Buffer.from(recorded).toString())
      }),
      { numRuns: 1000 },
    )
  })

  test('is in none of what is recorded where the call carries it in another place or another form', () => {
    for (const [method, params] of [
      ['tools/call', `{"name":"pay","arguments":["${canary}"]}`],
      ['tools/call', `{"name":"pay","arguments":"${canary}"}`],
      ['tools/call', `{"name":"pay","_meta":{"iban":"${canary}"}}`],
      ['completion/complete', `{"argument":{"name":"iban","value":"${canary}"}}`],
      ['resources/read', `{"uri":"accounts://${canary}","arguments":{"a":"${canary}"}}`],
    ] as const) {
      const ask = askOf(method, params)
      const recorded = argumentsToRecord(ask, argumentsOf(ask), recording)
      assert.equal(Buffer.from(recorded ?? []).toString(), '"[withheld]"', params)
    }
    const rest = { era: 'rest', args: undefined } as CallAsk
    assert.equal(
      Buffer.from(argumentsToRecord(rest, Buffer.from(canary), recording) ?? []).toString(),
      '"[withheld]"',
    )
  })

  const keep = (
    ask: CallAsk,
    final: string,
    events: readonly string[] = [],
    status = 'complete',
  ) => {
    const keeper = createResultKeeper({ subject: 'user:anna', at: 0, ask, recording })
    const reply = keeper.listen({ relay: () => true } as never)
    for (const event of events) reply.relay(Buffer.from(event))
    const kept = keeper.conclude({ final: Buffer.from(final), status: status as 'complete' })
    return Buffer.from(kept?.bytes ?? []).toString()
  }

  test('is in none of the results that are recorded, whatever they and what was streamed before are', () => {
    fc.assert(
      fc.property(
        wild,
        fc.constantFrom('tools/call', 'prompts/get', 'resources/read'),
        (value, method) => {
          const ask = askOf(method, '{"name":"pay","arguments":{}}')
          const text = JSON.stringify(value)
          const hidden = { iban: canary, value }
          for (const result of [
            { content: [{ type: 'text', text }], structuredContent: value },
            { content: [{ type: 'text', text: `${text} ${canary}` }, { type: canary }] },
            { messages: [{ role: 'user', content: { type: 'text', text } }], _meta: hidden },
            { contents: [{ uri: 'u://1', text, mimeType: canary }], ttlMs: canary },
            hidden,
          ]) {
            const final = JSON.stringify({ jsonrpc: '2.0', id: 1, result })
            const kept = keep(ask, final, [JSON.stringify({ params: hidden })])
            assert.ok(!kept.includes(canary), kept)
            assert.ok(JSON.parse(kept))
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('is in no error, in nothing that is no message, and in no body of an API', () => {
    const ask = askOf('tools/call', '{"name":"pay","arguments":{}}')
    const error = { code: -32000, message: canary, data: canary }
    assert.ok(!keep(ask, JSON.stringify({ jsonrpc: '2.0', id: 1, error })).includes(canary))
    assert.equal(keep(ask, canary), '"[withheld]"')
    assert.equal(keep(ask, `["${canary}"]`), '"[withheld]"')
    const rest = { era: 'rest', args: {} } as CallAsk
    assert.equal(keep(rest, `{"iban":"${canary}","ok":true}`), '{"iban":"[masked]","ok":true}')
    assert.equal(keep(rest, `iban ${canary}`), '"[withheld]"')
    assert.equal(keep(rest, `{"detail":"${canary}"}`, [], 'tool error'), '"[withheld]"')
  })
})

describe('What is kept of a result', () => {
  const most = planeWith({ resultBytes: 1024 })
  const ask = askOf('tools/call', '{}')
  const keeperOf = () =>
    createResultKeeper({
      subject: 'user:anna',
      at: 0,
      ask,
      recording: recordingOf(tool({ record: 'all' }), { plane: most, item: none }),
    })
  const kept = (events: readonly string[], final: string | undefined): string | undefined => {
    const keeper = keeperOf()
    const reply = keeper.listen({ relay: () => true } as never)
    for (const event of events) reply.relay(Buffer.from(event))
    const found = keeper.conclude({
      final: final === undefined ? final : Buffer.from(final),
      status: 'complete',
    })
    assert.equal(keeper.eventBytes, events.join('').length)
    return found && Buffer.from(found.bytes).toString()
  }

  test('is what was relayed, the final message last, never more than its bounds', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.nat(700).map((length) => 'e'.repeat(length + 1)),
          { maxLength: 6 },
        ),
        fc.option(
          fc.nat(1500).map((length) => 'f'.repeat(length + 1)),
          { nil: undefined },
        ),
        (events, final) => {
          const found = kept(events, final)
          const lines = found?.split('\n') ?? []
          if (final !== undefined) assert.equal(lines.pop(), final.slice(0, 1024))
          assert.deepEqual(lines, events.slice(0, lines.length))
          assert.ok((found?.length ?? 0) <= 1024)
        },
      ),
    )
  })

  test('is nothing where nothing came, and the events alone where no final message did', () => {
    assert.equal(kept([], undefined), undefined)
    assert.equal(kept(['a', 'b'], undefined), 'a\nb')
  })

  test('is let go of while a call waits for its resumed stream, and counted all the same', () => {
    const keeper = keeperOf()
    keeper.listen({ relay: () => true } as never).relay(Buffer.from('abc'))
    keeper.forget()
    const found = keeper.conclude({ final: Buffer.from('final'), status: 'complete' })
    assert.equal(Buffer.from(found?.bytes ?? []).toString(), 'final')
    assert.equal(keeper.eventBytes, 3)
  })
})
