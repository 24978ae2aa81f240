import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { presetGrant } from './presets.ts'

const bank = { plane: 'ops', server: 'bank', kind: 'Server' } as const
const chosen = {
  agent: 'planner',
  consumer: 'treasury',
  preset: 'read',
  until: '',
  revision: 12,
} as const

describe('What is usually granted of an item', () => {
  test('to read is what is classed Read, and nothing that is written', () => {
    const { allow, name } = presetGrant(bank, chosen)
    assert.deepEqual(allow, [{ server: 'bank', class: 'read' }])
    assert.equal(name, 'planner-r12')
  })

  test('to write is to read as well, and nothing destructive', () => {
    const { allow } = presetGrant({ ...bank, kind: 'API' }, { ...chosen, preset: 'write' })
    assert.deepEqual(allow, [
      { api: 'bank', class: 'read' },
      { api: 'bank', class: 'write' },
    ])
  })

  test('ends on the day that is chosen, and has a name that may be given', () => {
    const agent = 'agent-of-the-whole-house-'
    const { until, name } = presetGrant(bank, { ...chosen, agent, until: '2027-02-26' })
    assert.equal(until, '2027-02-26')
    assert.match(name, /^[a-z0-9-]{1,24}$/)
  })
})
