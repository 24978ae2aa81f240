import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLineReader } from './lines.ts'

const readAll = (chunks: readonly Buffer[]) => {
  const reader = createLineReader()
  return chunks.flatMap((chunk) => reader.read(chunk)).map(String)
}

test('Lines come out whole however the pipe cuts them', () => {
  const line = fc.string({ minLength: 1 }).filter((one) => !/[\r\n]/.test(one))
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 7 }), (lines, size) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''))
      const chunks = []
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
      assert.deepEqual(readAll(chunks), lines)
    }),
  )
})

test('Empty lines and the carriage returns of Windows are no messages', () => {
  assert.deepEqual(readAll([Buffer.from('\r\n\n{"a":1}\r'), Buffer.from('\n\n')]), ['{"a":1}'])
})

test('A line that never ends is passed over, and the next one is read', () => {
  const reader = createLineReader()
  const chunk = Buffer.alloc(8 * 1024 * 1024, 0x20)
  for (let i = 0; i < 9; i++) assert.deepEqual(reader.read(chunk), [])
  assert.deepEqual(reader.read(Buffer.from('\n{}\n')).map(String), ['too long', '{}'])
})
