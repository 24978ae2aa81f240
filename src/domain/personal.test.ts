import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { earlierHash, hashedText, hashPersonal, indexedOf, splitPersonal } from './indexed.ts'
import type { Classification } from './item-documents.ts'
import { indexedNames, isPersonal } from './personal.ts'

const customer = { argument: 'customer', personal: true } as const
const read = (more: object): Classification => ({ class: 'read', ...more })
const hex = 'ab'.repeat(32)

describe('a personal argument', () => {
  test('is one that the index declares, by its name as any other', () => {
    const declared = read({ index: ['line', customer] })
    assert.deepEqual(indexedNames(declared), ['line', 'customer'])
    assert.deepEqual(
      ['line', 'customer', 'other'].map((name) => isPersonal(declared, name)),
      [false, true, false],
    )
  })

  test('attack: what is marked as data of a class is personal, whatever the index says of it', () => {
    for (const path of ['$.customer', '$..customer', "$['customer']", '$.*', '$[?@ == 4711]'])
      assert.equal(
        isPersonal(
          read({ index: ['customer'], dataPaths: { arguments: { [path]: 'health' } } }),
          'customer',
        ),
        true,
        path,
      )
    const result = { result: { '$.customer': 'health' } }
    assert.equal(isPersonal(read({ index: ['customer'], dataPaths: result }), 'customer'), false)
  })

  test('attack: named twice, once plainly, it is personal', () => {
    assert.equal(isPersonal(read({ index: ['customer', customer] }), 'customer'), true)
  })

  test('is set apart with its text; that none was given, or something else, is told', () => {
    const names = ['line', 'customer', 'list', 'none']
    const given = { line: 4, customer: 4711, list: [4711] }
    const { plain, personal } = splitPersonal(indexedOf(names, given), (name) => name !== 'line')
    assert.deepEqual(plain, { 'arg.line': '4', 'arg.list': true, 'arg.none': null })
    assert.deepEqual(personal, { 'arg.customer': '4711' })
    const hashed = hashPersonal(personal ?? {}, (name, text) => `${name}/${text}`)
    assert.deepEqual(hashed, { 'arg.customer': 'customer/4711' })
  })

  test('attack: a text of the form of a hash is not recorded, so that nobody takes it for one', () => {
    for (const form of [hashedText, earlierHash]) {
      assert.equal(indexedOf(['line'], { line: form(hex) })['arg.line'], true)
      assert.equal(indexedOf(['line'], { line: form(`${hex}0`) })['arg.line'], form(`${hex}0`))
    }
  })
})
