import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, test } from 'node:test'
import { pathOf } from '../peers/program.ts'

const become = (...written: string[]) =>
  spawnSync(pathOf('tools/node'), written, { encoding: 'utf8' })

describe('tools/node', () => {
  test('becomes the Node.js of the checkout', () => {
    const { status, stdout } = become('run', '-p', '1 + 1')
    assert.deepEqual([status, stdout], [0, '2\n'])
  })

  for (const written of [['bench/index.ts'], ['tests', 'bench/index.ts'], []])
    test(`says which tiers there are, to \`${['tools/node', ...written].join(' ')}\`, and installs nothing`, () => {
      const { status, stdout, stderr } = become(...written)
      assert.deepEqual([status, stdout], [2, ''])
      assert.match(stderr, new RegExp(`there is no tier "${written[0] ?? ''}"`))
      assert.match(stderr, /run has what serving needs, .*test everything/)
    })
})
