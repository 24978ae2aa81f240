import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject, JsonValue } from '#lib/json.ts'
import { definitionBytes, isCapabilityName, readDefinition } from './definition.ts'
import type { CapabilityKind } from './methods.ts'

const tool: JsonObject = {
  name: 'pay',
  description: 'Pays.',
  inputSchema: { type: 'object', properties: { to: { type: 'string' } } },
  annotations: { destructiveHint: true },
  _meta: { ui: { resourceUri: 'ui://pay' } },
}

function keyOf(kind: CapabilityKind, raw: JsonValue): string {
  const read = readDefinition(kind, raw)
  assert.ok('key' in read, JSON.stringify(read))
  return read.key
}

describe('A definition', () => {
  test('is known by its name, URI or template', () => {
    assert.equal(keyOf('tool', tool), 'pay')
    assert.equal(keyOf('prompt', { name: 'args-prompt' }), 'args-prompt')
    assert.equal(keyOf('resource', { uri: 'bank://rates', name: 'x' }), 'bank://rates')
    assert.equal(
      keyOf('template', { uriTemplate: 'bank://accounts/{id}', name: 'x' }),
      'bank://accounts/{id}',
    )
  })

  const rows: [kind: CapabilityKind, raw: JsonValue, problem: string][] = [
    ['tool', 'pay', 'not-an-object'],
    ['tool', [tool], 'not-an-object'],
    ['tool', { ...tool, name: 7 }, 'key'],
    ['tool', { ...tool, name: '' }, 'key'],
    ['resource', { name: 'x' }, 'key'],
    ['tool', { ...tool, name: 'a'.repeat(129) }, 'characters'],
    ['prompt', { name: 'two words' }, 'characters'],
    ['resource', { uri: 'no-scheme' }, 'characters'],
    ['resource', { uri: 'x://a b' }, 'characters'],
    ['resource', { uri: 'x://ä' }, 'characters'],
    ['tool', { name: 'pay' }, 'schema'],
    ['tool', { name: 'pay', inputSchema: null }, 'schema'],
    ['tool', { name: 'pay', inputSchema: { type: 'array' } }, 'schema'],
    ['template', { uriTemplate: 'x://{a*}' }, 'template'],
    ['prompt', { name: 'a', x: Number.POSITIVE_INFINITY }, 'inexact'],
  ]
  for (const [kind, raw, problem] of rows) {
    test(`that cannot be offered: ${kind} ${JSON.stringify(raw).slice(0, 60)}: ${problem}`, () => {
      assert.deepEqual(readDefinition(kind, raw), { problem })
    })
  }

  test('whose name looks like another is refused: other alphabets, invisible and full-width characters', () => {
    for (const name of [
      'sеarch',
      'search\u200b',
      'search\u2060',
      'ｓearch',
      'search ',
      'sear\u00adch',
      'search\u202e',
      'search\n',
    ]) {
      assert.ok(!isCapabilityName(name), JSON.stringify(name))
    }
  })
})

describe('The bytes of a fingerprint', () => {
  test('do not depend on the order of members', () => {
    const turned = Object.fromEntries(Object.entries(tool).toReversed())
    assert.deepEqual(definitionBytes('tool', turned), definitionBytes('tool', tool))
  })

  test('differ by kind', () => {
    assert.notDeepEqual(definitionBytes('prompt', tool), definitionBytes('tool', tool))
  })

  test('change with whatever the model or its client sees (rug pull)', () => {
    const before = definitionBytes('tool', tool)
    const places = [
      ['description'],
      ['inputSchema', 'properties', 'to', 'description'],
      ['annotations', 'destructiveHint'],
      ['_meta', 'ui', 'resourceUri'],
      ['title'],
      ['icons'],
      ['outputSchema'],
      ['unheard-of'],
    ]
    const value = fc.oneof(fc.string(), fc.boolean(), fc.constant('Pays.\u200b'), fc.constant(null))
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (place, changed) => {
        const copy = structuredClone(tool) as Record<string, unknown>
        let at = copy
        for (const name of place.slice(0, -1)) at = at[name] as Record<string, unknown>
        const last = place.at(-1) ?? ''
        fc.pre(at[last] !== changed)
        at[last] = changed
        assert.notDeepEqual(definitionBytes('tool', copy), before)
      }),
    )
  })
})
