import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Capability, capabilityKinds } from '#domain/capability.ts'
import { serverName } from '#domain/name.ts'
import { createShelf } from './shelf.ts'

const one = (
  kind: Capability['kind'],
  name: string,
  more: Partial<Capability['classification']> = {},
): Capability => ({
  server: serverName('mes'),
  kind,
  name,
  fingerprint: '',
  definition: {},
  state: 'pinned',
  classification: { class: 'read', ...more },
})
const namesOf = (all: readonly Capability[]) => all.map(({ name }) => name)

describe('The shelf of an item', () => {
  test('lists and finds by kind, in byte order of name', () => {
    for (const kind of capabilityKinds) {
      const shelf = createShelf(['c', 'a', 'é', 'B', 'b'].map((name) => one(kind, name)))
      for (const other of capabilityKinds)
        assert.deepEqual(
          namesOf(shelf.list(other)),
          other === kind ? ['B', 'a', 'b', 'c', 'é'] : [],
        )
      assert.equal(shelf.find(kind, 'a')?.name, 'a')
      assert.equal(shelf.find(kind, 'd'), undefined)
      assert.equal(shelf.find(kind === 'tool' ? 'prompt' : 'tool', 'a'), undefined)
    }
  })

  test('knows what is called with scopes', () => {
    const shelf = createShelf([
      one('tool', 'b', { scopes: ['s'] }),
      one('tool', 'c', { scopes: [] }),
      one('tool', 'd'),
      one('prompt', 'a', { scopes: ['s'] }),
    ])
    assert.deepEqual(namesOf(shelf.scoped), ['a', 'b'])
  })

  test('knows what is derived from what, within one kind', () => {
    const all = [
      one('tool', 'read'),
      one('tool', 'less', { variantOf: 'read' }),
      one('tool', 'least', { variantOf: 'read' }),
      one('prompt', 'less', { variantOf: 'read' }),
      one('tool', 'undefined'),
    ]
    const shelf = createShelf(all)
    const [read, less, , prompt, odd] = all as [
      Capability,
      Capability,
      Capability,
      Capability,
      Capability,
    ]
    assert.equal(shelf.baseOf(less), read)
    assert.equal(shelf.baseOf(read), undefined)
    assert.equal(shelf.baseOf(prompt), undefined)
    assert.deepEqual(namesOf(shelf.variantsOf(read)), ['least', 'less'])
    assert.deepEqual(shelf.variantsOf(odd), [])
    assert.deepEqual(shelf.variantsOf(less), [])
  })

  test('finds the templates that make a URI, with their variables', () => {
    const shelf = createShelf([
      one('template', 'mes://{line}/state'),
      one('template', 'mes://{+path}'),
      one('template', 'mes://{unclosed'),
      one('tool', 'mes://4/state'),
    ])
    assert.deepEqual(
      shelf
        .fitting('mes://4/state')
        .map(({ capability, variables }) => [capability.name, variables]),
      [
        ['mes://{+path}', { path: '4/state' }],
        ['mes://{line}/state', { line: '4' }],
      ],
    )
    assert.deepEqual(shelf.fitting('other://4'), [])
  })

  test('knows whether a variable of a template is asked for in entries', () => {
    const [plain, indexed] = [
      one('template', 'mes://{line}/a'),
      one('template', 'mes://{line}/b', { index: ['line'] }),
    ]
    assert.equal(createShelf([plain]).indexesUris, false)
    assert.equal(createShelf([plain, indexed]).indexesUris, true)
    assert.equal(createShelf([{ ...indexed, kind: 'tool' }]).indexesUris, false)
  })
})
