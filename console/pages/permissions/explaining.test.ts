import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSearch } from '../../filters/grammar.ts'
import { type Asking, argumentsOf, capabilityOf, explainAddress, readAsking } from './explaining.ts'

const read = (address: string) => readAsking(readSearch(address.split('?')[1] ?? ''))

test('what is asked is the address, and the address is what is asked', () => {
  const asking: Asking = {
    ...{ plane: 'ops', agent: 'planner', consumer: 'acme', cap: 'docs/file:///a b/{c}' },
    ...{ kind: 'template', args: '{"a":"1,2"}', at: '2h', rev: '7', draft: 'kind: Grant\n' },
  }
  assert.deepEqual(read(explainAddress(asking)), asking)
})

test('the words of the API mean the same', () => {
  const asked = read('/x?client=planner@acme&server=bank&name=accounts_list')
  assert.deepEqual(asked, {
    ...{ agent: 'planner', consumer: 'acme', cap: 'bank/accounts_list', kind: 'tool' },
  })
})

test('the name of a capability may have slashes, and neither part may be missing', () => {
  assert.deepEqual(capabilityOf('docs/file:///a'), { server: 'docs', name: 'file:///a' })
  for (const bad of [undefined, '', 'bank', 'bank/', '/x'])
    assert.equal(capabilityOf(bad), undefined)
})

test('arguments are an object, nothing, or told to be neither', () => {
  assert.deepEqual(argumentsOf('{"a":1}'), { args: { a: 1 }, isBad: false })
  assert.deepEqual(argumentsOf(' '), { isBad: false })
  for (const bad of ['[1]', '1', 'null', '{']) assert.equal(argumentsOf(bad).isBad, true)
})
