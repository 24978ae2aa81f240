// Runs on both stores.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { Client } from 'pg'
import type { PlaneId } from '#domain/name.ts'
import { silentLog } from '#lib/log.ts'
import type { Asks, Question } from '#store/call-index/call-index.ts'
import { look, type Row } from '#store/call-index/look.ts'
import { type Statement, writeForPostgres, writeForSqlite } from '#store/call-index/statement.ts'
import { openStore } from '#store/open.ts'
import { beganAt, recordFlows } from '../ledger/flows.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { createTestClock } from './clock.ts'

// What the engines make of the statements, after they have looked at their statistics: a plan that
// reads a whole table costs seconds where there are tens of millions of calls.

const plane = 'ops' as PlaneId
const calls = process.env.TEST_STORE === 'postgres' ? 6_000 : 10_000

const questions: readonly Question[] = (
  [
    { ask: 'page', most: 20 },
    { ask: 'tally' },
    { ask: 'histogram', stepMs: 3_600_000 },
    { ask: 'histogram', stepMs: 60_000 },
    { ask: 'words', field: 'run', most: 10 },
  ] as const satisfies readonly Asks[]
).flatMap((asks) =>
  [
    { marks: [], called: undefined },
    { marks: [{ words: [1, 2], not: false }], called: undefined },
    { marks: [{ words: [3], not: true }], called: [4, 5] },
  ].map(
    ({ marks, called }): Question => ({
      ...asks,
      known: { generation: 0, id: 1_000_000 },
      groups: [{ series: [1, 2, 3], called }],
      marks,
      since: beganAt + 60_001,
      until: beganAt + 5 * 86_400_000 + 7,
      from: undefined,
      before: undefined,
      open: [1, 2],
    }),
  ),
)

/** Every statement that a question is answered by, and what each answered. */
const statementsOf = async (
  question: Question,
  write: typeof writeForSqlite,
  run: (statement: Statement) => Promise<readonly Row[]>,
): Promise<Statement[]> => {
  const asked: Statement[] = []
  const asking = look(write, question)
  for (let next = asking.next(); !next.done; ) {
    asked.push(next.value)
    next = asking.next(await run(next.value))
  }
  return asked
}

describe('The plans of the index of calls', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-plans-'))
  let server: PostgresServer | undefined
  let url = ''
  before(async () => {
    server = process.env.TEST_STORE === 'postgres' ? await startPostgres() : undefined
    url = (await server?.createDatabase()) ?? ''
    const where = server ? { folder: 'none', url } : { folder }
    const clock = createTestClock()
    const store = await openStore({ ...where, appendDeadlineMs: 60_000, clock, log: silentLog })
    await recordFlows(store, plane, calls)
    await store.close()
  })
  after(async () => {
    await server?.stop()
    rmSync(folder, { recursive: true })
  })

  const onSqlite = async () => {
    const db = new DatabaseSync(join(folder, 'index', `${plane}.db`))
    db.exec('analyze')
    for (const question of questions) {
      const run = async ({ text, values }: Statement) => {
        const statement = db.prepare(text)
        statement.setReturnArrays(true)
        return statement.all(...(values as SQLInputValue[])) as unknown as Row[]
      }
      for (const { text, values } of await statementsOf(question, writeForSqlite, run)) {
        const plan = db.prepare(`explain query plan ${text}`).all(...(values as SQLInputValue[]))
        for (const { detail } of plan)
          assert.doesNotMatch(String(detail), /^SCAN (?!json_each|o$|c$|s$)/, `${text}\n${detail}`)
        const scanned = plan.map(({ detail }) => String(detail)).join('\n')
        assert.doesNotMatch(scanned, /SCAN [mkwr]\b|ANY\(/, text)
        if (/from (call|mark) /.test(text)) assert.doesNotMatch(scanned, /SCAN c\b/, text)
      }
    }
    db.close()
  }

  const onPostgres = async () => {
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query('vacuum analyze')
    for (const question of questions) {
      const run = async ({ text, values }: Statement) =>
        (await client.query({ text, values: [...values], rowMode: 'array' })).rows as Row[]
      const write = writeForPostgres(plane)
      for (const { text, values } of await statementsOf(question, write, run)) {
        const { rows } = await client.query(`explain ${text}`, [...values])
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        assert.doesNotMatch(
          plan,
          /Seq Scan on index_(call|mark|marked|hour|word)\b/,
          `${text}\n${plan}`,
        )
      }
    }
    await client.end()
  }

  test('read no table as a whole, whatever the statistics say', () =>
    server ? onPostgres() : onSqlite())
})
