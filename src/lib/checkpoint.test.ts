import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { checkpointText, parseCheckpoint } from './checkpoint.ts'

const root = hash('sha256', 'root', 'buffer')
const checkpoint = { origin: 'bailiwick/01J/ops', size: 48213, root }

test('a checkpoint is three lines, and is read as it was written', () => {
  const text = checkpointText(checkpoint)
  assert.equal(text, `bailiwick/01J/ops\n48213\n${root.toString('base64')}\n`)
  assert.deepEqual(parseCheckpoint(text), checkpoint)
})

test('what is written in any other way is no checkpoint', () => {
  const [origin = '', size = '', encoded = ''] = checkpointText(checkpoint).split('\n')
  for (const lines of [
    [origin, size, encoded],
    [origin, size, encoded, 'extension', ''],
    ['', size, encoded, ''],
    [origin, '048213', encoded, ''],
    [origin, '-1', encoded, ''],
    [origin, '1e3', encoded, ''],
    [origin, '9007199254740993', encoded, ''],
    [origin, '', encoded, ''],
    [origin, size, encoded.slice(0, -1), ''],
    [origin, size, `${encoded.slice(0, -4)}AA==`, ''],
    [origin, size, ` ${encoded}`, ''],
    [origin, size, '', ''],
  ]) {
    assert.equal(parseCheckpoint(lines.join('\n')), undefined, lines.join('|'))
  }
})
