import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { csvOf } from './csv.ts'
import type { Row } from './load.ts'

const row = (name: string): Row => ({
  ...{ server: 'bank', item: 'Server', kind: 'tool', name, title: '', class: 'read' },
  ...{ state: 'pinned', cells: ['permitted'] },
})
const columns = [{ client: 'planner@office', agent: 'planner', consumer: 'office' }]
const lines = (name: string) => csvOf({ rows: [row(name)], columns }).split('\r\n')

describe('The matrix as a file', () => {
  test('has a line of heads, and a line for each row, in the words of the API', () => {
    assert.deepEqual(lines('list'), [
      'item,of,kind,name,class,planner@office',
      'bank,Server,tool,list,read,permitted',
      '',
    ])
  })

  test('a name that a spreadsheet would work out is a text', () => {
    for (const name of ['=1+1', '+1', '-1', '@sum', '\t=1'])
      assert.match(lines(name)[1] ?? '', /,'[=+\-@\t]/)
  })

  test('a name with a comma or a quotation mark is one field', () => {
    assert.equal(lines('a,"b"')[1], 'bank,Server,tool,"a,""b""",read,permitted')
  })
})
