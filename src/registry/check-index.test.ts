import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Proposed } from '#change/change.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { planeId, serverName } from '#domain/name.ts'
import { checkIndexes } from './check-index.ts'

const ops = planeId('ops')
const capability = (
  kind: CapabilityKind,
  name: string,
  definition: object,
  index?: string[],
): Capability => ({
  server: serverName('mes'),
  kind,
  name,
  fingerprint: '',
  definition: { ...definition },
  state: 'pinned',
  ...(index && { classification: { class: 'read', index } }),
})
const schema = (properties: object) => ({ inputSchema: { type: 'object', properties } })
const template = capability('template', 'mes://line{line}/x', { uriTemplate: 'mes://line{line}/x' })

const objections = async (...offered: Capability[]) => {
  const servers = new Map([['mes', { kind: 'Server', name: 'mes' }]])
  const after = { planes: new Map([[ops, { servers, apis: new Map() }]]) }
  const documents = [{ plane: ops, kind: 'Server', name: 'mes' }]
  const proposed = { before: after, after, documents } as unknown as Proposed
  const found = await checkIndexes(() => offered)(proposed, async () => {})
  return found.map(({ message, at }) => [message, at?.path])
}

describe('an index that is written', () => {
  test('names arguments of what it is of, wherever those stand', async () => {
    const line = schema({ line: {} })
    assert.deepEqual(
      await objections(
        capability('tool', 'read', line, ['line']),
        capability('tool', 'anything', { inputSchema: { type: 'object' } }, ['line']),
        capability('prompt', 'explain', { arguments: [{ name: 'line' }] }, ['line']),
        capability('resource', 'mes://line4/x', { uri: 'mes://line4/x' }, ['line']),
        template,
        capability('tool', 'other', line),
      ),
      [],
    )
  })

  test('of an argument that there is none of is refused, with its place and what was meant', async () => {
    assert.deepEqual(
      await objections(
        capability('tool', 'read', schema({ line: {}, sensor: {} }), ['sensor', 'lien']),
        capability('resource', 'mes://plant', { uri: 'mes://plant' }, ['line']),
        template,
      ),
      [
        [
          'Server mes: read has no argument lien; did you mean line?',
          ['tools', 'read', 'index', 1],
        ],
        ['Server mes: mes://plant has no argument line', ['resources', 'mes://plant', 'index', 0]],
      ],
    )
  })
})
