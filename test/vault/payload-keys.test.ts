import assert from 'node:assert/strict'
import { createHmac, hkdfSync } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import type { PayloadKeyRows, Store } from '#store/store.ts'
import { bind } from '#vault/bind.ts'
import type { PayloadKeys } from '#vault/vault.ts'
import { finance, newFolder, newStore, openKeyring, openVault, ops } from './setup.ts'

const anna = 'user:anna' as const
const ben = 'user:ben' as const
const november = Date.UTC(2026, 10, 30, 23, 59)
const december = Date.UTC(2026, 11, 1)
const by = { by: 'local:alice', why: 'request 4711' }

const seal = async (keys: PayloadKeys, subject: typeof anna | typeof ben, at: number, text = 'x') =>
  (await keys.sealing(subject, at)).seal(Buffer.from(text), 'a call')
const open = async (keys: PayloadKeys, sealed: Uint8Array) => {
  const opened = await keys.open(sealed, 'a call')
  return opened instanceof Buffer ? opened.toString() : opened
}

const openKeys = async (context: TestContext, folder: string | 'memory' = 'memory') => {
  const store = await newStore(context, folder)
  const keyring = await openKeyring('memory', store)
  const vault = await openVault(keyring, store)
  return { store, keyring, vault, keys: vault.plane(ops).payloads }
}

/** The same store, with something in the way of the rows of keys. */
const withKeys = (store: Store, wrap: (rows: PayloadKeyRows) => PayloadKeyRows): Store => ({
  ...store,
  plane: (id) => ({ ...store.plane(id), payloadKeys: wrap(store.plane(id).payloadKeys) }),
  get reachable() {
    return store.reachable
  },
})

describe('keys of what is recorded', () => {
  test('are made at first use, one for each subject and month, and found again', async (context) => {
    const { store, keys } = await openKeys(context)
    const sealed = await Promise.all([
      seal(keys, anna, november),
      seal(keys, anna, november),
      seal(keys, anna, december),
      seal(keys, ben, november),
    ])
    assert.deepEqual(await keys.periods(anna), ['2026-11', '2026-12'])
    assert.deepEqual(await keys.periods(ben), ['2026-11'])
    for (const one of sealed) assert.equal(await open(keys, one), 'x')
    const ids = new Set(sealed.map((one) => one.subarray(0, 16).toString('hex')))
    assert.equal(ids.size, 3)
    assert.deepEqual(await store.plane(finance).payloadKeys.list(keys.pseudonym(anna)), [])
  })

  test('are at hand without waiting once they were used', async (context) => {
    const { keys } = await openKeys(context)
    await keys.sealing(anna, november)
    assert.ok(!(keys.sealing(anna, november) instanceof Promise))
    assert.ok(keys.sealing(anna, december) instanceof Promise)
  })

  test('are one, where two processes make it at once', async (context) => {
    const store = await newStore(context)
    const keyring = await openKeyring('memory', store)
    const each = await Promise.all([openVault(keyring, store), openVault(keyring, store)])
    const sealed = await Promise.all(
      each.map((vault) => seal(vault.plane(ops).payloads, anna, november)),
    )
    const [first, second] = sealed.map((one) => one.subarray(0, 16).toString('hex'))
    assert.equal(first, second)
    for (const vault of each)
      for (const one of sealed) assert.equal(await open(vault.plane(ops).payloads, one), 'x')
  })

  test('name nobody: rows hold a keyed hash, another one in each plane', async (context) => {
    const { store, vault, keys } = await openKeys(context)
    await seal(keys, anna, november)
    const [row] = await store.plane(ops).payloadKeys.list(keys.pseudonym(anna))
    assert.match(row?.subject ?? '', /^user:[0-9a-f]{64}$/)
    assert.notEqual(vault.plane(finance).payloads.pseudonym(anna), row?.subject)
    assert.notEqual(keys.pseudonym(ben), row?.subject)
    assert.notEqual(keys.pseudonym('client:anna' as never), row?.subject)
  })

  test('that were laid under another subject, month or id do not open', async (context) => {
    const { store, vault, keys } = await openKeys(context)
    await seal(keys, anna, november)
    const rows = store.plane(ops).payloadKeys
    const [row] = await rows.list(keys.pseudonym(anna))
    assert(row)
    const moved = [
      { ...row, subject: keys.pseudonym(ben), id: 'a'.repeat(32) },
      { ...row, period: '2026-12', id: 'b'.repeat(32) },
    ]
    for (const one of moved) await rows.putFirst(one)
    vault.plane(ops).payloads.forget()
    const isAltered = (error: unknown) => error instanceof Fault && error.code === 'bad_key'
    await assert.rejects(async () => keys.sealing(ben, november), isAltered)
    await assert.rejects(async () => keys.sealing(anna, december), isAltered)
    const forged = Buffer.concat([Buffer.alloc(16, 0xaa), Buffer.alloc(60)])
    await assert.rejects(open(keys, forged), isAltered)
  })
})

describe('erasing', () => {
  test('destroys the keys of a subject, of months before one or of all, and of nobody else', async (context) => {
    const { keys } = await openKeys(context)
    const [old, young, other] = [
      await seal(keys, anna, november),
      await seal(keys, anna, december),
      await seal(keys, ben, november),
    ]
    const first = await keys.erase(anna, '2026-12', by)
    assert.deepEqual(first.periods, ['2026-11'])
    assert.equal(first.subject, keys.pseudonym(anna))
    assert.deepEqual(
      [await open(keys, old), await open(keys, young), await open(keys, other)],
      ['erased', 'x', 'x'],
    )
    assert.deepEqual((await keys.erase(anna, undefined, by)).periods, ['2026-12'])
    assert.deepEqual(
      [await open(keys, old), await open(keys, young), await open(keys, other)],
      ['erased', 'erased', 'x'],
    )
    const isNothing = (error: unknown) => error instanceof Fault && error.code === 'unknown_name'
    await assert.rejects(keys.erase(anna, undefined, by), isNothing)
    await assert.rejects(keys.erase(ben, '2026-11', by), isNothing)
  })

  test('is a revision with its reason, which names its subject by no name', async (context) => {
    const { store, keys } = await openKeys(context)
    await seal(keys, anna, november)
    const { revision } = await keys.erase(anna, undefined, by)
    const found = await store.revisions.find(revision)
    assert.equal(found?.why, 'request 4711')
    assert.doesNotMatch(JSON.stringify([found, await store.revisions.changesAfter(0, 9)]), /anna/)
  })

  test('that may not be destroys nothing', async (context) => {
    const { keys } = await openKeys(context)
    const sealed = await seal(keys, anna, november)
    const refuse = () => {
      throw new Fault('not_permitted')
    }
    await assert.rejects(keys.erase(anna, undefined, by, refuse))
    assert.equal(await open(keys, sealed), 'x')
  })

  test('makes whoever comes next a new key, which does not open what was erased', async (context) => {
    const { keys } = await openKeys(context)
    const before = await seal(keys, anna, november)
    await keys.erase(anna, undefined, by)
    const after = await seal(keys, anna, november)
    assert.deepEqual([await open(keys, before), await open(keys, after)], ['erased', 'x'])
  })

  test('reaches a process that holds the key, as soon as it follows the revision', async (context) => {
    const store = await newStore(context)
    const keyring = await openKeyring('memory', store)
    const [one, other] = await Promise.all([openVault(keyring, store), openVault(keyring, store)])
    const sealed = await seal(other.plane(ops).payloads, anna, november)
    const { revision } = await one.plane(ops).payloads.erase(anna, undefined, by)
    other.forget(await store.revisions.changesAfter(revision - 1, 1))
    assert.equal(await open(other.plane(ops).payloads, sealed), 'erased')
    const next = await seal(other.plane(ops).payloads, anna, november)
    assert.notDeepEqual(next.subarray(0, 16), sealed.subarray(0, 16))
  })

  test('does not come undone by a key that was being fetched meanwhile', async (context) => {
    const store = await newStore(context)
    const gate = Promise.withResolvers<void>()
    let isHeld = false
    const slow = withKeys(store, (rows) => ({
      ...rows,
      async findFor(subject, period) {
        const found = await rows.findFor(subject, period)
        if (isHeld) await gate.promise
        return found
      },
    }))
    const keyring = await openKeyring('memory', store)
    const vault = await openVault(keyring, slow)
    const keys = vault.plane(ops).payloads
    const before = await seal(keys, anna, november)
    keys.forget()
    isHeld = true
    const late = seal(keys, anna, november)
    await keys.erase(anna, undefined, by)
    isHeld = false
    gate.resolve()
    assert.notDeepEqual((await late).subarray(0, 16), before.subarray(0, 16))
    assert.equal(await open(keys, before), 'erased')
    assert.equal(await open(keys, await late), 'x')
  })

  test('leaves no wrapped key in any file of the data folder', async (context) => {
    const folder = await newFolder(context)
    const { store, keys } = await openKeys(context, folder)
    for (const at of [november, december]) await seal(keys, anna, at)
    const wrapped = (await store.plane(ops).payloadKeys.list(keys.pseudonym(anna))).map((row) =>
      Buffer.from(row.wrapped),
    )
    assert.equal(wrapped.length, 2)
    const isThere = async (): Promise<boolean> => {
      const names = (await readdir(folder, { recursive: true })).filter((one) =>
        one.includes('.db'),
      )
      const files = await Promise.all(names.map((name) => readFile(join(folder, name))))
      return files.some((bytes) => wrapped.some((one) => bytes.includes(one)))
    }
    assert.ok(await isThere())
    await keys.erase(anna, undefined, by)
    assert.ok(!(await isThere()))
  })
})

describe('hashes of personal arguments', () => {
  const all = { since: 0, until: Date.UTC(2030, 0), subjects: undefined }
  const customer = { ...all, argument: 'customer', texts: ['4711'] }
  const hash = async (
    keys: PayloadKeys,
    subject: typeof anna | typeof ben,
    at: number,
    argument = 'customer',
    text = '4711',
  ) => (await keys.sealing(subject, at)).hash(argument, text)

  /** Those that this version writes. */
  const now = (hashes: readonly string[]) =>
    new Set(hashes.filter((one) => one.startsWith('hmac2:')))

  test('are the same for the same text, argument, subject, month and plane, and for nothing else', async (context) => {
    const { vault, keys } = await openKeys(context)
    const one = await hash(keys, anna, november)
    assert.match(one, /^hmac2:[0-9a-f]{64}$/)
    assert.equal(await hash(keys, anna, november), one)
    const others = await Promise.all([
      hash(keys, anna, december),
      hash(keys, ben, november),
      hash(keys, anna, november, 'account'),
      hash(keys, anna, november, 'customer', '4712'),
      hash(keys, anna, november, 'custom', 'er4711'),
      hash(vault.plane(finance).payloads, anna, november),
    ])
    assert.equal(new Set([one, ...others]).size, 7)
  })

  test('are found by text among the keys of those months, of everybody or of some', async (context) => {
    const { keys } = await openKeys(context)
    const wanted = [
      await hash(keys, anna, november),
      await hash(keys, ben, november),
      await hash(keys, anna, december),
    ]
    const [ofAnna, ofBen, later] = wanted
    const find = async (more: object) => now(await keys.hashes({ ...customer, ...more }))
    assert.deepEqual(await find({}), new Set(wanted))
    assert.deepEqual(await find({ until: november }), new Set([ofAnna, ofBen]))
    assert.deepEqual(await find({ since: december }), new Set([later]))
    assert.deepEqual(await find({ subjects: [anna] }), new Set([ofAnna, later]))
    assert.deepEqual(await find({ subjects: ['user:nobody'] }), new Set())
    const two = await find({ texts: ['4711', '4712'] })
    assert.equal(two.size, 6)
  })

  test('are found as earlier versions wrote them: of the text itself, by the same key', async (context) => {
    const { store, keys, keyring } = await openKeys(context)
    await hash(keys, anna, november)
    const [row] = await store.plane(ops).payloadKeys.list(keys.pseudonym(anna))
    assert(row)
    const place = `payload key\n${row.id}\n${row.subject}\n${row.period}`
    const key = keyring.sealer(ops, 'payload key').open(row.wrapped, place)
    assert(key)
    const about = bind('bailiwick', ops, 'indexed argument')
    const derived = Buffer.from(hkdfSync('sha256', key, '', about, 32))
    const written = createHmac('sha256', derived).update(bind('customer', '4711')).digest('hex')
    assert.ok((await keys.hashes(customer)).includes(`hmac:${written}`))
  })

  test('are found by more keys than are gone through at a time', async (context) => {
    const { keys } = await openKeys(context)
    const users = Array.from({ length: 501 }, (_, at) => `user:u${at}` as const)
    const made = await Promise.all(
      users.map(async (user) => (await keys.sealing(user, november)).hash('customer', '4711')),
    )
    assert.deepEqual(now(await keys.hashes(customer)), new Set(made))
  })

  test('attack: after an erasure no key makes the hash again, in no process, and a new key makes another', async (context) => {
    const store = await newStore(context)
    const keyring = await openKeyring('memory', store)
    const here = (await openVault(keyring, store)).plane(ops).payloads
    const there = (await openVault(keyring, store)).plane(ops).payloads
    const before = await hash(here, anna, november)
    const kept = await hash(here, ben, november)
    assert.equal(await hash(there, anna, november), before)
    await here.erase(anna, undefined, by)
    // The other one has not followed yet.
    assert.deepEqual(now(await there.hashes(customer)), new Set([kept]))
    assert.deepEqual(now(await here.hashes(customer)), new Set([kept]))
    assert.notEqual(await hash(here, anna, november), before)
  })

  test('attack: a row that was put under another subject or month makes no hash', async (context) => {
    const { keys, store } = await openKeys(context)
    await hash(keys, anna, november)
    const rows = store.plane(ops).payloadKeys
    const [row] = await rows.list(keys.pseudonym(anna))
    assert(row)
    await rows.putFirst({ ...row, id: 'f'.repeat(32), subject: keys.pseudonym(ben) })
    await assert.rejects(
      keys.hashes(customer),
      (fault) => fault instanceof Fault && fault.code === 'bad_key',
    )
  })
})

describe('whom a page looks for', () => {
  const from = { since: 0, until: december, most: 1000 }
  /** As a page makes it, with nothing but the key that it was given. */
  const soughtBy = (findKey: Buffer, text = '4711', argument = 'customer') =>
    createHmac('sha256', findKey).update(`${argument}\0${text}`).digest('hex')
  const hash = async (keys: PayloadKeys, subject: typeof anna | typeof ben, at: number) =>
    (await keys.sealing(subject, at)).hash('customer', '4711')

  test('is found by a hash of each key, without the text', async (context) => {
    const { keys } = await openKeys(context)
    const made = [
      await hash(keys, anna, november),
      await hash(keys, ben, november),
      await hash(keys, anna, december),
    ]
    const sought = soughtBy(keys.findKey())
    const found = await keys.sought({ ...from, sought })
    assert.deepEqual(new Set(found.hashes), new Set(made))
    assert.equal(found.since, undefined)
    const late = await keys.sought({ ...from, since: december, sought })
    assert.deepEqual(late.hashes, [made[2]])
    for (const other of [
      soughtBy(keys.findKey(), '4712'),
      soughtBy(keys.findKey(), '4711', 'iban'),
    ])
      assert.ok(
        (await keys.sought({ ...from, sought: other })).hashes.every((one) => !made.includes(one)),
      )
  })

  test('is told from when on it was looked for where there are too many keys: whole months, the latest first', async (context) => {
    const { keys } = await openKeys(context)
    const users = Array.from({ length: 250 }, (_, at) => `user:u${at}` as const)
    const october = Date.UTC(2026, 9, 5)
    const latest: string[] = []
    for (const at of [october, november, december])
      for (const user of users) {
        const one = (await keys.sealing(user, at)).hash('customer', '4711')
        if (at !== october) latest.push(one)
      }
    const sought = soughtBy(keys.findKey())
    const cut = await keys.sought({ ...from, sought, most: 600 })
    assert.deepEqual(new Set(cut.hashes), new Set(latest))
    assert.equal(cut.since, Date.UTC(2026, 10, 1))
    const least = await keys.sought({ ...from, sought, most: 10 })
    assert.equal(least.hashes.length, 500, 'two months are whole, whatever they hold')
    assert.equal(least.since, Date.UTC(2026, 10, 1))
    const further = await keys.sought({ ...from, until: Date.UTC(2026, 10, 2), sought, most: 10 })
    assert.deepEqual([further.hashes.length, further.since], [500, undefined])
    const all = await keys.sought({ ...from, sought, most: 750 })
    assert.deepEqual([all.hashes.length, all.since], [750, undefined])
  })

  test('attack: is not found once the subject is erased, in no process', async (context) => {
    const store = await newStore(context)
    const keyring = await openKeyring('memory', store)
    const here = (await openVault(keyring, store)).plane(ops).payloads
    const there = (await openVault(keyring, store)).plane(ops).payloads
    await hash(here, anna, november)
    const kept = await hash(here, ben, november)
    const sought = soughtBy(here.findKey())
    assert.equal((await there.sought({ ...from, sought })).hashes.length, 2)
    await here.erase(anna, undefined, by)
    for (const keys of [here, there])
      assert.deepEqual((await keys.sought({ ...from, sought })).hashes, [kept])
  })

  test('attack: the key of a plane finds nothing in another one, and opens nothing', async (context) => {
    const { vault, keys } = await openKeys(context)
    const other = vault.plane(finance).payloads
    assert.notDeepEqual(other.findKey(), keys.findKey())
    const made = await hash(keys, anna, november)
    const found = await keys.sought({ ...from, sought: soughtBy(other.findKey()) })
    assert.ok(!found.hashes.includes(made))
    assert.ok(!made.includes(soughtBy(keys.findKey())), 'what is sought stands in no entry')
  })

  test('the key is the same in every process and after a start', async (context) => {
    const folder = await newFolder(context)
    const store = await newStore(context, folder)
    const key = async () =>
      (await openVault(await openKeyring(folder, store), store)).plane(ops).payloads.findKey()
    assert.deepEqual(await key(), await key())
  })
})
