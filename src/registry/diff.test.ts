import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffDefinitions } from './diff.ts'

const tool = {
  name: 'rates_today',
  description: 'Tells the rates of today. They change once a day. Ask again tomorrow.',
  inputSchema: { type: 'object', properties: { currency: { type: 'string' } } },
}

test('two definitions that are equal but for their order have no difference', () => {
  const turned = Object.fromEntries(Object.entries(tool).reverse())
  assert.deepEqual(diffDefinitions(tool, turned), [])
})

test('a changed sentence is shown, with what stands around it', () => {
  const description = 'Tells the rates of today. They change twice a day. Ask again tomorrow.'
  const long = { description: 'It needs no sign-in at all, and it is there for everybody to call.' }
  const before = { ...tool, description: `${tool.description} ${long.description}` }
  const after = { ...tool, description: `${description} ${long.description}` }
  assert.deepEqual(diffDefinitions(before, after), [
    '  {',
    '    "description": "Tells the rates of today. " +',
    '-     "They change once a day. " +',
    '+     "They change twice a day. " +',
    '      "Ask again tomorrow. " +',
    '      "It needs no sign-in at all, and it is there for everybody to call.",',
    '    "inputSchema": {',
    '  …',
  ])
})

test('what no screen shows is spelled out, and a text cannot write on the terminal', () => {
  const hidden = {
    ...tool,
    description: 'A\u200bB\u202eC\u{e0041}D\u001b[2JE\u00a0F\u2800G\u00adH\r',
  }
  const added = diffDefinitions(tool, hidden).filter((line) => line.startsWith('+'))
  assert.deepEqual(added, [
    '+   "description": "A‹U+200B›B‹U+202E›C‹U+E0041›D‹U+001B›[2JE‹U+00A0›F‹U+2800›G‹U+00AD›H‹U+000D›",',
  ])
})

test('line breaks, quotes and backslashes keep their spelling, and a text cannot pretend to be a line', () => {
  const before = { description: 'one' }
  const after = { description: 'say "x"\n- "name": "other"\n\\u{200b}' }
  assert.deepEqual(diffDefinitions(before, after), [
    '  {',
    '-   "description": "one"',
    '+   "description": "say \\"x\\"\\n" +',
    '+     "- \\"name\\": \\"other\\"\\n" +',
    '+     "\\\\u{200b}"',
    '  }',
  ])
})

test('members that come and go are lines of their own', () => {
  const after = { ...tool, annotations: { readOnlyHint: true }, _meta: {} }
  assert.deepEqual(
    diffDefinitions(tool, after).filter((line) => /^[+-]/.test(line)),
    ['+   "_meta": {},', '+   "annotations": {', '+     "readOnlyHint": true', '+   },'],
  )
  assert.deepEqual(
    diffDefinitions({ a: [1, 2, 3] }, { a: [1, 3] }).filter((line) => /^[+-]/.test(line)),
    ['-     2,'],
  )
})

test('two definitions of the largest size that differ in everything are still compared', () => {
  const words = (word: string) => ({ a: Array.from({ length: 8000 }, (_, i) => `${word}${i}`) })
  const lines = diffDefinitions(words('x'), words('y'))
  assert.equal(lines.filter((line) => line.startsWith('- ')).length, 8000)
  assert.equal(lines.filter((line) => line.startsWith('+ ')).length, 8000)
})
