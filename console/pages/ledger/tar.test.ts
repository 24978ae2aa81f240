import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tarOf } from './tar.ts'

test('an archive has a block of names, the bytes filled up to whole blocks, and two empty blocks at its end', async () => {
  const pieces = [new TextEncoder().encode('one '), new TextEncoder().encode('two')]
  const bytes = new Uint8Array(
    await tarOf('ops-evidence', [{ name: 'keys.jsonl', pieces }]).arrayBuffer(),
  )
  const text = (from: number, to: number) => new TextDecoder().decode(bytes.slice(from, to))
  assert.equal(bytes.length, 4 * 512)
  assert.match(text(0, 100), /^ops-evidence\/keys\.jsonl\0+$/)
  assert.equal(text(124, 135), '00000000007')
  assert.equal(text(512, 519), 'one two')
  const header = bytes.slice(0, 512).fill(32, 148, 156)
  assert.equal(
    Number.parseInt(text(148, 154), 8),
    header.reduce((sum, byte) => sum + byte, 0),
  )
})
