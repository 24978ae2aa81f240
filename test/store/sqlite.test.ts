// Takes minutes.
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { createTestClock } from './clock.ts'
import { type StoreUnderTest, storeConformance, type TreeAttack } from './conformance.ts'

const appendDeadlineMs = 2000

const inMemory = async (): Promise<StoreUnderTest> => {
  const clock = createTestClock()
  const store = await openStore({ folder: 'memory', appendDeadlineMs, clock, log: silentLog })
  return { store, clock, appendDeadlineMs, close: () => store.close() }
}

const treeAttacks: Record<TreeAttack, string> = {
  shrink: 'update tree set size = size - 1',
  remove: 'delete from tree',
  'change a tile': 'update tile set hashes = zeroblob(length(hashes))',
  'remove a tile': 'delete from tile',
  'change a checkpoint': 'update checkpoint set at = at + 1',
  'remove a checkpoint': 'delete from checkpoint',
}

const inFiles = async (): Promise<StoreUnderTest> => {
  const clock = createTestClock()
  const parent = mkdtempSync(join(tmpdir(), 'bailiwick-store-'))
  const folder = join(parent, 'data')
  const open = () => openStore({ folder, appendDeadlineMs, clock, log: silentLog })
  const ledgerOf = (plane: string) => {
    const db = new DatabaseSync(join(folder, 'ledger', `${plane}.db`), { timeout: 5000 })
    db.exec('pragma recursive_triggers = on')
    return db
  }
  const run = (plane: string, sql: string) => {
    const db = ledgerOf(plane)
    try {
      db.exec(sql)
    } finally {
      db.close()
    }
  }
  let store: Store = await open()
  const reopen = async () => {
    await store.close()
    store = await open()
    return store
  }
  return {
    store,
    clock,
    appendDeadlineMs,
    outside: {
      reopen,
      openAgain: open,
      tamper: async (plane, how) =>
        run(plane, how === 'update' ? `update entry set body = '{}'` : 'delete from entry'),
      tamperTree: async (plane, how) => run(plane, treeAttacks[how]),
      async breakWrites(plane, words, also) {
        const tables = also === undefined ? ['entry'] : ['entry', 'unfinished']
        for (const table of tables) {
          const raise = `select raise(abort, '${words}')`
          run(plane, `create trigger full_${table} before insert on ${table} begin ${raise}; end`)
        }
        return async () => {
          for (const table of tables) run(plane, `drop trigger full_${table}`)
        }
      },
      async stall(plane) {
        const db = ledgerOf(plane)
        db.exec('begin immediate')
        return async () => {
          db.exec('rollback')
          db.close()
        }
      },
    },
    async close() {
      await store.close()
      await rm(parent, { recursive: true })
    },
  }
}

storeConformance('SQLite in files', inFiles, { hasOutside: true })
storeConformance('SQLite in memory', inMemory, { hasOutside: false })
