import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Capability } from '#domain/capability.ts'
import { serverName } from '#domain/name.ts'
import type { Selector } from '#domain/selector.ts'
import { compileSelectors, itemsOf } from './select.ts'

const tool = (more: Partial<Capability> = {}): Capability => ({
  server: serverName('mes'),
  kind: 'tool',
  name: 'read',
  fingerprint: '',
  definition: {},
  state: 'pinned',
  classification: { class: 'read' },
  ...more,
})
const selects = (selector: Selector, one = tool(), labels: readonly string[] = []) =>
  compileSelectors([selector])(one, labels)

describe('A selector', () => {
  test('selects by item, whatever else an item is called', () => {
    assert.equal(selects({ server: 'mes' }), true)
    assert.equal(selects({ server: ['other', 'mes'] }), true)
    assert.equal(selects({ server: 'other' }), false)
    assert.equal(selects({ api: 'mes' }), true)
    assert.equal(selects({ api: ['other'] }), false)
  })

  test('selects by kind and name at once', () => {
    assert.equal(selects({ tools: ['read'] }), true)
    assert.equal(selects({ tools: ['write'] }), false)
    assert.equal(selects({ prompts: ['read'] }), false)
    assert.equal(selects({ prompts: ['read'] }, tool({ kind: 'prompt' })), true)
    assert.equal(selects({ operations: ['read'] }, tool({ kind: 'operation' })), true)
    for (const kind of ['resource', 'template'] as const) {
      assert.equal(selects({ resources: ['read'] }, tool({ kind })), true)
      assert.equal(selects({ tools: ['read'] }, tool({ kind })), false)
    }
  })

  test('selects by class, and by all of its labels and scopes', () => {
    const one = tool({
      classification: { class: 'write', labels: ['a'], data: ['b'], scopes: ['s', 't'] },
    })
    assert.equal(selects({ class: 'write' }, one), true)
    assert.equal(selects({ class: ['read', 'write'] }, one), true)
    assert.equal(selects({ class: 'read' }, one), false)
    assert.equal(selects({ labels: ['a', 'b', 'c'] }, one, ['c']), true)
    assert.equal(selects({ labels: ['a', 'd'] }, one, ['c']), false)
    assert.equal(selects({ labels: ['a'] }), false)
    assert.equal(selects({ scopes: ['t', 's'] }, one), true)
    assert.equal(selects({ scopes: ['s', 'u'] }, one), false)
    assert.equal(selects({ scopes: ['s'] }), false)
  })

  test('has its keys ANDed, and is ORed with the others', () => {
    assert.equal(selects({ server: 'mes', class: 'write' }), false)
    assert.equal(selects({ server: 'mes', class: 'read', tools: ['read'] }), true)
    const either = compileSelectors([{ server: 'other' }, { class: 'read' }])
    assert.equal(either(tool(), []), true)
    assert.equal(compileSelectors([])(tool(), []), false)
  })

  test('selects nothing that nobody has classified', () => {
    const { classification: _, ...unclassified } = tool()
    for (const selector of [{ server: 'mes' }, { tools: ['read'] }, { class: 'read' as const }])
      assert.equal(selects(selector, unclassified), false)
  })
})

describe('The items that selectors can reach', () => {
  test('are those that they name, and any where one names none', () => {
    assert.deepEqual(itemsOf([{ server: 'a' }, { api: ['b', 'a'] }]), new Set(['a', 'b']))
    assert.equal(itemsOf([{ server: 'a' }, { class: 'read' }]), undefined)
    assert.deepEqual(itemsOf([]), new Set())
  })
})
