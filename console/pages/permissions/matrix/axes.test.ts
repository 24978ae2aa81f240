import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { groupedHeads } from './axes.ts'
import type { Row } from './load.ts'

const row = (server: string, name: string): Row => ({
  ...{ server, item: 'Server', kind: 'tool', name, title: '', class: 'read' },
  ...{ state: 'pinned', cells: [] },
})
const rows = [row('bank', 'a'), row('bank', 'b'), row('crm', 'c')]
const keys = (shut: string[]) =>
  groupedHeads(rows, (server) => shut.includes(server)).map(({ key }) => key)

describe('Lines of the matrix', () => {
  test('stand under their items', () => {
    const [bank, ...others] = keys([])
    assert.equal(bank, 'bank')
    assert.deepEqual(others, ['bank tool a', 'bank tool b', 'crm', 'crm tool c'])
  })

  test('of an item that is shut are one line, which knows them all', () => {
    assert.deepEqual(keys(['bank']), ['bank', 'crm', 'crm tool c'])
    const [bank] = groupedHeads(rows, () => true)
    assert.deepEqual(bank?.is === 'item' && bank.of, [0, 1])
  })
})
