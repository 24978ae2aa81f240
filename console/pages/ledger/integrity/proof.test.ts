import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProof } from './proof.ts'

const proof = [
  ...['c2sp.org/tlog-proof@v1', 'extra e30=', 'index 6', 'aGFzaDE=', 'aGFzaDI='],
  ...['', 'bailiwick/x/ops', '13', 'cm9vdA==', '', '— bailiwick/x/ops c2ln', ''],
].join('\n')

test('a proof says under which checkpoint its entry is, and by how many hashes', () => {
  assert.deepEqual(readProof(proof), { size: 13, hashes: 2 })
})

test('what is no proof says nothing', () => {
  for (const text of ['', 'index 6', proof.replace('\n13\n', '\nx\n')])
    assert.equal(readProof(text), undefined)
})
