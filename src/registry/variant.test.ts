import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Definition } from './item.ts'
import { type Variant, variantDefinition, variantFingerprint } from './variant.ts'

const variant: Variant = {
  name: 'read_calendar_redacted',
  remove: ['$.attendees[*].email'],
  mask: ['$.room', '$.phone'],
}
const tool: Definition = {
  name: 'read_calendar',
  title: 'Calendar',
  description: 'Reads a week.',
  inputSchema: { type: 'object', properties: { week: { type: 'integer' } } },
  outputSchema: { type: 'object', required: ['attendees'] },
  annotations: { readOnlyHint: true },
  icons: [{ src: 'data:,' }],
  _meta: { 'example.com/ui': 'ui://calendar' },
}

describe('the definition of a variant', () => {
  test('of a tool has its arguments and annotations, and says what is missing', () => {
    assert.deepEqual(variantDefinition('tool', tool, variant), {
      name: 'read_calendar_redacted',
      title: 'Calendar (redacted)',
      description:
        'Reads a week.\n\nRedacted variant: in results $.attendees[*].email is removed, and $.room, $.phone are replaced by "[masked]"; what is not JSON is withheld.',
      inputSchema: tool.inputSchema,
      annotations: tool.annotations,
    })
  })

  test('of the others has what stays true of them', () => {
    const prompt = { name: 'plan', arguments: [{ name: 'week' }], _meta: {} }
    assert.deepEqual(Object.keys(variantDefinition('prompt', prompt, variant)).toSorted(), [
      'arguments',
      'description',
      'name',
    ])
    const listed = { name: 'Today', mimeType: 'application/json', size: 9 }
    const today = { ...variant, name: 'calendar://today-redacted' }
    const resource = variantDefinition('resource', { ...listed, uri: 'calendar://today' }, today)
    assert.deepEqual(Object.keys(resource).toSorted(), ['description', 'mimeType', 'name', 'uri'])
    assert.equal(resource.uri, 'calendar://today-redacted')
    const room = { ...variant, name: 'calendar://{room}/redacted' }
    const template = { ...listed, uriTemplate: 'calendar://{room}/today' }
    assert.equal(variantDefinition('template', template, room).uriTemplate, room.name)
  })

  test('does not name its base, and takes an older title', () => {
    const made = variantDefinition(
      'tool',
      { ...tool, title: undefined, annotations: { title: 'Old' } },
      variant,
    )
    assert.equal(made.title, 'Old (redacted)')
    assert.doesNotMatch(JSON.stringify({ ...made, name: '' }), /read_calendar/)
  })

  test('tells paths as far as somebody reads on', () => {
    const remove = Array.from({ length: 40 }, (_, at) => `$.field${at}`)
    const { description } = variantDefinition('tool', {}, { name: 'x', remove, mask: [] })
    assert.match(String(description), /^Redacted variant: .*\$\.field7 and 32 more are removed;/)
  })
})

describe('the fingerprint of a variant', () => {
  const print = (about: Partial<Variant> = {}, base = 'b'.repeat(64)) =>
    variantFingerprint('tool', base, { ...variant, ...about })

  test('changes with its base, its name, its kind and its paths', () => {
    const prints = [
      print(),
      print({}, 'c'.repeat(64)),
      print({ name: 'other' }),
      print({ remove: [] }),
      print({ remove: variant.mask, mask: variant.remove }),
      print({ mask: ['$.room'] }),
      variantFingerprint('prompt', 'b'.repeat(64), variant),
    ]
    assert.equal(new Set(prints).size, prints.length)
    for (const one of prints) assert.match(one, /^[0-9a-f]{64}$/)
  })

  test('is that of the same paths in another order', () => {
    assert.equal(print({ mask: ['$.phone', '$.room', '$.phone'] }), print())
  })

  test('stays what it is across versions of the program', () => {
    assert.equal(print(), 'df5a7b6cddcdbb2978d5a23cb4fc671d723b815f910cab2a72bfbda93cb85503')
  })
})
