import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import type { Entry } from '#domain/entry.ts'
import { indexedField } from '#domain/indexed.ts'
import { callId, clientId, planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import { bodyLimitBytes, bodyOf } from './body.ts'

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 200 }))
const integer = fc.maxSafeInteger()
const about = { v: fc.constant(1 as const), at: integer, plane: text.map(planeId) }
const caller = { agent: text, consumer: text, client: fc.constant(clientId('a', 'b')) }
const operation = {
  method: text,
  server: text,
  kind: fc.constantFrom('tool', 'prompt', 'resource', 'template'),
  name: text,
} as const

const withoutMore: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    type: fc.constant('call.intent' as const),
    ...about,
    ...caller,
    ...operation,
    call: text.map(callId),
    definition: text,
    grant: text,
    quotas: fc.array(text, { maxLength: 5 }),
    credential: text,
    era: fc.constantFrom('modern', 'legacy'),
    revision: integer,
    argumentBytes: integer,
  }),
  fc.record({
    type: fc.constant('call.outcome' as const),
    ...about,
    call: text.map(callId),
    status: fc.constantFrom('complete', 'failed', 'unknown'),
    code: text,
    ms: integer,
    resultBytes: integer,
  }),
  fc.record({
    type: fc.constant('call.refused' as const),
    ...about,
    ...caller,
    ...operation,
    call: text.map(callId),
    station: text,
    reason: text,
    because: text,
    revision: integer,
    argumentBytes: integer,
  }),
  fc.record({
    type: fc.constant('call.refused.count' as const),
    ...about,
    ...caller,
    ...operation,
    station: text,
    reason: text,
    because: text,
    count: integer,
    from: integer,
    to: integer,
  }),
  fc.record({
    type: fc.constant('unauthenticated.count' as const),
    ...about,
    reason: text,
    count: integer,
    from: integer,
    to: integer,
  }),
  fc.record({
    type: fc.constant('policy.changed' as const),
    ...about,
    revision: integer,
    by: text,
    set: text,
    summary: text,
  }),
  fc.record({
    type: fc.constantFrom('ledger.open' as const, 'ledger.close' as const),
    ...about,
    version: text,
    orphans: integer,
  }),
)

const texts = fc.array(text, { maxLength: 3 })
/** What entries say of what is recorded beside them. */
const recorded: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .tuple(
      fc.record({ argumentsCommit: text, argumentsSealed: text }),
      fc.record(
        {
          data: texts,
          masked: texts,
          record: fc.constantFrom('none', 'digest', 'all'),
          round: integer,
          task: text,
        },
        { requiredKeys: [] },
      ),
      withoutMore.filter((one) => one.type === 'call.intent'),
    )
    .map(([sealed, said, one]) => ({ ...one, ...sealed, ...said }) as Entry),
  fc
    .tuple(
      fc.record({ resultCommit: text, resultRecorded: integer, resultSealed: text }),
      fc.record({ eventBytes: integer, masked: texts }, { requiredKeys: [] }),
      withoutMore.filter((one) => one.type === 'call.outcome'),
    )
    .map(([sealed, said, one]) => ({ ...one, ...sealed, ...said }) as Entry),
  fc.record({
    type: fc.constant('ledger.erased' as const),
    ...about,
    by: text,
    why: text,
    revision: integer,
    subject: text,
    periods: texts,
    keys: integer,
  }),
  fc.record({
    type: fc.constant('ledger.pruned' as const),
    ...about,
    from: integer,
    to: integer,
    payloads: integer,
    retain: text,
  }),
  fc.record({ type: fc.constant('find.key' as const), ...about, by: text, why: text }),
  fc.record({
    type: fc.constant('find.asked' as const),
    ...about,
    argument: text,
    by: text,
    why: text,
  }),
  fc.record({
    type: fc.constant('find.asked' as const),
    ...{ ...about, argument: text, by: text, since: integer, until: integer, why: text },
  }),
  fc.record({
    type: fc.constant('payload.read' as const),
    ...about,
    call: text.map(callId),
    by: text,
    why: text,
  }),
)

const argument = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,9}$/).map(indexedField)
const indexed = fc.dictionary(argument, fc.oneof(text, fc.constantFrom(null, true)), { maxKeys: 4 })
const more = fc.record({ user: text, template: text, apiKey: text }, { requiredKeys: [] })

const entry: fc.Arbitrary<Entry> = fc
  .tuple(fc.oneof(withoutMore, recorded), more, indexed)
  .map(([one, ...others]) => ('client' in one ? Object.assign({}, one, ...others) : one))

describe('the body of an entry', () => {
  test('is its canonical JSON, byte for byte, and holds all of it', () => {
    fc.assert(
      fc.property(entry, (one) => {
        const body = bodyOf(one)
        assert.equal(body, canonicalize(one))
        assert.deepEqual(JSON.parse(body), { ...one })
      }),
      { numRuns: 1000 },
    )
  })

  const refused = (name: string): Entry => ({
    type: 'policy.changed',
    v: 1,
    at: 0,
    plane: planeId('ops'),
    revision: 1,
    by: '',
    set: '',
    summary: name,
  })

  test('is at most 16 KiB of UTF-8', () => {
    const empty = Buffer.byteLength(bodyOf(refused('')))
    const fits = '日'.repeat(Math.floor((bodyLimitBytes - empty) / 3))
    assert(Buffer.byteLength(bodyOf(refused(fits))) <= bodyLimitBytes)
    assert.throws(
      () => bodyOf(refused(`${fits}日`)),
      (error) => error instanceof Fault && error.code === 'unrecordable',
    )
  })

  test('has no form for half a surrogate pair, and takes text that only looks like one', () => {
    assert.throws(
      () => bodyOf(refused('a\ud800b')),
      (error) => error instanceof Fault && error.code === 'unrecordable',
    )
    assert.equal(bodyOf(refused('\\ud800')), canonicalize(refused('\\ud800')))
  })

  test('holds no fraction, no NaN and no number beyond 2⁵³', () => {
    for (const at of [0.5, Number.NaN, 2 ** 53]) {
      assert.throws(() => bodyOf({ ...refused(''), at }), /integers only/)
    }
  })
})
