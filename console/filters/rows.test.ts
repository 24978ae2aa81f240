import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Field, facetsOf, nameHas, rowsThat } from './rows.ts'

interface Row {
  readonly name: string
  readonly owner: string
  readonly data: readonly string[]
}
const rows: readonly Row[] = [
  { name: 'bank', owner: 'finance', data: ['iban', 'personal'] },
  { name: 'tickets', owner: 'desk', data: ['personal'] },
  { name: 'clock', owner: 'desk', data: [] },
]
const fields: readonly Field<Row>[] = [
  { field: 'owner', title: 'Owner', of: ({ owner }) => [owner] },
  { field: 'data', title: 'Data', of: ({ data }) => data, says: (value) => value.toUpperCase() },
]
const named = (filters: Parameters<typeof rowsThat>[1]) =>
  rowsThat(rows, filters, fields).map(({ name }) => name)

describe('Rows of a list that is here whole', () => {
  test('fit every filter, with any of its values', () => {
    const desk = { field: 'owner', not: false, values: ['desk', 'nobody'] }
    assert.deepEqual(named([desk]), ['tickets', 'clock'])
    assert.deepEqual(named([desk, { field: 'data', not: false, values: ['personal'] }]), [
      'tickets',
    ])
  })

  test('are left out by what is excluded, also where they have several values', () => {
    assert.deepEqual(named([{ field: 'data', not: true, values: ['personal'] }]), ['clock'])
  })

  test('fit no filter of a field that the list does not have', () => {
    assert.deepEqual(named([{ field: 'odd', not: false, values: ['1'] }]), [])
  })

  test('are counted for each field without its own filter, the most frequent first', () => {
    const [owner, data] = facetsOf(
      rows,
      [{ field: 'owner', not: false, values: ['finance'] }],
      fields,
    )
    assert.deepEqual(owner?.values, [
      { value: 'desk', count: 2 },
      { value: 'finance', count: 1 },
    ])
    assert.deepEqual(data?.values, [
      { value: 'iban', count: 1, says: 'IBAN' },
      { value: 'personal', count: 1, says: 'PERSONAL' },
    ])
  })

  test('are found by name in any case, in Turkish as in English', () => {
    assert.ok(nameHas('list_invoices', 'LIST_INVOICES'))
    assert.ok(nameHas('İstanbul', 'istanbul'))
  })
})
