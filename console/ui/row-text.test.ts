import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { asJson, asLine } from './row-text.ts'

interface Call {
  readonly agent: string
  readonly note: string
}
const columns = [
  { id: 'agent', title: 'Agent', text: ({ agent }: Call) => agent },
  { id: 'strip', title: 'Path' },
  { id: 'note', title: 'Note', text: ({ note }: Call) => note },
]

describe('A row that is copied', () => {
  test('is one line with a tab between what its columns say', () => {
    assert.equal(asLine(columns, { agent: 'planner', note: 'a\tb\nc' }), 'planner\ta b c')
  })

  test('attack: a name that a spreadsheet would calculate arrives as a text', () => {
    for (const note of ['=HYPERLINK("x")', '+1', '-1', '@SUM(A1)'])
      assert.equal(asLine(columns, { agent: 'a', note }), `a\t'${note}`)
  })

  test('is JSON with everything that the API answered', () => {
    const row = { agent: 'planner', note: '=1' }
    assert.deepEqual(JSON.parse(asJson(row)), row)
  })
})
