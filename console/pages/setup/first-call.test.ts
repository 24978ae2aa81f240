import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { commandFor, firstTool, type Offered, type Row, readTools, stageOf } from './first-call.ts'

const row = (decision: Row['decision']) => ({ decision }) as Row
const tool = (name: string, more: object = {}) => ({
  kind: 'tool',
  name,
  class: 'read',
  labels: [],
  scopes: [],
  ...more,
})

describe('The first call', () => {
  test('stands where the server says that it stands, whatever this browser has seen', () => {
    const agent = 'first-call-bank'
    const stages = [
      stageOf({ agent: undefined, isGranted: false, calls: [] }),
      stageOf({ agent, isGranted: false, calls: [] }),
      stageOf({ agent, isGranted: false, calls: [row('denied')] }),
      stageOf({ agent, isGranted: true, calls: [row('denied')] }),
      stageOf({ agent, isGranted: true, calls: [row('permitted'), row('denied')] }),
    ]
    assert.deepEqual(stages, ['server', 'call', 'grant', 'again', 'done'])
  })

  test('is granted what reads and is not personal, and nothing else', () => {
    const capabilities = [
      tool('accounts_list'),
      tool('customer_profile', { labels: ['personal'] }),
      tool('transfer_create', { class: 'write' }),
      tool('greeting', { kind: 'prompt' }),
    ]
    assert.deepEqual(readTools({ capabilities } as unknown as Offered), ['accounts_list'])
  })

  test('calls what lists, for that needs no arguments; else the first there is', () => {
    assert.equal(firstTool(['account_balance', 'accounts_list']), 'accounts_list')
    assert.equal(firstTool(['echo', 'get-sum']), 'echo')
    assert.equal(firstTool([]), undefined)
    assert.equal(
      commandFor('ops', 'bank', 'accounts_list'),
      'bailiwick call ops/bank/accounts_list --as first-call-bank',
    )
  })
})
