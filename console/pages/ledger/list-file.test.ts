import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { listFile } from './list-file.ts'
import type { CallRow } from './merge.ts'

const row = (more: Partial<CallRow> = {}): CallRow => ({
  ...{ plane: 'ops', call: 'cal_1', at: 0, position: 7, agent: 'planner', consumer: 'treasury' },
  ...{ method: 'tools/call', server: 'bank', kind: 'tool', name: 'statement', class: 'read' },
  ...{ indexed: {}, decision: 'permitted', station: 'forward', because: 'grant planner-reads' },
  ...{ rules: [], grant: 'planner-reads', count: 1, path: [] },
  ...more,
})
const csv = (...rows: CallRow[]) => listFile('csv', rows).split('\r\n')

describe('Calls as a file', () => {
  test('as CSV have a line of heads and one for each, with times in UTC', () => {
    const [head, first, end] = csv(row())
    assert.match(
      head ?? '',
      /^at,plane,position,call,agent,consumer,user,capability,class,decision/,
    )
    assert.match(
      first ?? '',
      /^1970-01-01T00:00:00.000Z,ops,7,cal_1,planner,treasury,,bank\/statement,read,permitted/,
    )
    assert.equal(end, '')
  })

  test('what an agent wrote is one field, and no formula', () => {
    const [, line] = csv(
      row({ name: '=HYPERLINK("x"),1', server: '', template: '=HYPERLINK("x"),1' }),
    )
    assert.match(line ?? '', /,\/=HYPERLINK|"\/=HYPERLINK\(""x""\),1"/)
    const [, another] = csv(row({ agent: '=1+1' }))
    assert.match(another ?? '', /,'=1\+1,/)
  })

  test('as JSON Lines are what the API answers, a line each', () => {
    const rows = [row(), row({ call: 'cal_2', because: 'two\nlines' })]
    const lines = listFile('jsonl', rows).trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      rows,
    )
  })
})
