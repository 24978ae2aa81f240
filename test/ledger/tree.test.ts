import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { LedgerKey } from '#domain/entry.ts'
import { followEntries } from '#ledger/tree/follow-entries.ts'
import type { Log } from '#lib/log.ts'
import type { Store } from '#store/store.ts'
import { createTestClock, type TestClock } from '../store/clock.ts'
import { finance, noon, ops } from '../store/entries.ts'
import { type Kept, type KeptOptions, naiveRoot, openKept, publishedIn } from './kept.ts'

/** The lines of a note, taken apart with nothing of ours. */
const readNote = (note: string) => {
  const [text = '', signatures = ''] = note.split('\n\n')
  const [origin = '', size = '', root = ''] = text.split('\n')
  const lines = signatures.trim().split('\n')
  const blobs = lines.map((line) => Buffer.from(line.split(' ')[2] ?? '', 'base64'))
  return { text: `${text}\n`, origin, size: Number(size), root: Buffer.from(root, 'base64'), blobs }
}
const verifiesBy = (note: string, publicKey: string): boolean => {
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey, 'base64').toString('base64url') },
  })
  const { text, blobs } = readNote(note)
  const [plain = Buffer.alloc(0), timed = Buffer.alloc(0)] = blobs
  const seconds = timed.readBigUInt64BE(4)
  const signed = `cosignature/v1\ntime ${seconds}\n${text}`
  return (
    verify(null, Buffer.from(text), key, plain.subarray(4)) &&
    verify(null, Buffer.from(signed), key, timed.subarray(12))
  )
}

describe('the tree of a ledger', () => {
  let clock: TestClock
  let folder: string
  let kept: Kept
  const opened: Kept[] = []
  const logged: string[] = []
  const note =
    (level: string) =>
    (event: string, { problem = '' } = {}) =>
      void logged.push(`${level} ${event} ${problem}`.trim())
  const log = { info: note('info'), warn: note('warn'), error: note('error') } as Log

  const open = async (about: Partial<KeptOptions> = {}): Promise<Kept> => {
    const one = await openKept({ folder: 'memory', clock, log, ...about })
    opened.push(one)
    return one
  }
  const inFolder = (about: Partial<KeptOptions> = {}) => open({ folder, ...about })
  const keys = async (of = kept): Promise<LedgerKey[]> =>
    (await of.store.plane(ops).ledger.read(1, 10_000, { types: ['ledger.key'] })).map(
      ({ entry }) => entry as LedgerKey,
    )
  const round = async (of = kept): Promise<void> => {
    clock.advance(1000)
    await of.keeper.round()
  }
  const published = () => readFileSync(join(folder, 'published', 'ops.checkpoint'), 'utf8')

  beforeEach(() => {
    clock = createTestClock()
    folder = mkdtempSync(join(tmpdir(), 'bailiwick-tree-'))
    logged.length = 0
  })
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close().catch(() => {})
    await rm(folder, { recursive: true })
  })

  describe('is kept', () => {
    test('a second later every entry is under a signed root, and never before', async () => {
      kept = await open()
      for (const calls of [1, 3, 300]) {
        await kept.call(calls)
        await round()
        const all = await kept.bodies()
        const newest = (await kept.checkpoints()).at(-1)
        assert(newest)
        assert.equal(newest.size, all.length)
        assert.deepEqual(Buffer.from(newest.root), naiveRoot(all))
        const said = readNote(newest.note)
        assert.deepEqual([said.size, said.root], [newest.size, naiveRoot(all)])
        assert(verifiesBy(newest.note, (await keys())[0]?.publicKey ?? ''))
      }
    })

    test('its key has an entry, which the first checkpoint covers', async () => {
      kept = await open()
      await kept.call(1)
      await round()
      const [key] = await keys()
      assert.equal(key?.before, '')
      assert.match(key?.publicKey ?? '', /^[A-Za-z0-9+/]{43}=$/)
      const types = (await kept.bodies()).map((body) => JSON.parse(body).type)
      assert.deepEqual(types, ['ledger.open', 'call.intent', 'call.outcome', 'ledger.key'])
      assert.equal((await kept.checkpoints())[0]?.size, 4)
    })

    test('an origin names installation and plane, the same after a restart, another elsewhere', async () => {
      const originOf = async () => {
        kept = await inFolder()
        await kept.call(1)
        await round()
        await kept.close()
        return readNote(published()).origin
      }
      const origin = await originOf()
      assert.match(origin, /^bailiwick\/[0-9A-HJKMNP-TV-Z]{26}\/ops$/)
      clock.advance(5000)
      assert.equal(await originOf(), origin)
      await rm(folder, { recursive: true })
      assert.notEqual(await originOf(), origin)
    })

    test('silence is signed once a minute, and whatever the machine’s clock does no time falls', async () => {
      kept = await open()
      await kept.call(1)
      await round()
      for (let second = 0; second < 150; second++) await round()
      const before = await kept.checkpoints()
      assert.equal(before.length, 3)
      assert.deepEqual(new Set(before.map(({ size }) => size)), new Set([4]))
      clock.set(noon - 3_600_000)
      await kept.call(1)
      await round()
      for (let second = 0; second < 70; second++) await round()
      const times = (await kept.checkpoints()).map(({ at }) => at)
      assert.equal(times.length, 5)
      assert.deepEqual(times.toSorted(), times)
    })

    test('of nothing nothing is signed', async () => {
      kept = await open()
      await kept.store.plane(ops).ledger.size()
      for (let second = 0; second < 70; second++) await round()
      assert.deepEqual(await kept.bodies(), [])
    })

    test('a stop signs and publishes everything, its own last entry too', async () => {
      kept = await inFolder()
      await kept.ledger.open()
      await kept.call(2)
      await kept.close()
      kept = await inFolder()
      const all = await kept.bodies()
      assert.equal(JSON.parse(all.at(-1) ?? '').type, 'ledger.close')
      const said = readNote(published())
      assert.deepEqual([said.size, said.root], [all.length, naiveRoot(all)])
    })

    test('entries of an earlier version get their tree at the first start, in bounded steps', async () => {
      kept = await open()
      await kept.call(2500)
      const { tree } = kept.store.plane(ops).ledger
      const sizes: number[] = []
      for (let steps = 0; steps < 4; steps++) {
        const found = await followEntries(tree, () => undefined, 1)
        assert('size' in found)
        sizes.push(found.size)
      }
      assert.deepEqual(sizes, [2048, 4096, 5001, 5001])
      await round()
      const newest = (await kept.checkpoints()).at(-1)
      assert.deepEqual(Buffer.from(newest?.root ?? []), naiveRoot(await kept.bodies()))
    })

    test('reads and writes a few tiles for an append, however large it is', async () => {
      let read = 0
      let written = 0
      const counting = (store: Store): Store =>
        throughTree(store, (tree) => ({
          ...tree,
          tiles(places, generation) {
            read += places.length
            return tree.tiles(places, generation)
          },
          grow(growth) {
            written += growth.tiles.length
            return tree.grow(growth)
          },
        }))
      kept = await open({ through: counting })
      await kept.call(5000)
      await round()
      read = written = 0
      await kept.call(1)
      await round()
      assert(read <= 12, `${read} tiles read`)
      assert(written <= 2, `${written} tiles written`)
    })

    test('one plane that fails keeps no other from being signed, and is told once', async () => {
      const failing = (store: Store): Store =>
        throughTree(store, (tree, plane) =>
          plane === finance
            ? { ...tree, grow: () => Promise.reject(new Error('the disk is full')) }
            : tree,
        )
      kept = await open({ through: failing })
      await kept.call(1)
      await kept.call(1, finance)
      for (let times = 0; times < 3; times++) await round()
      assert.equal((await kept.checkpoints()).length, 1)
      assert.equal((await kept.checkpoints(finance)).length, 0)
      assert.equal(logged.filter((line) => line.startsWith('error ledger.unkept')).length, 1)
    })
  })

  describe('changes its key', () => {
    const rotated = async (): Promise<void> => {
      const all = await keys()
      assert.equal(all.length, 2)
      assert.equal(all[1]?.before, all[0]?.publicKey)
      const checkpoints = await kept.checkpoints()
      const by = checkpoints.map(({ note }) =>
        all.findIndex(({ publicKey }) => verifiesBy(note, publicKey)),
      )
      const first = by.indexOf(1)
      assert(first > 0 && by.slice(first).every((key) => key === 1), `signed by ${by}`)
      // The last one by the old key covers the entry that names the new one.
      const bodies = await kept.bodies()
      const entered = bodies.findIndex((body) =>
        body.includes(`"publicKey":"${all[1]?.publicKey}"`),
      )
      assert((checkpoints[first - 1]?.size ?? 0) > entered)
    }

    test('by an entry that the old one covers before the new one signs', async () => {
      kept = await inFolder()
      await kept.call(1)
      await round()
      await kept.keeper.plane(ops).rollKey()
      await kept.call(1)
      await round()
      await rotated()
      await kept.close()
      kept = await inFolder()
      await kept.call(1)
      await round()
      await rotated()
    })

    for (const crash of [
      'the entry',
      'the checkpoint of the old key',
      'the new key signs',
    ] as const) {
      test(`also where it ended before ${crash}`, async () => {
        kept = await inFolder()
        await kept.call(1)
        await round()
        await kept.close()
        let checkpointsLeft = crash === 'the checkpoint of the old key' ? 0 : 1
        const broken = (store: Store): Store =>
          throughTree(store, (tree) => ({
            ...tree,
            addCheckpoint: (row) =>
              checkpointsLeft-- > 0
                ? tree.addCheckpoint(row)
                : Promise.reject(new Error('it ended here')),
          }))
        kept = await inFolder({ through: broken })
        if (crash === 'the entry') {
          const { ledger } = kept.store.plane(ops)
          ledger.append = () => Promise.reject(new Error('it ended here'))
        }
        await assert.rejects(kept.keeper.plane(ops).rollKey(), /it ended here/)
        await kept.store.close()
        kept = await inFolder()
        await kept.call(1)
        await round()
        await kept.call(1)
        await round()
        await rotated()
      })
    }
  })

  describe('is published', () => {
    test('by a process whose folder cannot be written no call is refused, and it is told', async () => {
      let full = true
      const real = publishedIn(folder)
      const place = {
        ...real,
        put: async (...what: Parameters<typeof real.put>) => {
          if (full) throw new Error('no space left')
          return real.put(...what)
        },
      }
      kept = await inFolder({ places: [place] })
      for (let times = 0; times < 3; times++) {
        await kept.call(1)
        await round()
      }
      assert.equal(kept.ledger.plane(ops).room(clock.now()), 'open')
      assert.match((await kept.keeper.status(ops)).unpublished ?? '', /no space left/)
      assert.deepEqual(
        logged.filter((line) => line.includes('ledger.unpublished')),
        ['error ledger.unpublished no space left'],
      )
      full = false
      await kept.call(1)
      await kept.close()
      assert.equal((await kept.keeper.status(ops)).unpublished, undefined)
    })

    test('when a stop is over, though the ledger takes no entry any more', async () => {
      const held = Promise.withResolvers<void>()
      const real = publishedIn(folder)
      const place = {
        ...real,
        put: async (...what: Parameters<typeof real.put>) => {
          await held.promise
          return real.put(...what)
        },
      }
      kept = await inFolder({ places: [place] })
      await kept.call(1)
      await round()
      const full = () => {
        held.resolve()
        return Promise.reject(new Error('no space left'))
      }
      await assert.rejects(kept.keeper.close(full), /no space left/)
      assert.equal(readNote(published()).size, (await kept.bodies()).length)
    })
  })
})

/** A store whose trees are others. */
const throughTree = (
  store: Store,
  change: (
    tree: ReturnType<Store['plane']>['ledger']['tree'],
    plane: string,
  ) => ReturnType<Store['plane']>['ledger']['tree'],
): Store => ({
  ...store,
  plane(id) {
    const plane = store.plane(id)
    const { ledger } = plane
    const wrapped = Object.create(ledger, { tree: { value: change(ledger.tree, id) } })
    return { ...plane, ledger: wrapped }
  },
})
