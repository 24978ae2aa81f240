import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  keepsLess,
  type PlaneDocument,
  withClass,
  withHold,
  withoutHold,
  withRetention,
  withTexts,
} from './plane-edits.ts'

const bare: PlaneDocument = { apiVersion: 'bailiwick/v1', kind: 'Plane', name: 'ops' }
const kept: PlaneDocument = {
  ...bare,
  title: 'Operations',
  ledger: {
    mask: ['iban'],
    retain: { entries: '400d', payloads: '90d', classes: { health: '30d' } },
    resultBytes: 2048,
  },
}

describe('An edit of a plane', () => {
  test('leaves out what says nothing, and keeps what it is not about', () => {
    const texts = { title: '', owner: 'treasury', timeZone: 'Europe/Istanbul', tokenLifetime: '' }
    const { title: _, ...rest } = kept
    assert.deepEqual(withTexts(kept, texts), {
      ...rest,
      owner: 'treasury',
      timeZone: 'Europe/Istanbul',
    })
    assert.deepEqual(withRetention(bare, { entries: '', payloads: '' }), bare)
    assert.deepEqual(withClass(bare, 'iban', { isMasked: false, kept: '' }), bare)
    assert.deepEqual(withRetention(kept, { entries: '400d', payloads: '' }).ledger, {
      ...kept.ledger,
      retain: { entries: '400d', classes: { health: '30d' } },
    })
  })

  test('masks a data class once, and unmasks it alone', () => {
    const once = withClass(kept, 'health', { isMasked: true, kept: '' })
    assert.deepEqual(once.ledger?.mask, ['health', 'iban'])
    assert.deepEqual(once.ledger?.retain, { entries: '400d', payloads: '90d' })
    assert.deepEqual(withClass(once, 'health', { isMasked: true, kept: '' }), once)
    const none = withClass(once, 'iban', { isMasked: false, kept: '' })
    assert.deepEqual(none.ledger?.mask, ['health'])
  })

  test('holds a matter, and takes the hold out again', () => {
    const hold = { name: 'matter-7', reason: 'A law suit', agent: 'planner', user: '' }
    const held = withHold(kept, hold)
    assert.deepEqual(held.ledger?.hold, [
      { name: 'matter-7', reason: 'A law suit', agent: 'planner' },
    ])
    assert.deepEqual(withoutHold(held, 'matter-7'), kept)
  })

  test('keeps less where anything may go earlier, by a shorter time or by the first one', () => {
    const retention = (entries: string, payloads: string) =>
      withRetention(kept, { entries, payloads })
    assert.equal(keepsLess(kept, retention('400d', '90d')), false)
    assert.equal(keepsLess(kept, retention('399d', '90d')), true)
    assert.equal(keepsLess(kept, retention('', '')), false, 'ten years, and for ever')
    assert.equal(keepsLess(bare, retention('', '90d')), true)
    assert.equal(keepsLess(kept, withClass(kept, 'iban', { isMasked: true, kept: '10d' })), true)
    assert.equal(keepsLess(kept, withClass(kept, 'iban', { isMasked: true, kept: '91d' })), false)
    assert.equal(keepsLess(kept, withClass(kept, 'health', { isMasked: false, kept: '' })), false)
    assert.equal(keepsLess(kept, retention('many', '90d')), false)
  })
})
