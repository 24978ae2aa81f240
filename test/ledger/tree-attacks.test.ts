// Takes minutes.
import assert from 'node:assert/strict'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { LedgerBroken } from '#domain/entry.ts'
import { inArchive } from '#ledger/tree/published.ts'
import { Fault } from '#lib/fault.ts'
import { createTestClock, type TestClock } from '../store/clock.ts'
import { finance, ops } from '../store/entries.ts'
import { type Kept, type KeptOptions, naiveRoot, openKept, publishedIn } from './kept.ts'

const isRefused = (problem: RegExp) => (error: unknown) => {
  assert(error instanceof Fault)
  assert.equal(error.code, 'unrecordable')
  assert.match(error.detail ?? '', problem)
  return true
}

/** What whoever may write the file can do: the triggers go first. */
const tamper = (folder: string, sql: string, plane = 'ops'): void => {
  const db = new DatabaseSync(join(folder, 'ledger', `${plane}.db`), { timeout: 5000 })
  try {
    for (const { name } of db
      .prepare(`select name from sqlite_schema where type = 'trigger'`)
      .all())
      db.exec(`drop trigger ${String(name)}`)
    db.exec(sql)
  } finally {
    db.close()
  }
}
const cutTo = (size: number): string => `
  delete from entry where position > ${size};
  delete from unfinished;
`
const rolledBackTo = (size: number): string => `
  ${cutTo(size)}
  update tree set size = ${size};
  update tile set hashes = substr(hashes, 1, ${size} * 32) where level = 0;
`

describe('a ledger that is not the one that was signed', () => {
  let clock: TestClock
  let folder: string
  let kept: Kept
  const opened: Kept[] = []
  const open = async (about: Partial<KeptOptions> = {}): Promise<Kept> => {
    kept = await openKept({ folder, clock, ...about })
    opened.push(kept)
    return kept
  }
  const round = async (): Promise<void> => {
    clock.advance(1000)
    await kept.keeper.round()
  }
  /** Serves for a while and stops. */
  const serve = async (calls: number, about: Partial<KeptOptions> = {}): Promise<void> => {
    await open(about)
    await kept.ledger.open()
    await kept.call(calls)
    await kept.call(calls, finance)
    await round()
    await kept.close()
  }
  const copy = (name: string): void => cpSync(folder, `${folder}-${name}`, { recursive: true })
  /** Everything but what was published: what is on tape is the store. */
  const restore = (name: string): void => {
    for (const part of ['ledger', 'store.db'])
      cpSync(join(`${folder}-${name}`, part), join(folder, part), { recursive: true })
  }

  beforeEach(() => {
    clock = createTestClock()
    folder = join(mkdtempSync(join(tmpdir(), 'bailiwick-attack-')), 'data')
    opened.length = 0
  })
  afterEach(async () => {
    for (const one of opened) await one.close().catch(() => {})
    await rm(join(folder, '..'), { recursive: true })
  })

  /** The plane is refused, by name, in every way; the other one goes on. */
  const isRefusedNow = async (problem: RegExp): Promise<void> => {
    const before = await kept.bodies()
    const signed = await kept.checkpoints()
    await assert.rejects(kept.call(1), isRefused(problem))
    assert.equal(kept.ledger.plane(ops).room(clock.now()), 'refused')
    assert.match((await kept.keeper.status(ops)).problem ?? '', problem)
    assert.match(kept.keeper.integrity.problem(ops) ?? '', problem)
    await round()
    await kept.call(1, finance)
    await round()
    assert.equal(kept.ledger.plane(finance).room(clock.now()), 'open')
    const own = (await kept.checkpoints(finance)).at(-1)
    assert.equal(own?.size, (await kept.bodies(finance)).length)
    assert.deepEqual(await kept.bodies(), before, 'something was written')
    assert.equal((await kept.checkpoints()).length, signed.length, 'something was signed')
  }

  describe('at a start', () => {
    const start = async (about: Partial<KeptOptions> = {}): Promise<void> => {
      await open(about)
      await kept.ledger.open()
    }

    test('a backup restored beneath what was published is smaller', async () => {
      await serve(3)
      copy('monday')
      await serve(4)
      restore('monday')
      // Of the other plane what was published is as old as what was restored.
      cpSync(
        join(`${folder}-monday`, 'published', 'finance.checkpoint'),
        join(folder, 'published', 'finance.checkpoint'),
      )
      await start()
      await isRefusedNow(/smaller than published: \d+ entries in its tree of \d+ .*data.published/)
    })

    test('a fork of the same size and another root differs', async () => {
      await serve(3)
      copy('fork')
      await serve(4)
      const size = (await (await open()).bodies()).length
      await kept.store.close()
      // The same number of other calls, on the copy.
      const other = `${folder}-fork`
      const forked = await openKept({ folder: other, clock })
      opened.push(forked)
      await forked.ledger.open()
      await forked.call(4)
      await forked.call(4, finance)
      await forked.close()
      assert.equal(size, (await (await open({ folder: other })).bodies()).length)
      await kept.store.close()
      cpSync(
        join(folder, 'published', 'ops.checkpoint'),
        join(other, 'published', 'ops.checkpoint'),
      )
      folder = other
      await start()
      await isRefusedNow(/differs from published at \d+ entries/)
    })

    test('a ledger that was cut has fewer entries than its tree', async () => {
      await serve(3)
      tamper(folder, cutTo(4))
      await start()
      await isRefusedNow(/cut: 4 entries are left of the \d+/)
    })

    test('cut together with its tree it is smaller than its checkpoint', async () => {
      await serve(3)
      tamper(folder, rolledBackTo(4))
      await start()
      await isRefusedNow(/smaller than its last checkpoint/)
    })

    test('cut with its tree and its checkpoints it is smaller than published', async () => {
      await serve(3)
      tamper(folder, `${rolledBackTo(4)} delete from checkpoint`)
      await start()
      await isRefusedNow(/smaller than published/)
    })

    test('without its file it is smaller than published', async () => {
      await serve(3)
      renameSync(join(folder, 'ledger', 'ops.db'), join(folder, 'ops.db'))
      await start()
      await isRefusedNow(/smaller than published/)
    })

    test('one of its newest entries was changed', async () => {
      await serve(3)
      tamper(
        folder,
        `update entry set body = replace(body, 'planner', 'nobody1') where position = 3`,
      )
      await start()
      await isRefusedNow(/entry 3 is not the one that is in its tree/)
    })

    test('an entry and its leaf were changed', async () => {
      await serve(3)
      tamper(
        folder,
        `update tile set hashes = cast(zeroblob(32) || substr(hashes, 33) as blob) where level = 0`,
      )
      await start()
      await isRefusedNow(/differs from its last checkpoint/)
    })

    test('a checkpoint by somebody else’s hand is none', async () => {
      await serve(3)
      tamper(
        folder,
        `update checkpoint set note = replace(note, char(10) || size || char(10), char(10) || (size - 1) || char(10))`,
      )
      await start()
      await isRefusedNow(/is not signed by a key of this ledger/)
    })

    test('another installation’s store under its published checkpoints differs', async () => {
      await serve(3)
      copy('own')
      await rm(folder, { recursive: true })
      await serve(9)
      cpSync(
        join(`${folder}-own`, 'published', 'ops.checkpoint'),
        join(folder, 'published', 'ops.checkpoint'),
      )
      await start()
      await isRefusedNow(/differs from published: .* no key of this ledger has signed/)
    })

    test('a published file that nobody can read as one is not passed over', async () => {
      await serve(3)
      writeFileSync(join(folder, 'published', 'ops.checkpoint'), 'nothing\n')
      await start()
      await isRefusedNow(/differs from published/)
    })

    test('a mere restart is refused by nothing, and neither is a stale published file', async () => {
      await serve(3)
      const stale = readFileSync(join(folder, 'published', 'ops.checkpoint'))
      await serve(3)
      writeFileSync(join(folder, 'published', 'ops.checkpoint'), stale)
      await serve(1)
      assert.equal((await (await open()).checkpoints()).length > 2, true)
    })
  })

  describe('in an archive that cannot be overwritten', () => {
    let archive: string
    let both: Pick<KeptOptions, 'places'>
    beforeEach(() => {
      archive = join(folder, '..', 'archive')
      mkdirSync(archive)
      both = { places: [publishedIn(folder), inArchive(archive)] }
    })

    test('shows although the published folder was restored along with the store', async () => {
      await serve(3, both)
      copy('monday')
      await serve(4, both)
      restore('monday')
      cpSync(join(`${folder}-monday`, 'published'), join(folder, 'published'), { recursive: true })
      await open(both)
      await assert.rejects(kept.call(1), isRefused(/smaller than published.*archive/))
    })

    test('a torn last file is passed over, one a minute is kept, and the last one at a stop', async () => {
      await open(both)
      for (let second = 0; second < 90; second++) {
        await kept.call(1)
        await round()
      }
      await kept.close()
      const day = join(archive, 'ops', '2026-11-20')
      const files = readdirSync(day).sort()
      assert.equal(files.length, 3, files.join())
      writeFileSync(join(day, '235959-9999.checkpoint'), 'bailiwick/…')
      assert.match((await inArchive(archive).newest(ops)) ?? '', /^bailiwick\//)
    })

    test('while it is away at a start nothing is written, and once it is back it goes on by itself', async () => {
      await serve(3, both)
      renameSync(archive, `${archive}-away`)
      await open(both)
      await assert.rejects(kept.call(1), isRefused(/its published checkpoints cannot be read/))
      assert.equal(kept.ledger.plane(ops).room(clock.now()), 'refused')
      renameSync(`${archive}-away`, archive)
      await round()
      await kept.call(1)
      assert.equal(kept.ledger.plane(ops).room(clock.now()), 'open')
    })

    test('while it is away later on calls go on', async () => {
      await open(both)
      await kept.call(1)
      await round()
      await rm(archive, { recursive: true })
      clock.advance(61_000)
      await kept.call(1)
      await round()
      await kept.call(1)
      assert.equal(kept.ledger.plane(ops).room(clock.now()), 'open')
    })
  })

  describe('beneath a running process', () => {
    beforeEach(async () => {
      await open()
      await kept.ledger.open()
      await kept.call(3)
      await kept.call(1, finance)
      await round()
    })
    const runsInto = async (sql: string, problem: RegExp): Promise<void> => {
      tamper(folder, sql)
      clock.advance(61_000)
      await kept.keeper.round()
      await isRefusedNow(problem)
    }

    test('rolled back with its tree it is smaller than it was', () =>
      runsInto(`${rolledBackTo(4)} delete from checkpoint`, /rolled back: 4 entries/))
    test('without its last checkpoint it is rolled back', () =>
      runsInto('delete from checkpoint', /rolled back: its last checkpoint is gone/))
    test('a changed tree of the same size differs from what was signed', () =>
      runsInto(
        'update tile set hashes = cast(zeroblob(32) || substr(hashes, 33) as blob) where level = 0',
        /differs from what was signed/,
      ))
    test('a cut ledger has fewer entries than its tree', () => runsInto(cutTo(4), /cut: 4 entries/))
    test('a missing tile is missing', () => runsInto('delete from tile', /tiles are missing/))

    test('with a checkpoint that says what the changed tree is, it differs all the same', async () => {
      const [signed] = await kept.checkpoints()
      assert(signed)
      await runsInto(
        `update tile set hashes = cast(zeroblob(32) || substr(hashes, 33) as blob) where level = 0;
         update checkpoint set root = zeroblob(32)`,
        /differs from what was signed/,
      )
    })
  })

  describe('is accepted by a person', () => {
    const broken = async (): Promise<void> => {
      await serve(3)
      copy('monday')
      await serve(4)
      restore('monday')
      await open()
      await assert.rejects(kept.call(1), isRefused(/smaller than published/))
    }
    const about = { by: 'local:alice', why: 'restored from Monday’s backup' }

    test('in an entry with what it does not continue, and a log of its own', async () => {
      await broken()
      const owed = readFileSync(join(folder, 'published', 'ops.checkpoint'), 'utf8')
      const { origin, problem } = await kept.keeper.plane(ops).accept(about)
      assert.match(origin, /\/ops\/2$/)
      assert.match(problem, /smaller than published/)
      const [entry] = await kept.store.plane(ops).ledger.read(1, 10, { types: ['ledger.broken'] })
      assert(entry)
      const { by, why, checkpoints, generation } = entry.entry as LedgerBroken
      assert.deepEqual([by, why, generation], [about.by, about.why, 2])
      assert(checkpoints.includes(owed))
      await kept.call(2)
      await kept.close()
      await open()
      const newest = (await kept.checkpoints(ops, 2)).at(-1)
      assert.deepEqual(Buffer.from(newest?.root ?? []), naiveRoot(await kept.bodies()))
      assert.equal(readFileSync(join(folder, 'published', 'ops.checkpoint'), 'utf8'), newest?.note)
      await kept.ledger.open()
      await kept.call(1)
      assert.equal((await kept.keeper.status(ops)).problem, undefined)
    })

    test('also again, where it ended half way', async () => {
      await broken()
      await kept.store.plane(ops).ledger.tree.begin(2)
      await kept.store.close()
      await open()
      await assert.rejects(kept.call(1), isRefused(/nothing is signed of .*\/ops\/2/))
      const { origin } = await kept.keeper.plane(ops).accept(about)
      assert.match(origin, /\/ops\/3$/)
      await kept.call(1)
    })

    test('only where there is a break', async () => {
      await serve(3)
      await open()
      await assert.rejects(kept.keeper.plane(ops).accept(about), { code: 'conflict' })
      assert.equal((await kept.store.plane(ops).ledger.tree.standing()).generation, 1)
    })

    test('whoever merely begins a generation in the database is refused', async () => {
      await serve(3)
      tamper(folder, `${cutTo(4)} insert into tree values (2, 0)`)
      await open()
      await assert.rejects(kept.call(1), isRefused(/nothing is signed of .*\/ops\/2/))
    })
  })
})
