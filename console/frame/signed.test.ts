import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { en } from '../words/en.ts'
import { tr } from '../words/tr.ts'
import { createWords } from '../words/words.ts'
import { saySigned } from './signed.ts'

const now = Date.parse('2026-11-29T00:10:00.000Z')
const english = createWords('en', en)
const signed = (size: number, secondsAgo: number) => ({
  ledger: 'ok',
  tree: { checkpoint: { size, at: now - secondsAgo * 1000 } },
})
const fresh = { ledger: 'ok', tree: {} }

describe('How far ledgers are signed', () => {
  test('of one plane is told with its size', () => {
    assert.match(saySigned(english, [signed(48, 2)], now), /^Ledger signed to .48, 2 seconds ago$/)
    assert.equal(saySigned(english, [fresh], now), 'Ledger: nothing signed yet')
  })

  test('of several is a size of none: how many, and when the stalest was', () => {
    const planes = [signed(48, 2), signed(15, 15)]
    assert.equal(saySigned(english, planes, now), 'Ledgers of 2 planes signed, 15 seconds ago')
    assert.equal(
      saySigned(createWords('tr', tr), planes, now),
      '2 düzlemin defteri imzalı, 15 saniye önce',
    )
  })

  test('does not hide where nothing is signed yet', () => {
    assert.equal(
      saySigned(english, [signed(48, 2), fresh], now),
      'Ledger of 1 plane signed, 2 seconds ago; 1 plane has nothing signed yet',
    )
    assert.equal(
      saySigned(english, [signed(48, 2), signed(15, 15), fresh, fresh], now),
      'Ledgers of 2 planes signed, 15 seconds ago; 2 planes have nothing signed yet',
    )
    assert.equal(
      saySigned(createWords('tr', tr), [signed(48, 2), fresh], now),
      '1 düzlemin defteri imzalı, 2 saniye önce; 1 düzlemde henüz imzalı kayıt yok',
    )
    assert.equal(saySigned(english, [fresh, fresh], now), 'Ledger: nothing signed yet')
  })

  test('does not say of what is refused that nothing is signed', () => {
    assert.equal(
      saySigned(english, [signed(48, 2), { ledger: 'refused', tree: {} }], now),
      'Ledger of 1 plane signed, 2 seconds ago',
    )
  })
})
