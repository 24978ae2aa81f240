import assert from 'node:assert/strict'
import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Entry } from '#domain/entry.ts'
import { createLedger } from '#ledger/create-ledger.ts'
import type { Ledger } from '#ledger/ledger.ts'
import { earlierContext } from '#ledger/payload.ts'
import { createRecordedQuery, type Recorded } from '#ledger/recorded.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { createTestClock } from '../store/clock.ts'
import { callAt, intentOf, ops, outcomeOf, rowOf } from '../store/entries.ts'
import { sealerOf, unsuspected } from './sealer.ts'

describe('What is recorded, when it is opened', () => {
  let store: Store
  let ledger: Ledger
  beforeEach(async () => {
    const about = { clock: createTestClock(), log: silentLog }
    store = await openStore({ folder: 'memory', appendDeadlineMs: 2000, ...about })
    ledger = createLedger({
      store,
      ...about,
      seal: sealerOf,
      integrity: unsuspected,
      version: '1',
      budget: () => undefined,
    })
  })
  afterEach(() => store.close())

  const openAt = async (position: number, on = store, seal = sealerOf): Promise<Recorded> => {
    const [stored] = await store.plane(ops).ledger.read(position, 1)
    assert(stored)
    return createRecordedQuery({ store: on, seal }).open(ops, stored)
  }
  const keyless = (id: string) => ({ ...sealerOf(id), open: async () => 'erased' as const })
  /** As if these bytes lay beside every entry. */
  const holding = (payload: Uint8Array): Store => {
    const plane = store.plane(ops)
    const file = { ...plane.ledger, findPayload: async () => payload }
    return { ...store, plane: () => ({ ...plane, ledger: file }) }
  }

  test('is what was recorded, and of any other entry nothing', async () => {
    await ledger.plane(ops).intend(intentOf(callAt(1)), Buffer.from('{"n":1}'))
    const opened = await openAt(2)
    assert(opened.state === 'whole')
    assert.equal(Buffer.from(opened.bytes).toString(), '{"n":1}')
    assert.equal(opened.nonce?.length, 32)
    assert.deepEqual(await openAt(1), { state: 'none' })
  })

  test('is told as altered where another payload lies there, one bit of it is other, or it is another’s', async () => {
    await ledger.plane(ops).intend(intentOf(callAt(1)), Buffer.from('{"n":1}'))
    await ledger.plane(ops).intend(intentOf(callAt(2)), Buffer.from('{"n":2}'))
    const { findPayload } = store.plane(ops).ledger
    const mine = Buffer.from((await findPayload(2)) ?? [])
    const other = (await findPayload(3)) ?? new Uint8Array()
    assert.deepEqual(await openAt(2, holding(other)), { state: 'altered' })
    for (let bit = 0; bit < mine.length * 8; bit += 5) {
      const changed = Buffer.from(mine)
      changed.writeUInt8(mine.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      assert.deepEqual(await openAt(2, holding(changed)), { state: 'altered' })
    }
    assert.equal((await openAt(2, holding(mine))).state, 'whole')
    // The name of its key is a part of it: one that was changed is no key that was destroyed.
    assert.deepEqual(await openAt(2, holding(other), keyless), { state: 'altered' })
  })

  test('of an earlier version opens as it was sealed then, without a nonce', async () => {
    const call = callAt(1)
    const key = createHash('sha256').update(ops).digest()
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    cipher.setAAD(Buffer.from(earlierContext(ops, call)))
    const sealed = [nonce, cipher.update('{"old":1}'), cipher.final(), cipher.getAuthTag()]
    const { ledger: file } = store.plane(ops)
    await file.append(rowOf(intentOf(call), Buffer.concat(sealed)))
    await file.append(rowOf(outcomeOf(call) as Entry))
    const opened = await openAt(1)
    assert(opened.state === 'whole')
    assert.equal(Buffer.from(opened.bytes).toString(), '{"old":1}')
    assert.equal(opened.nonce, undefined)
    assert.deepEqual(await openAt(2), { state: 'none' })
  })

  test('is told as let go of, as erased, or as never recorded, each as it is', async () => {
    const plane = ledger.plane(ops)
    await plane.intend(intentOf(callAt(1)), Buffer.from('{"n":1}'))
    await plane.intend(intentOf(callAt(2), { record: 'none' }))
    assert.deepEqual(await openAt(2, store, keyless), { state: 'erased' })
    await store.plane(ops).ledger.dropPayloads([2])
    assert.deepEqual(await openAt(2), { state: 'pruned' })
    assert.deepEqual(await openAt(3), { state: 'none' })
  })
})
