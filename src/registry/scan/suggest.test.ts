import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestClass } from './suggest.ts'

const suggest = (name: string, annotations?: object, properties: object = {}) =>
  suggestClass({
    kind: 'tool',
    name,
    definition: { annotations, inputSchema: { type: 'object', properties } },
  })

test('a class is suggested by the verb, the schema and what the server says, each with its reason', () => {
  for (const [name, annotations, properties, its, because] of [
    ['limit_adjust', undefined, { amount: {} }, 'write', 'verb adjust; schema has amount'],
    [
      'account_close',
      { destructiveHint: true },
      {},
      'destructive',
      'server says destructive (not verified); verb close',
    ],
    [
      'loan_quote',
      { readOnlyHint: true },
      {},
      undefined,
      'server says read-only (not verified); name has no verb',
    ],
    [
      'accounts_list',
      { readOnlyHint: true },
      {},
      'read',
      'server says read-only (not verified); verb list',
    ],
    ['getUser', undefined, { amount: {} }, 'read', 'verb get'],
    ['money', undefined, { amount: {} }, 'write', 'name has no verb; schema has amount'],
    ['getAndDeleteUser', undefined, {}, 'destructive', 'verb delete'],
  ] as const)
    assert.deepEqual(suggest(name, annotations, properties), { class: its, because })
})

test('what a server says of itself makes nothing more harmless than its name', () => {
  assert.equal(suggest('delete_all', { readOnlyHint: true }).class, 'destructive')
  assert.equal(suggest('transfer', { readOnlyHint: true }).class, 'write')
  assert.equal(suggest('list', { destructiveHint: true }).class, 'destructive')
})

test('a class of an operation is suggested by its method and the verb of its name, whichever does more', () => {
  const operation = (name: string, method: string) =>
    suggestClass({ kind: 'operation', name, definition: { _meta: { openapi: { method } } } })
  for (const [name, method, its, because] of [
    ['tickets', 'GET', 'read', 'method GET; name has no verb'],
    ['purgeTickets', 'GET', 'destructive', 'method GET; verb purge'],
    ['searchTickets', 'POST', 'write', 'method POST; verb search'],
    ['ticket', 'DELETE', 'destructive', 'method DELETE; name has no verb'],
    ['deleteTicket', 'POST', 'destructive', 'method POST; verb delete'],
  ] as const)
    assert.deepEqual(operation(name, method), { class: its, because })
})
