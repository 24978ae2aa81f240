import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AgentGroupDocument, GrantDocument } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { type Groups, groupHolder, holderOf, patchGroups } from './holders.ts'

const group = (name: string, agents: string[]): AgentGroupDocument => ({
  apiVersion,
  plane: 'ops',
  kind: 'AgentGroup',
  name,
  agents,
})
const told = (groups: Groups) => Object.fromEntries(groups)

describe('Whom a grant is for', () => {
  test('is a client, or a group and a consumer, never the same of both', () => {
    const holder = (of: Partial<GrantDocument>) =>
      holderOf({ consumer: 'floor', ...of } as GrantDocument)
    assert.equal(holder({ agent: 'line' }), 'line@floor')
    assert.equal(holder({ group: 'line' }), '+line@floor')
    assert.equal(holder({ group: 'line' }), groupHolder('line', 'floor'))
  })
})

describe('The groups of agents', () => {
  const before: Groups = sortedMap([
    ['a', ['g1', 'g3']],
    ['b', ['g1']],
  ])

  test('follow a group that comes, changes and goes, in order of name', () => {
    assert.deepEqual(told(patchGroups(before, undefined, group('g2', ['a', 'c']))), {
      a: ['g1', 'g2', 'g3'],
      b: ['g1'],
      c: ['g2'],
    })
    assert.deepEqual(told(patchGroups(before, group('g1', ['a', 'b']), group('g1', ['b', 'c']))), {
      a: ['g3'],
      b: ['g1'],
      c: ['g1'],
    })
    assert.deepEqual(told(patchGroups(before, group('g1', ['a', 'b']), undefined)), { a: ['g3'] })
  })

  test('stay what they are where nobody comes or goes', () => {
    assert.equal(patchGroups(before, group('g1', ['a', 'b']), group('g1', ['b', 'a'])), before)
    assert.equal(patchGroups(before, undefined, undefined), before)
    assert.equal(patchGroups(before, undefined, group('g9', [])), before)
  })
})
