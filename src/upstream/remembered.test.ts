import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRemembered } from './remembered.ts'

const bytesOf = (id: number, text = 'a', before = '') =>
  Buffer.from(`{"jsonrpc":"2.0",${before}"id":${id},"result":{"tools":["${text}"]}}`)
const [first, second] = [1_000_000_001, 1_000_000_002]
const result = { tools: ['a'] }

test('an answer that came before is known again, whatever its id', () => {
  const memory = createRemembered()
  memory.keep('tools/list', first, bytesOf(first), result)
  assert.equal(memory.find('tools/list', second, bytesOf(second)), result)
  assert.equal(memory.find('prompts/list', second, bytesOf(second)), undefined)
})

test('one that differs in any byte is not', () => {
  const memory = createRemembered()
  memory.keep('tools/list', first, bytesOf(first), result)
  for (const other of [
    bytesOf(second, 'b'),
    bytesOf(second, 'a\u200b'),
    bytesOf(second, 'a', ' '),
    bytesOf(first),
    bytesOf(12),
  ])
    assert.equal(memory.find('tools/list', second, other), undefined, other.toString())
})

test('attack: an answer that repeats the id elsewhere is read each time', () => {
  const memory = createRemembered()
  memory.keep('tools/list', first, bytesOf(first, String(first)), result)
  assert.equal(memory.find('tools/list', second, bytesOf(second, String(second))), undefined)
  memory.keep('tools/list', first, bytesOf(first), result)
  const moved = Buffer.from(bytesOf(second).toString().replace(`"id":${second}`, '"id":1'))
  assert.equal(memory.find('tools/list', second, moved), undefined)
})
