import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Intent } from '#domain/entry.ts'
import { isHeld, keepingOf, retentionOf, retentionsOf } from './retain.ts'

const call = (about: Partial<Intent>): Intent => ({ agent: 'planner', at: 0, ...about }) as Intent

describe('What is recorded of a call is kept', () => {
  const classes = { personal: '90d', health: '30d', payment: '3650d' }
  const keeping = { retain: { payloads: '400d', classes } }

  test('by the shortest time of its classes, and without one as everything', () => {
    for (const [data, kept] of [
      [undefined, '400d'],
      [['other'], '400d'],
      [['personal'], '90d'],
      [['payment'], '3650d'],
      [['payment', 'personal'], '90d'],
      [['personal', 'health'], '30d'],
      [['constructor'], '400d'],
    ] as const)
      assert.equal(retentionOf(call({ ...(data && { data }) }), keeping), kept, String(data))
  })

  test('for ever where nothing says how long', () => {
    assert.equal(retentionOf(call({}), {}), undefined)
    assert.equal(retentionOf(call({}), { retain: { classes } }), undefined)
    assert.deepEqual(retentionsOf({}), [])
  })

  test('for times that are told once each, the shortest first', () => {
    assert.deepEqual(retentionsOf(keeping), ['30d', '90d', '400d', '3650d'])
    assert.deepEqual(retentionsOf({ retain: { payloads: '90d', classes: { a: '90d' } } }), ['90d'])
  })
})

describe('A hold', () => {
  const holds = (hold: object, about: Partial<Intent>) =>
    isHeld(call(about), { hold: [{ name: 'case', reason: 'a suit', ...hold }] })

  test('is about the calls for which all that it says is so', () => {
    assert.ok(holds({}, {}))
    assert.ok(holds({ user: 'anna', server: 'bank' }, { user: 'anna', server: 'bank' }))
    assert.ok(!holds({ user: 'anna', server: 'bank' }, { user: 'anna', server: 'crm' }))
    assert.ok(!holds({ user: 'anna' }, {}))
    assert.ok(!holds({ agent: 'plan' }, {}))
  })

  test('begins with its first instant, and ends before its last', () => {
    const hold = { since: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00+01:00' }
    const at = (instant: string) => holds(hold, { at: Date.parse(instant) })
    assert.ok(!at('2025-12-31T23:59:59.999Z'))
    assert.ok(at('2026-01-01T00:00:00Z'))
    assert.ok(at('2026-01-31T22:59:59.999Z'))
    assert.ok(!at('2026-01-31T23:00:00Z'))
  })

  test('of days begins with the first and ends with the last, as the plane counts them', () => {
    const days = { name: 'case', reason: 'a suit', since: '2026-11-01', until: '2026-11-02' }
    const keeping = keepingOf({ ledger: { hold: [days] }, timeZone: 'Europe/Istanbul' })
    const at = (instant: string) => isHeld(call({ at: Date.parse(instant) }), keeping)
    assert.ok(!at('2026-10-31T20:59:59.999Z'))
    assert.ok(at('2026-10-31T21:00:00Z'))
    assert.ok(at('2026-11-02T20:59:59.999Z'))
    assert.ok(!at('2026-11-02T21:00:00Z'))
    assert.deepEqual(keepingOf({}), {})
  })
})
