import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { systemRandom } from '#lib/clock.ts'
import type { LogFields } from '#lib/log.ts'
import { silentLog } from '#lib/log.ts'
import type { SealedSecret, Store } from '#store/store.ts'
import { createVault } from '#vault/create-vault.ts'
import { about, openDoor } from '../change/door.ts'
import { finance, newFolder, newStore, openKeyring, openVault, ops, stillClock } from './setup.ts'

const secret = (text: string) => Buffer.from(text)
const at = stillClock.now()

async function setUp(context: Parameters<typeof newStore>[0]) {
  const store = await newStore(context)
  const keyring = await openKeyring('memory', store)
  return { store, keyring, vault: await openVault(keyring, store) }
}

describe('the vault', () => {
  test('lends the current version, opened only when asked', async (context) => {
    const { vault } = await setUp(context)
    const plane = vault.plane(ops)
    assert.equal(plane.current('calendar-api'), undefined)
    assert.equal(await plane.set('calendar-api', secret('one'), about), 1)
    const first = plane.current('calendar-api')
    assert.equal(first?.version, 1)
    assert.equal(await plane.set('calendar-api', secret('two'), about), 2)
    assert.equal(plane.current('calendar-api')?.open().toString(), 'two')
    assert.equal(first.open().toString(), 'one')
  })

  test('lists versions and never content', async (context) => {
    const { vault } = await setUp(context)
    const plane = vault.plane(ops)
    await plane.set('b', secret('canary-b'), about)
    await plane.set('a', secret('canary-a'), about)
    await plane.set('b', secret('canary-c'), about)
    assert.deepEqual(plane.list(), [
      { credential: 'a', version: 1, at },
      { credential: 'b', version: 1, at },
      { credential: 'b', version: 2, at },
    ])
    assert.deepEqual(vault.plane(finance).list(), [])
    assert.doesNotMatch(JSON.stringify([plane.list(), plane.current('b'), vault]), /canary/)
  })

  test('keeps secrets over a restart, and no bytes of them in the store', async (context) => {
    const folder = await newFolder(context)
    const store = await newStore(context)
    const vault = await openVault(await openKeyring(folder, store), store)
    await vault.plane(ops).set('a', secret('canary-0123456789'), about)
    const again = await openVault(await openKeyring(folder, store), store)
    assert.equal(again.plane(ops).current('a')?.open().toString(), 'canary-0123456789')
    for (const row of await store.plane(ops).secrets.list()) {
      const bytes = Buffer.concat([row.wrappedKey, row.nonce, row.sealed])
      assert.equal(bytes.includes('canary'), false)
    }
  })

  test('wipes what it was handed, also where it refuses it', async (context) => {
    const { vault } = await setUp(context)
    const good = secret('hunter2')
    await vault.plane(ops).set('a', good, about)
    assert.deepEqual(good, Buffer.alloc(7))
    const large = Buffer.alloc(64 * 1024 + 1, 97)
    await assert.rejects(vault.plane(ops).set('a', large, about), { code: 'usage' })
    assert.equal(large.includes(97), false)
  })

  test('takes 1 byte to 64 KiB under a name, and repeats no name that is none', async (context) => {
    const { vault } = await setUp(context)
    const plane = vault.plane(ops)
    await assert.rejects(plane.set('a', secret(''), about), { code: 'usage' })
    await assert.rejects(plane.set('Not A Name hunter2', secret('x'), about), (thrown) => {
      assert.doesNotMatch(JSON.stringify(thrown), /hunter2/)
      return true
    })
    await plane.set('a', Buffer.alloc(64 * 1024, 97), about)
    assert.equal(plane.current('a')?.open().length, 64 * 1024)
  })

  test('counts versions on over a removal and a restart', async (context) => {
    const folder = await newFolder(context)
    const store = await newStore(context)
    const plane = (await openVault(await openKeyring(folder, store), store)).plane(ops)
    await plane.set('a', secret('one'), about)
    await plane.remove('a', about)
    assert.equal(plane.current('a'), undefined)
    assert.deepEqual(plane.list(), [])
    await assert.rejects(plane.remove('a', about), { code: 'unknown_name' })
    const again = (await openVault(await openKeyring(folder, store), store)).plane(ops)
    assert.equal(again.current('a'), undefined)
    assert.equal(await again.set('a', secret('two'), about), 3)
  })

  test('gives two writers at once two versions', async (context) => {
    const { vault } = await setUp(context)
    const plane = vault.plane(ops)
    const versions = await Promise.all(
      Array.from({ length: 20 }, (_, index) => plane.set('a', secret(`s${index}`), about)),
    )
    assert.deepEqual(
      versions,
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
    assert.equal(plane.current('a')?.open().toString(), 's19')
  })

  test('tells of every set and removal after it stands', async (context) => {
    const { vault } = await setUp(context)
    const plane = vault.plane(ops)
    const told: string[] = []
    plane.onChange((name) => told.push(`${name} ${plane.current(name)?.version}`))
    await plane.set('a', secret('x'), about)
    await plane.remove('a', about)
    assert.deepEqual(told, ['a 1', 'a undefined'])
  })
})

/** The rows of a plane replaced by these, and a vault that starts on them. */
async function startOn(
  store: Store,
  keyring: Awaited<ReturnType<typeof openKeyring>>,
  rows: readonly SealedSecret[],
) {
  const logged: LogFields[] = []
  const log = {
    ...silentLog,
    error: (_: string, fields?: LogFields) => void logged.push(fields ?? {}),
  }
  const list = async (credential?: string) =>
    rows.filter((row) => credential === undefined || row.credential === credential)
  const altered = { ...store, plane: () => ({ ...store.plane(ops), secrets: { list } }) }
  const change = await openDoor(store, stillClock)
  const parts = { change, keyring, clock: stillClock, random: systemRandom, log }
  const vault = await createVault({ ...parts, store: altered })
  await vault.prepare(ops)
  return { plane: vault.plane(ops), logged }
}

describe('attack: whoever can write to the store', () => {
  test('swaps any two columns of any two rows, and neither opens', async (context) => {
    const { store, keyring, vault } = await setUp(context)
    await vault.plane(ops).set('a', secret('secret a1'), about)
    await vault.plane(ops).set('a', secret('secret a2'), about)
    await vault.plane(ops).set('b', secret('secret b1'), about)
    const rows = await store.plane(ops).secrets.list()
    const columns = [
      ['wrappedKey'],
      ['nonce'],
      ['sealed'],
      ['wrappedKey', 'nonce', 'sealed'],
    ] as const
    let tried = 0
    for (const [i, left] of rows.entries()) {
      for (const right of rows.slice(i + 1)) {
        for (const names of columns) {
          const pick = (row: SealedSecret) =>
            Object.fromEntries(names.map((name) => [name, row[name]]))
          const swapped = rows.map((row) =>
            row === left
              ? { ...row, ...pick(right) }
              : row === right
                ? { ...row, ...pick(left) }
                : row,
          )
          const { plane, logged } = await startOn(store, keyring, swapped)
          for (const name of ['a', 'b']) {
            const loan = plane.current(name)
            const isTouched = [left, right].some(
              (row) => row.credential === name && row.version === loan?.version,
            )
            if (!isTouched) continue
            tried++
            assert.throws(() => loan?.open(), { code: 'no_credential' })
            assert.deepEqual(logged.at(-1), {
              plane: ops,
              credential: name,
              version: loan?.version,
            })
          }
        }
      }
    }
    assert.equal(tried, 16)
  })

  test('puts an old secret in as the newest version, and it does not open', async (context) => {
    const { store, keyring, vault } = await setUp(context)
    await vault.plane(ops).set('a', secret('leaked long ago'), about)
    await vault.plane(ops).set('a', secret('of today'), about)
    const rows = await store.plane(ops).secrets.list()
    const [old] = rows
    assert.ok(old)
    const { plane } = await startOn(store, keyring, [...rows, { ...old, version: 3 }])
    assert.throws(() => plane.current('a')?.open(), { code: 'no_credential' })
  })

  test('puts back a row that was removed, and it is not the secret of today', async (context) => {
    const { store, keyring, vault } = await setUp(context)
    await vault.plane(ops).set('a', secret('leaked long ago'), about)
    const [old] = await store.plane(ops).secrets.list()
    assert.ok(old)
    await vault.plane(ops).remove('a', about)
    await vault.plane(ops).set('a', secret('of today'), about)
    const rows = await store.plane(ops).secrets.list()
    const { plane } = await startOn(store, keyring, [old, ...rows])
    assert.equal(plane.current('a')?.open().toString(), 'of today')
  })

  test('copies a secret to another plane, and it does not open there', async (context) => {
    const { store, keyring, vault } = await setUp(context)
    await vault.plane(finance).set('a', secret('of finance'), about)
    const rows = await store.plane(finance).secrets.list()
    const { plane } = await startOn(store, keyring, rows)
    assert.throws(() => plane.current('a')?.open(), { code: 'no_credential' })
  })

  test('flips any bit of a row, and it does not open', async (context) => {
    const { store, keyring, vault } = await setUp(context)
    await vault.plane(ops).set('a', secret('hunter2'), about)
    const [row] = await store.plane(ops).secrets.list()
    assert.ok(row)
    const column = fc.constantFrom('wrappedKey' as const, 'nonce' as const, 'sealed' as const)
    await fc.assert(
      fc.asyncProperty(column, fc.nat(), async (name, anywhere) => {
        const bytes = Buffer.from(row[name])
        const bit = anywhere % (bytes.length * 8)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const { plane } = await startOn(store, keyring, [{ ...row, [name]: bytes }])
        assert.throws(() => plane.current('a')?.open(), { code: 'no_credential' })
      }),
    )
  })
})
