import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fit, oneLine, readable, widthOf } from './cells.ts'

describe('Text of others', () => {
  test('cannot move the cursor, recolour, ring or set the title of a terminal', () => {
    const attack = '\u001B[2J\u001B[1;1Hok\u001B[31m\u0007\u001B]0;owned\u0007\u009B31m\rdone'
    const codes = [...readable(attack)].map((one) => one.codePointAt(0) ?? 0)
    assert.deepEqual(
      codes.filter((code) => code < 0x20 || (code >= 0x7f && code < 0xa0)),
      [],
    )
    assert.match(readable(attack), /ok/)
  })

  test('cannot turn the reading direction or hide in line separators', () => {
    assert.equal(readable('a\u202Etxt.exe\u2066b\u2028c'), 'a\uFFFDtxt.exe\uFFFDb\uFFFDc')
  })

  test('keeps its line breaks and tabs where lines are shown, and loses them in a cell', () => {
    assert.equal(readable('a\n\tb'), 'a\n\tb')
    assert.equal(oneLine('a\r\n\tb'), 'a b')
  })
})

describe('A cell', () => {
  test('is cut with a mark to the columns it has', () => {
    assert.equal(fit('transfer_create', 9, '…'), 'transfer…')
    assert.equal(fit('short', 9, '…'), 'short')
  })

  test('counts wide characters as two columns and combining ones as none', () => {
    assert.equal(widthOf('口座'), 4)
    assert.equal(widthOf('e\u0301'), 1)
    assert.equal(fit('口座一覧', 5, '…'), '口座…')
  })

  test('never takes more columns than it has, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) =>
        assert.ok(widthOf(fit(oneLine(text), width, '…')) <= width),
      ),
    )
  })
})
