import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PlanePolicy } from '#change/change.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import { lifeCycles } from '#domain/item-documents.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import type { CallerView } from '#policy/policy.ts'
import { type Asker, findItem, itemsAfter } from './items.ts'

const api = (name: string, more: Partial<ApiDocument>): [string, ApiDocument] => [
  name,
  { kind: 'API', name, plane: 'ops', owner: 'o', ...more } as ApiDocument,
]
const lives = lifeCycles.map((lifeCycle): [string, ServerDocument] => [
  lifeCycle,
  { kind: 'Server', name: lifeCycle, plane: 'ops', owner: 'o', lifeCycle } as ServerDocument,
])
const names = ['offered', 'plain', 'stopped', ...lifeCycles]
const plane = {
  plane: { kind: 'Plane', name: 'ops', registry: { public: names } },
  servers: sortedMap(lives),
  apis: sortedMap([
    api('offered', { tools: true }),
    api('plain', {}),
    api('stopped', { tools: true }),
  ]),
  suspensions: sortedMap([['server/stopped', {}]]),
} as unknown as PlanePolicy

const caller: Asker = {
  now: 0,
  view: {
    sees: (name: string) => names.includes(name),
    suspension: (name: string) => (name === 'stopped' ? {} : undefined),
  } as unknown as CallerView,
}
const stranger: Asker = { now: 0, view: undefined }

describe('What is told of', () => {
  for (const [who, asker] of Object.entries({ caller, stranger }))
    test(`to a ${who} speaks MCP, is published or deprecated, and is not suspended`, () => {
      const after = (name?: string) => [...itemsAfter(plane, asker, name)].map((one) => one.name)
      const told = after()
      assert.deepEqual(told, ['deprecated', 'offered', 'published'])
      assert.deepEqual(after('offered'), ['published'])
      for (const name of [...names, 'nonesuch'])
        assert.equal(findItem(plane, asker, name)?.name, told.includes(name) ? name : undefined)
    })
})
