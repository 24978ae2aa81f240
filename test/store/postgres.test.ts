import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { Client } from 'pg'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import type { Store } from '#store/store.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from './clock.ts'
import { type StoreUnderTest, storeConformance } from './conformance.ts'

const appendDeadlineMs = 2000

let server: PostgresServer | undefined
before(async () => {
  server = await startPostgres()
})
after(() => server?.stop())

const onPostgres = async (): Promise<StoreUnderTest> => {
  assert(server)
  const { query } = server
  const clock = createTestClock()
  const url = await server.createDatabase()
  const open = () => openStore({ folder: 'none', url, appendDeadlineMs, clock, log: silentLog })
  const run = async (sql: string) => void (await query(sql, url))
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
        const client = new Client({ connectionString: url })
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

storeConformance('PostgreSQL', onPostgres, { hasOutside: true, isShared: true })
