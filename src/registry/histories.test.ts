import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planeId } from '#domain/name.ts'
import type { Revision, RevisionChange } from '#store/store.ts'
import { createHistories } from './histories.ts'

const [ops, finance] = [planeId('ops'), planeId('finance')]
const change = (revision: number, more: Partial<RevisionChange> = {}): RevisionChange => ({
  ...{ revision, topic: 'document', plane: ops, kind: 'Server', name: 'bank' },
  ...{ before: undefined, after: undefined, ...more },
})

test('How often an item was changed goes on from what the store knows, and counts each change once', async () => {
  const read: number[] = []
  const histories = await createHistories(
    {
      async find(revision) {
        read.push(revision)
        return { revision, at: revision * 1000 } as Revision
      },
      itemHistories: async (plane) =>
        plane === ops ? [{ item: 'bank', count: 2, revision: 5, firstAt: 1000, lastAt: 5000 }] : [],
    },
    [ops],
  )
  const pins = change(7, { topic: 'capability', kind: '' })
  const others = [
    change(8, { kind: 'Grant' }),
    change(8, { topic: 'secret', kind: '' }),
    change(8, { topic: 'suspension', kind: 'server' }),
  ]
  await histories.follow([change(4), change(5), change(7), pins, ...others])
  await histories.follow([change(7), change(9, { plane: finance, kind: 'API', name: 'tickets' })])
  const bank = { item: 'bank', count: 3, revision: 7, firstAt: 1000, lastAt: 7000 }
  assert.deepEqual(histories.of(ops, 'bank'), bank)
  const tickets = { item: 'tickets', count: 1, revision: 9, firstAt: 9000, lastAt: 9000 }
  assert.deepEqual(histories.of(finance, 'tickets'), tickets)
  assert.equal(histories.of(ops, 'nonesuch'), undefined)
  assert.deepEqual(read, [7, 9], 'a revision is read once, and only where it says something new')
})
