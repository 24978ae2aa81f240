import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { canonicalJson } from '#lib/json.ts'
import type { CheckpointRow, Growth, Store } from '#store/store.ts'
import type { Outside } from './conformance.ts'
import { callAt, finance, noon, openedOf, ops, refusedOf, rowOf } from './entries.ts'

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const hashes = (count: number, first = 0): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, at) => sha256(`hash ${first + at}`)))

const growth = (from: number, to: number, about: Partial<Growth> = {}): Growth => ({
  generation: 1,
  from,
  to,
  tiles: [{ level: 0, index: 0, hashes: hashes(to) }],
  ...about,
})
const checkpoint = (number: number, about: Partial<CheckpointRow> = {}): CheckpointRow => ({
  generation: 1,
  number,
  size: 3,
  root: sha256('root of 3'),
  at: noon,
  note: `a note\n\n— İ ${number}\n`,
  ...about,
})
const plain = (row: CheckpointRow | undefined) =>
  row && { ...row, root: Buffer.from(row.root).toString('hex') }

/** What `LedgerTree` promises, for any engine. */
export const treeConformance = ({
  store,
  outside,
  reopen,
}: {
  store: () => Store
  outside: (() => Outside) | undefined
  reopen: () => Promise<void>
}): void => {
  const tree = (plane = ops) => store().plane(plane).ledger.tree
  const append = async (count: number, plane = ops): Promise<void> => {
    const { ledger } = store().plane(plane)
    for (let n = 0; n < count; n++) await ledger.append(rowOf(refusedOf(callAt(n), { plane })))
    // Whatever asks for the size waits until all of them have positions.
    await ledger.size()
  }
  const sizes = async (plane = ops) => {
    const { generation, entries, size, checkpoint } = await tree(plane).standing()
    return { generation, entries, size, checkpoint: checkpoint?.number }
  }
  const grownToThree = async (): Promise<void> => {
    await append(3)
    assert.equal(await tree().grow(growth(0, 3)), true)
  }

  test('is empty in the beginning, however many entries there are', async () => {
    assert.deepEqual(await sizes(), { generation: 1, entries: 0, size: 0, checkpoint: undefined })
    await append(2)
    assert.deepEqual(await sizes(), { generation: 1, entries: 2, size: 0, checkpoint: undefined })
    assert.deepEqual(await tree().tiles([{ level: 0, index: 0 }]), [undefined])
  })

  test('has leaf hashes over the bodies byte for byte, as far as there are entries', async () => {
    const { ledger } = store().plane(ops)
    const entries = [
      openedOf(),
      refusedOf(callAt(1), { name: 'İ 日本 \u{1f600} "\\' }),
      refusedOf(callAt(2)),
    ]
    for (const entry of entries) await ledger.append(rowOf(entry))
    await ledger.size()
    const leaves = entries.map((entry) => sha256('\0', canonicalJson(entry)))
    const all = await tree().leafHashes(1, 10)
    assert.deepEqual(Buffer.from(all), Buffer.concat(leaves))
    assert.deepEqual(Buffer.from(await tree().leafHashes(2, 1)), leaves[1])
    assert.equal((await tree().leafHashes(4, 10)).length, 0)
  })

  test('grows by tiles and size at once, and keeps both', async () => {
    await grownToThree()
    await append(2)
    const top = { level: 1, index: 7, hashes: hashes(256, 1000) }
    const tiles = [{ level: 0, index: 0, hashes: hashes(5) }, top]
    assert.equal(await tree().grow(growth(3, 5, { tiles })), true)
    if (outside) await reopen()
    assert.deepEqual(await sizes(), { generation: 1, entries: 5, size: 5, checkpoint: undefined })
    const places = [top, { level: 0, index: 1 }, { level: 0, index: 0 }]
    const found = await tree().tiles(places)
    assert.deepEqual(
      found.map((one) => one && Buffer.from(one)),
      [top.hashes, undefined, hashes(5)],
    )
  })

  test('does not grow from another size, beyond the entries, or in another generation', async () => {
    await grownToThree()
    await append(2)
    const tiles = [{ level: 0, index: 0, hashes: hashes(5) }]
    for (const wrong of [
      growth(0, 5, { tiles }),
      growth(4, 5, { tiles }),
      growth(3, 6, { tiles: [{ level: 0, index: 0, hashes: hashes(6) }] }),
      growth(3, 5, { tiles, generation: 2 }),
      growth(3, 2, { tiles }),
    ]) {
      assert.equal(await tree().grow(wrong), false)
    }
    assert.equal((await sizes()).size, 3)
    assert.deepEqual(
      (await tree().tiles([{ level: 0, index: 0 }])).map((one) => one && Buffer.from(one)),
      [hashes(3)],
    )
  })

  test('of many that would let it grow at once lets one', async () => {
    await append(3)
    const grown = await Promise.all(Array.from({ length: 10 }, () => tree().grow(growth(0, 3))))
    assert.equal(grown.filter((one) => one).length, 1)
  })

  test('refuses to change what stands in a tile, and takes entries all the same', async () => {
    await grownToThree()
    await append(1)
    for (const changed of [hashes(4, 1), hashes(2)]) {
      const tiles = [{ level: 0, index: 0, hashes: changed }]
      await assert.rejects(tree().grow(growth(3, 4, { tiles })), /a tile only grows/)
    }
    await append(1)
    assert.deepEqual(await sizes(), { generation: 1, entries: 5, size: 3, checkpoint: undefined })
  })

  test('keeps checkpoints in order, byte for byte', async () => {
    await grownToThree()
    const rows = [checkpoint(1), checkpoint(2, { at: noon + 60_000 })]
    for (const row of rows) assert.equal(await tree().addCheckpoint(row), true)
    if (outside) await reopen()
    assert.deepEqual((await tree().checkpoints(1, 1, 10)).map(plain), rows.map(plain))
    assert.deepEqual((await tree().checkpoints(1, 2, 10)).map(plain), rows.slice(1).map(plain))
    assert.equal((await tree().checkpoints(1, 1, 1)).length, 1)
    assert.deepEqual(plain((await tree().standing()).checkpoint), plain(rows[1]))
  })

  test('takes no checkpoint that is smaller, different, earlier, out of turn, or beyond the tree', async () => {
    await grownToThree()
    assert.equal(await tree().addCheckpoint(checkpoint(2)), false)
    assert.equal(await tree().addCheckpoint(checkpoint(1)), true)
    for (const wrong of [
      checkpoint(1, { at: noon + 1 }),
      checkpoint(3),
      checkpoint(2, { size: 2, root: sha256('root of 2') }),
      checkpoint(2, { root: sha256('another root of 3') }),
      checkpoint(2, { at: noon - 1 }),
      checkpoint(2, { size: 4, root: sha256('root of 4') }),
      checkpoint(1, { generation: 2 }),
    ]) {
      assert.equal(await tree().addCheckpoint(wrong), false, JSON.stringify(wrong))
    }
    assert.equal((await sizes()).checkpoint, 1)
  })

  test('of checkpoints of one number that come at once takes one', async () => {
    await grownToThree()
    const added = await Promise.all(
      Array.from({ length: 10 }, (_, n) => tree().addCheckpoint(checkpoint(1, { at: noon + n }))),
    )
    assert.equal(added.filter((one) => one).length, 1)
  })

  test('begins a generation from nothing, beside the one before', async () => {
    await grownToThree()
    await tree().addCheckpoint(checkpoint(1))
    assert.equal(await tree().begin(3), false)
    assert.equal(await tree().begin(2), true)
    assert.equal(await tree().begin(2), false)
    assert.deepEqual(await sizes(), { generation: 2, entries: 3, size: 0, checkpoint: undefined })
    assert.equal(await tree().grow(growth(3, 3)), false)
    assert.equal(await tree().addCheckpoint(checkpoint(2, { at: noon + 1 })), false)
    const tiles = [{ level: 0, index: 0, hashes: hashes(2, 50) }]
    assert.equal(await tree().grow(growth(0, 2, { generation: 2, tiles })), true)
    const place = [{ level: 0, index: 0 }]
    assert.deepEqual(Buffer.from((await tree().tiles(place))[0] ?? []), hashes(2, 50))
    assert.deepEqual(Buffer.from((await tree().tiles(place, 1))[0] ?? []), hashes(3))
    assert.equal((await tree().checkpoints(1, 1, 10)).length, 1)
    assert.equal((await tree().checkpoints(2, 1, 10)).length, 0)
  })

  test('is one plane’s alone, and all are told at once', async () => {
    await grownToThree()
    await append(2, finance)
    assert.equal(await tree(finance).grow(growth(0, 2)), true)
    await tree().addCheckpoint(checkpoint(1))
    assert.deepEqual((await tree(finance).checkpoints(1, 1, 10)).length, 0)
    const all = await store().planes.trees()
    assert.deepEqual(
      all
        .map(({ plane, entries, size, checkpoint }) => [plane, entries, size, checkpoint?.note])
        .toSorted(),
      [
        [finance, 2, 2, undefined],
        [ops, 3, 3, checkpoint(1).note],
      ],
    )
  })

  test('is held by this process', async () => {
    await append(1)
    assert.equal(await tree().hold(), true)
    assert.equal(await tree().hold(), true)
  })

  test('is signed by keys that stand in the order of their numbers, and are never replaced', async () => {
    const { ledgerKeys } = store().plane(ops)
    const key = (number: number, text: string) => ({
      number,
      publicKey: sha256(text),
      sealedPrivate: Buffer.from(text),
      at: noon,
    })
    for (const row of [key(1, 'a'), key(2, 'b'), key(2, 'c')]) await ledgerKeys.add(row)
    assert.deepEqual(
      (await ledgerKeys.list()).map(({ number, sealedPrivate }) => [
        number,
        Buffer.from(sealedPrivate).toString(),
      ]),
      [
        [1, 'a'],
        [2, 'b'],
      ],
    )
    assert.deepEqual(await store().plane(finance).ledgerKeys.list(), [])
  })

  if (outside === undefined) return
  const attacks = [
    'shrink',
    'remove',
    'change a tile',
    'remove a tile',
    'change a checkpoint',
    'remove a checkpoint',
  ] as const
  for (const attack of attacks) {
    test(`refuses whoever would ${attack} behind the store’s back`, async () => {
      await grownToThree()
      await tree().addCheckpoint(checkpoint(1))
      await assert.rejects(
        outside().tamperTree(ops, attack),
        /only grows|stays as it is|permission denied/,
      )
    })
  }
}
