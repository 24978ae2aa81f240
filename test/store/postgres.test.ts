import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Client } from 'pg'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { migrations } from '#store/migrate.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from './clock.ts'
import { type StoreUnderTest, storeConformance, type TreeAttack } from './conformance.ts'

const appendDeadlineMs = 2000

let server: PostgresServer | undefined
/** A database whose tables stand, and on which `bailiwick_app` may do what docs/storage.md grants. */
let prepared: string
before(async () => {
  server = await startPostgres()
  const url = await server.createDatabase()
  const clock = createTestClock()
  const store = await openStore({ folder: 'none', url, appendDeadlineMs, clock, log: silentLog })
  await store.close()
  await server.query('create role bailiwick_app login')
  await server.query(`${grantsOfTheDocument()}; delete from member`, url)
  prepared = url
})
after(() => server?.stop())

/** The SQL that operators are told to run. */
const grantsOfTheDocument = (): string => {
  const page = readFileSync(new URL('../../docs/storage.md', import.meta.url), 'utf8')
  const [block] = [...page.matchAll(/```sql\n(.*?)```/gs)].flatMap(([, sql = '']) =>
    sql.includes('grant ') ? [sql] : [],
  )
  assert(block)
  return block.replace(/;\s*$/, '')
}

const treeAttacks: Record<TreeAttack, string> = {
  shrink: `update ledger_tree set size = size - 1 where plane = 'PLANE'`,
  remove: `delete from ledger_tree where plane = 'PLANE'`,
  'change a tile': `update ledger_tile set hashes = substring(hashes from 2) where plane = 'PLANE'`,
  'remove a tile': `delete from ledger_tile where plane = 'PLANE'`,
  'change a checkpoint': `update ledger_checkpoint set at = at + 1 where plane = 'PLANE'`,
  'remove a checkpoint': `delete from ledger_checkpoint where plane = 'PLANE'`,
}

const onPostgres = async (): Promise<StoreUnderTest> => {
  assert(server)
  const { query } = server
  const clock = createTestClock()
  const owned = await server.createDatabase(new URL(prepared).pathname.slice(1))
  const url = owned.replace('owner@', 'bailiwick_app@')
  const open = () => openStore({ folder: 'none', url, appendDeadlineMs, clock, log: silentLog })
  const run = async (sql: string) => void (await query(sql, owned))
  let store: Store = await open()
  return {
    store,
    clock,
    appendDeadlineMs,
    outside: {
      async reopen() {
        await store.close()
        store = await open()
        return store
      },
      openAgain: open,
      tamper: (plane, how) =>
        run(
          how === 'update'
            ? `update ledger_entry set body = '{}' where plane = '${plane}'`
            : `delete from ledger_entry where plane = '${plane}'`,
        ),
      tamperTree: (plane, how) => run(treeAttacks[how].replaceAll('PLANE', plane)),
      async breakWrites(plane, words, also) {
        await run(`create function full() returns trigger language plpgsql as
          $$ begin raise exception '${words}'; end $$`)
        const whenever =
          also === undefined ? `for each row when (new.plane = '${plane}')` : 'for each statement'
        await run(
          `create trigger a_full before insert on ledger_entry ${whenever} execute function full()`,
        )
        return () => run('drop function full cascade')
      },
      async stall() {
        const client = new Client({ connectionString: owned })
        await client.connect()
        await client.query('begin; lock table ledger_entry')
        return async () => {
          await client.query('rollback')
          await client.end()
        }
      },
    },
    close: () => store.close(),
  }
}

storeConformance('PostgreSQL, in a role that owns nothing', onPostgres, {
  hasOutside: true,
  isShared: true,
})

describe('a PostgreSQL database', () => {
  const start = async () => {
    assert(server)
    return server
  }
  const openOn = (url: string) =>
    openStore({ folder: 'none', url, appendDeadlineMs, clock: createTestClock(), log: silentLog })
  const isFault = (detail: RegExp) => (error: unknown) => {
    assert(error instanceof Fault)
    assert.equal(error.code, 'bad_store')
    assert.match(error.detail ?? '', detail)
    return true
  }
  const appOf = (url: string) => url.replace('owner@', 'bailiwick_app@')

  test('gives the role that serves no way to change, remove or renumber an entry', async () => {
    const { createDatabase, query } = await start()
    const owned = await createDatabase(new URL(prepared).pathname.slice(1))
    for (const attack of [
      `update ledger_entry set body = '{}'`,
      'delete from ledger_entry',
      'truncate ledger_entry',
      'alter table ledger_entry disable trigger all',
      'drop table ledger_position cascade',
      'update ledger_position set position = position + 1',
      'delete from ledger_position',
      `set session_replication_role = 'replica'`,
      'delete from migration',
    ]) {
      await assert.rejects(query(attack, appOf(owned)), /permission denied|must be owner/, attack)
    }
    // And whoever owns them is at least stopped from doing it by mistake.
    for (const table of ['ledger_entry', 'ledger_position']) {
      await query(
        `insert into ledger_entry values ('p', 'i', 't', 0, 'w', '{}', null) on conflict do nothing;
         insert into ledger_position values ('p', 1, 'i', 0) on conflict do nothing`,
        owned,
      )
      await assert.rejects(query(`update ${table} set plane = 'x'`, owned), /never updated/)
      await assert.rejects(query(`delete from ${table}`, owned), /never deleted/)
      await assert.rejects(query(`truncate ${table}`, owned), /never deleted/)
    }
  })

  test('that is empty is told, to a role that may not make tables, with what to do', async () => {
    const { createDatabase } = await start()
    await assert.rejects(openOn(appOf(await createDatabase())), isFault(/may not change/))
  })

  test('in another order than that of bytes still compares byte by byte', async () => {
    const { createDatabase, query } = await start()
    const url = await createDatabase(
      `template0 locale_provider icu icu_locale 'en-US' encoding 'UTF8'`,
    )
    const [order] = await query(`select 'a' < 'B' as by_language`, url)
    assert.equal(order?.by_language, true)
    await (await openOn(url)).close()
    const others = await query(
      `select table_name, column_name from information_schema.columns
       where table_schema = 'public' and data_type = 'text'
         and collation_name is distinct from 'C'`,
      url,
    )
    assert.deepEqual(others, [])
  })

  test('of another encoding, or that takes no writes, is refused by name', async () => {
    const { createDatabase, query } = await start()
    const latin = await createDatabase(`template0 encoding 'LATIN1' locale 'C'`)
    await assert.rejects(openOn(latin), isFault(/encoding is LATIN1/))
    const url = await createDatabase()
    await query(
      `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`,
    )
    await assert.rejects(openOn(url), isFault(/takes no writes/))
  })

  test('is made once by however many processes start at once', async () => {
    const { createDatabase, query } = await start()
    const url = await createDatabase()
    const stores = await Promise.all(Array.from({ length: 6 }, () => openOn(url)))
    const [row] = await query('select count(*)::int as count from migration', url)
    assert.equal(row?.count, migrations.length)
    await Promise.all(stores.map((store) => store.close()))
  })

  test('of a newer version is refused, and not touched', async () => {
    const { createDatabase, query } = await start()
    const url = await createDatabase(new URL(prepared).pathname.slice(1))
    const number = Math.max(...migrations.map((one) => one.number)) + 1
    await query(`insert into migration values (${number}, 'of tomorrow', 0)`, url)
    await assert.rejects(openOn(url), isFault(/newer version/))
  })
})
