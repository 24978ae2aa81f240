import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readJson, splice } from './json.ts'
import { editObject, membersOf } from './json-members.ts'

const limits = { depth: 64, nodes: 10_000 }
const read = (text: string) => readJson(Buffer.from(text), limits)

test('members stand where their names and values stand', () => {
  const doc = read('{ "a" : 1, "p":{"x":"é","\\u0079": [2]} }')
  const text = ({ start, end }: { start: number; end: number }) =>
    Buffer.from(doc.bytes.subarray(start, end)).toString()
  const found = membersOf(doc, 'p').map(({ name, value }) => [name, text(value)])
  assert.deepEqual(found, [
    ['x', '"é"'],
    ['y', '[2]'],
  ])
  assert.deepEqual(membersOf(doc, 'a'), [])
  assert.deepEqual(membersOf(read('[{"a":1}]')), [])
})

const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f é'), { maxLength: 6 })
const space = fc.constantFrom('', ' ', '\n\t')

test('whatever is dropped and put first, what is left reads as it did', () => {
  fc.assert(
    fc.property(names, names, space, fc.boolean(), (there, dropped, gap, isNested) => {
      const members = there.map(
        (name, at) => `${gap}${JSON.stringify(name)}${gap}:${gap}${at}${gap}`,
      )
      const object = `{${gap}${members.join(',')}}`
      const doc = read(isNested ? `{"z":0,"o":${object},"y":1}` : object)
      const path = isNested ? ['o'] : []
      const drop = (name: string) => dropped.some((one) => one === name)
      const edits = editObject(doc, path, { drop, first: '"new":true' })
      const after = JSON.parse(splice(doc.bytes, edits).toString())
      const kept = there.flatMap((name, at) => (drop(name) ? [] : [[name, at]]))
      const expected = { new: true, ...Object.fromEntries(kept) }
      assert.deepEqual(isNested ? after.o : after, expected)
    }),
  )
})

test('an object from which nothing is taken stays as it was, byte for byte', () => {
  assert.deepEqual(editObject(read('{"a":1}'), [], { drop: () => false }), [])
})
