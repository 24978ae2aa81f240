import assert from 'node:assert/strict'
import type { Caller } from './terminals.ts'

/** In the order in which the bank lists them. */
export const bankTools = [
  'accounts_list',
  'account_balance',
  'statement',
  'transfer_create',
  'account_close',
  'customer_profile',
  'report_build',
  'rates_today',
  'whoami',
  'bank_drift',
]

/**
 * What every client must get done at the bank, whatever stands between the two. Few steps: some
 * clients are programs that start anew for each.
 */
export async function visitBank(caller: Caller): Promise<void> {
  // In whatever order: the bank has its own, a gateway lists by name.
  assert.deepEqual((await caller.toolNames()).toSorted(), bankTools.toSorted())
  const balance = await caller.callTool('account_balance', { account: 'acc-1003' })
  assert.deepEqual(balance, {
    text: '{"account":"acc-1003","currency":"EUR","balanceCents":190785}',
    isError: false,
  })
  await assert.rejects(caller.callTool('no_such_tool'), /no_such_tool/)
}

/** The same at the reference server of the protocol's authors. */
export async function visitEverything(caller: Caller): Promise<void> {
  const names = await caller.toolNames()
  assert.ok(names.includes('echo') && names.includes('get-sum'), names.join())
  const sum = await caller.callTool('get-sum', { a: 2, b: 40 })
  assert.deepEqual(sum, { text: 'The sum of 2 and 40 is 42.', isError: false })
}
