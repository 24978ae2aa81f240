import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { planeId } from '#domain/name.ts'
import { systemClock as clock } from '#lib/clock.ts'
import { silentLog as log } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import { type PostgresServer, startPostgres } from '../test/peers/postgres.ts'
import { controls } from './controls.ts'
import { startNginx } from './nginx.ts'
import { furnish, mint, plane, server } from './plane.ts'
import { type Part, startPart } from './process.ts'
import { type Program, startProgram } from './program.ts'
import { answered, strangeTokens, type Target } from './request.ts'
import type { Row } from './row.ts'
import type { Taken } from './upstream-answers.ts'
import { familyOf } from './usage.ts'

const targetAt =
  (port: number, path: string) =>
  (tool: string): Target => ({ port, path, tool, expect: answered })

/** Those who look at no token, whichever it is. */
const plain = (
  about: { name: string; about: string; port: number; pid: number | undefined },
  stop: Row['stop'],
): Row => ({
  name: about.name,
  about: about.about,
  pids: () => (about.pid === undefined ? [] : familyOf(about.pid)),
  target: targetAt(about.port, '/mcp'),
  tokens: async (count) => strangeTokens(count),
  check: ({ lent }) => (lent > 0 ? 'a credential came from nowhere' : undefined),
  stop,
})

export const names = {
  direct: 'direct',
  nginx: 'nginx',
  bare: 'node:http + undici',
  sdk: 'SDK v2 proxy',
  program: 'bailiwick start',
  postgres: 'bailiwick start on PostgreSQL',
  besidePostgres: "  without PostgreSQL's own",
} as const

const bare = { name: names.bare, about: "Node's own parts, nothing read", file: 'bare-relay.ts' }
const sdk = { name: names.sdk, about: 'official SDK, client and server', file: 'sdk-proxy.ts' }

/** Every row with how it is set up; a set-up that rejects is a row that could not be measured. */
export const rowsTo = (
  upstream: Part<'take', { port: number }>,
): readonly [string, () => Promise<Row>][] => {
  const { port } = upstream.hello
  const shared = onPostgres(port)
  const steps = Array.from({ length: controls.length + 1 }, (_, count) => count)
  return [
    [
      names.direct,
      async () =>
        plain(
          { name: names.direct, about: "the server's own CPU", port, pid: upstream.pid },
          async () => {},
        ),
    ],
    [names.nginx, () => nginxRow(port)],
    [names.bare, () => proxyRow(bare, port)],
    [names.sdk, () => proxyRow(sdk, port)],
    ...steps.map(
      (count) => [stepName(count), () => stepRow(count, port)] as [string, () => Promise<Row>],
    ),
    [names.program, () => programRow(port)],
    [names.postgres, async () => (await shared()).whole],
    [names.besidePostgres, async () => (await shared()).beside],
  ]
}

const nginxRow = async (upstream: number): Promise<Row> => {
  const { port, pid, version, stop } = await startNginx(upstream)
  return plain({ name: names.nginx, about: `nginx ${version}, plain proxying`, port, pid }, stop)
}

/** A proxy of somebody's parts: `file PORT`, which says where it listens. */
const proxyRow = async (
  about: { name: string; about: string; file: string },
  upstream: number,
): Promise<Row> => {
  const part = await startPart<undefined, { port: number }>(about.file, [String(upstream)])
  return plain({ ...about, port: part.hello.port, pid: part.pid }, part.stop)
}

const stepName = (count: number): string => {
  const control = controls[count - 1]
  return control === undefined ? 'relay' : `  + ${control}`
}

const checkLent =
  (lends: boolean) =>
  ({ calls, lent }: Taken): string | undefined =>
    lent === (lends ? calls : 0) ? undefined : `${lent} of ${calls} calls bore the credential`

const stepRow = async (count: number, upstream: number): Promise<Row> => {
  const part = await startPart<number, { port: number }>('steps.ts', [
    String(count),
    String(upstream),
  ])
  return {
    name: stepName(count),
    about: count === 0 ? 'the gateway, every control a stand-in' : 'and the ones above it',
    pids: () => familyOf(part.pid),
    target: targetAt(part.hello.port, `/mcp/${plane}/${server}`),
    tokens: (tokens) => part.ask(tokens),
    check: checkLent(count > controls.indexOf('credential')),
    stop: part.stop,
  }
}

export interface ProgramRow extends Row {
  readonly program: Program
}

/** The program as it is; when it is stopped its ledger must hold two entries for every call. */
export const programRow = async (
  upstream: number,
  nodeArgs: readonly string[] = [],
): Promise<ProgramRow> => {
  const data = await mkdtemp(join(tmpdir(), 'bailiwick-bench-'))
  const program = await startProgram(data, nodeArgs)
  await furnish(program.ask, upstream)
  let calls = 0
  const lends = checkLent(true)
  return {
    program,
    name: names.program,
    about: 'the real program, everything on',
    pids: () => familyOf(program.pid),
    target: targetAt(program.port, `/mcp/${plane}/${server}`),
    tokens: (count) => mint(program.ask, count),
    check(taken) {
      calls += taken.calls
      return lends(taken)
    },
    async stop() {
      await program.stop()
      const entries = await entriesIn(data)
      await rm(data, { recursive: true, force: true })
      if (entries < 2 * calls) throw new Error(`${entries} entries for ${calls} calls`)
    },
  }
}

/** One program and one PostgreSQL for two rows: with the database's own processes, and without them. */
const onPostgres = (upstream: number) => {
  let opened: Promise<{ whole: Row; beside: Row }> | undefined
  return () => {
    opened ??= postgresRows(upstream)
    return opened
  }
}

const postgresRows = async (upstream: number): Promise<{ whole: Row; beside: Row }> => {
  const data = await mkdtemp(join(tmpdir(), 'bailiwick-bench-'))
  const postgres = await startPostgres({ durable: true })
  const store = await postgres.createDatabase()
  const program = await startProgram(data, [], store)
  await furnish(program.ask, upstream)
  let calls = 0
  const lends = checkLent(true)
  const beside: Row = {
    name: names.besidePostgres,
    about: 'the same, the processes of the program alone',
    pids: () => familyOf(program.pid),
    target: targetAt(program.port, `/mcp/${plane}/${server}`),
    tokens: (count) => mint(program.ask, count),
    check(taken) {
      calls += taken.calls
      return lends(taken)
    },
    stop: async () => {},
  }
  const whole: Row = {
    ...beside,
    name: names.postgres,
    about: 'the same, its ledger in a PostgreSQL on this machine, whose processes count',
    pids: () => [...familyOf(program.pid), ...familyOf(postgres.pid)],
    async stop() {
      await program.stop()
      const entries = await entriesOf(postgres, store)
      await postgres.stop()
      await rm(data, { recursive: true, force: true })
      if (entries < 2 * calls) throw new Error(`${entries} entries for ${calls} calls`)
    },
  }
  return { whole, beside }
}

const entriesOf = async (postgres: PostgresServer, store: string): Promise<number> => {
  const text = `select count(*) as entries from ledger_entry where plane = '${plane}'`
  const [row] = await postgres.query(text, store)
  return Number(row?.entries)
}

const entriesIn = async (data: string): Promise<number> => {
  const store = await openStore({ folder: data, appendDeadlineMs: 2000, clock, log })
  const entries = await store.plane(planeId(plane)).ledger.size()
  await store.close()
  return entries
}
