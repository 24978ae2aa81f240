import assert from 'node:assert/strict'
import { chmod, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { finance, newFolder, newStore, openKeyring, ops } from './setup.ts'

const badKey = (detail: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof Fault)
  assert.equal(thrown.code, 'bad_key')
  assert.match(String(thrown.detail), detail)
  assert.ok(thrown.fix)
  return true
}

describe('the root key file', () => {
  test('is made at first start for its owner alone, and read at the next', async (context) => {
    const folder = await newFolder(context)
    const store = await newStore(context)
    const first = await openKeyring(folder, store)
    const { mode } = await stat(join(folder, 'root.key'))
    assert.equal(mode & 0o777, 0o600)
    assert.deepEqual(await readdir(folder), ['root.key'])
    await first.prepare(ops)
    const sealed = first.sealer(ops, 'arguments').seal(Buffer.from('x'), 'c')
    const second = await openKeyring(folder, store)
    await second.prepare(ops)
    assert.equal(second.sealer(ops, 'arguments').open(sealed, 'c')?.toString(), 'x')
  })

  test('is made anew where a crash left only its beginning without a name', async (context) => {
    const folder = await newFolder(context)
    await writeFile(join(folder, 'root.key.new'), 'bailiwick ro')
    await openKeyring(folder, await newStore(context))
    assert.deepEqual(await readdir(folder), ['root.key'])
  })

  for (const mode of [0o640, 0o604, 0o660, 0o644, 0o620]) {
    test(`with mode ${mode.toString(8)} is refused, with the command that mends it`, async (context) => {
      const folder = await newFolder(context)
      const store = await newStore(context)
      await openKeyring(folder, store)
      await chmod(join(folder, 'root.key'), mode)
      await assert.rejects(openKeyring(folder, store), (thrown) => {
        assert.ok(thrown instanceof Fault)
        assert.equal(thrown.fix, `chmod 600 ${join(folder, 'root.key')}`)
        return badKey(/others than its owner may use it/)(thrown)
      })
    })
  }

  test('that is missing where a store has been used is refused, and none is made', async (context) => {
    const folder = await newFolder(context)
    const store = await newStore(context)
    await openKeyring(folder, store)
    await rm(join(folder, 'root.key'))
    await assert.rejects(openKeyring(folder, store), badKey(/no root.key/))
    assert.deepEqual(await readdir(folder), [])
  })

  test('of another installation is refused', async (context) => {
    const [mine, theirs] = [await newFolder(context), await newFolder(context)]
    const store = await newStore(context)
    await openKeyring(mine, store)
    await openKeyring(theirs, await newStore(context))
    await assert.rejects(openKeyring(theirs, store), badKey(/another installation/))
  })

  test('that is damaged in any byte is refused, and never replaced', async (context) => {
    const folder = await newFolder(context)
    const store = await newStore(context)
    await openKeyring(folder, store)
    const path = join(folder, 'root.key')
    const whole = await readFile(path)
    for (const broken of [
      ...[...whole.keys()].map((at) => flipped(whole, at)),
      whole.subarray(0, -1),
      Buffer.concat([whole, Buffer.from('\n')]),
      Buffer.alloc(0),
      Buffer.alloc(10_000, 97),
    ]) {
      await writeFile(path, broken)
      await assert.rejects(openKeyring(folder, store), badKey(/damaged/))
      assert.deepEqual(await readFile(path), broken)
    }
  })

  test('that is a folder is refused', async (context) => {
    const [folder, elsewhere] = [await newFolder(context), await newFolder(context)]
    await symlink(elsewhere, join(folder, 'root.key'))
    await assert.rejects(openKeyring(folder, await newStore(context)), { code: 'bad_key' })
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

describe('a sealer', () => {
  test('opens what it sealed, for its plane, purpose and context alone', async (context) => {
    const keyring = await openKeyring('memory', await newStore(context))
    await keyring.prepare(ops)
    await keyring.prepare(finance)
    const sealed = keyring.sealer(ops, 'session').seal(Buffer.from('hello'), 'a')
    assert.equal(keyring.sealer(ops, 'session').open(sealed, 'a')?.toString(), 'hello')
    assert.equal(keyring.sealer(ops, 'session').open(sealed, 'b'), undefined)
    assert.equal(keyring.sealer(ops, 'cursor').open(sealed, 'a'), undefined)
    assert.equal(keyring.sealer(finance, 'session').open(sealed, 'a'), undefined)
    assert.equal(keyring.sealer('manager', 'session').open(sealed, 'a'), undefined)
  })

  test('of a plane that was not prepared is a mistake of the program', async (context) => {
    const keyring = await openKeyring('memory', await newStore(context))
    assert.throws(() => keyring.sealer(ops, 'vault'), /before prepare/)
  })

  test("needs the plane's own wrapped key: that of another plane put in its place is refused", async (context) => {
    const folder = await newFolder(context)
    const store = await newStore(context)
    const keyring = await openKeyring(folder, store)
    await keyring.prepare(ops)
    const wrapped = await store.values.find('keyring.plane.ops')
    assert.ok(wrapped)
    await store.values.putFirst('keyring.plane.finance', wrapped)
    await assert.rejects(keyring.prepare(finance), badKey(/the key of plane finance does not open/))
  })
})
