import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { type Raw, readLedgerFile, readLedgerTables } from './ledger.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { baseEnv, type Finished, pathOf, runProgram } from './program.ts'
import { readFiles, readTables } from './stored.ts'

/** The real program as a child process, with a plane applied. */
export type Gateway = {
  readonly origin: string
  /** Its data folder. */
  readonly data: string
  readonly pid: number
  /** Everything it wrote on standard output and error. */
  output(): string
  /** Every entry of a plane, in order, read without the product's code. */
  ledger(plane: string): Promise<{ entries: Raw[]; sound: boolean }>
  /** Everything that its store holds, a text of bytes (latin1) for each file or table, by its name. */
  stored(): Promise<Map<string, string>>
  /** Changes what lies in its store behind its back: triggers off, as whoever owns the machine can. */
  tamper(change: Tampering): Promise<void>
  /** A short-lived access token of that agent, `name` or `name@consumer`. */
  token(agent: string, resource?: string): Promise<string>
  /** One command of the terminal program, against this installation. */
  cli(args: string[], input?: string): Promise<Finished>
  /** SIGTERM; resolves when the process is gone, with its exit code. The data folder goes too. */
  stop(): Promise<number | null>
  /** Resolves with its exit code when it has ended by itself. */
  readonly ended: Promise<number | null>
  /** SIGKILL; the data folder stays. */
  kill(): Promise<void>
  /** Starts it again on the same data folder, after `kill`, and waits for its servers. */
  restart(env?: Record<string, string>): Promise<Gateway>
}

/** The same change on each store; the first one to the ledger file of a plane. */
export type Tampering = {
  plane: string
  file: (db: DatabaseSync) => void
  tables: string
}

export type GatewayOptions = {
  /** The plane as YAML, applied before this returns. */
  documents?: string
  /** The operator's configuration. */
  config?: object
  /** Secrets by the name of their Credential, as `plane/name` or the name alone. */
  secrets?: Record<string, string>
  /** More of the command line. */
  args?: string[]
  data?: string
  /** Its environment beyond PATH. */
  env?: Record<string, string>
}

const main = pathOf('src/main.ts')

/** Resolves when it serves and each server of the documents has been probed and asked what it offers. */
export async function startGateway(given: GatewayOptions): Promise<Gateway> {
  const options = await onStore(given)
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'bailiwick-')))
  const gateway = await launch(options, data)
  try {
    await furnish(gateway, options)
    return gateway
  } catch (thrown) {
    await gateway.stop()
    throw thrown
  }
}

let server: Promise<PostgresServer> | undefined

/** A suite that says so runs once more, with a database of a real PostgreSQL instead of each data folder. */
async function onStore(options: GatewayOptions): Promise<GatewayOptions> {
  if (process.env.TEST_STORE !== 'postgres' || options.env?.DATABASE_URL) return options
  server ??= startPostgres()
  const url = await (await server).createDatabase()
  return { ...options, env: { ...options.env, DATABASE_URL: url } }
}

async function launch(options: GatewayOptions, data: string): Promise<Gateway> {
  const config = `${data}.config.json`
  await writeFile(config, JSON.stringify(options.config ?? {}))
  const args = ['start', '--data', data, '--listen', '127.0.0.1:0', '--config', config, '--json']
  const child = spawn(process.execPath, [main, ...args, ...(options.args ?? [])], {
    env: { ...baseEnv(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = once(child, 'exit')
  const said: string[] = []
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => said.push(text))
  const ready = await new Promise<{ origin: string }>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"event":"ready"')) resolve(JSON.parse(line))
    })
    child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${said.join('')}`)))
  })
  const url = options.env?.DATABASE_URL
  // Where nothing serves any more, a command opens the store itself.
  const env = process.env.TEST_STORE === 'postgres' && url !== undefined && { DATABASE_URL: url }
  const cli = (command: string[], input?: string) =>
    runProgram([main, '--data', data, ...command], {
      ...(input !== undefined && { input }),
      ...(env && { env }),
    })

  return {
    async ledger(plane) {
      if (url === undefined) return readLedgerFile(data, plane)
      const { query } = await (server ?? Promise.reject(new Error('no PostgreSQL of these tests')))
      return readLedgerTables((sql) => query(sql, url), plane)
    },
    async tamper({ plane, file, tables }) {
      if (url === undefined) return tamperWith(data, plane, file)
      const { query } = await (server ?? Promise.reject(new Error('no PostgreSQL of these tests')))
      await query(`set session_replication_role = replica; ${tables}`, url)
    },
    async stored() {
      if (url === undefined) return readFiles(data)
      const { query } = await (server ?? Promise.reject(new Error('no PostgreSQL of these tests')))
      return readTables((sql) => query(sql, url))
    },
    origin: ready.origin,
    data,
    pid: child.pid ?? 0,
    output: () => said.join(''),
    cli,
    async token(agent, resource) {
      const [, plane = ''] = /\/(?:mcp|rest)\/([^/]+)/.exec(resource ?? '') ?? []
      const about = resource === undefined ? [] : ['--resource', resource, '--plane', plane]
      const { code, stdout, stderr } = await cli(['token', agent, ...about])
      if (code !== 0) throw new Error(`no token: ${stderr}`)
      return stdout.trim()
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      const [code] =
        child.exitCode === null && child.signalCode === null ? await gone : [child.exitCode]
      await rm(data, { recursive: true, force: true })
      await rm(config, { force: true })
      return code
    },
    ended: gone.then(([code]) => code),
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
    async restart(env = {}) {
      const again = await launch({ ...options, env: { ...options.env, ...env } }, data)
      await settled(again)
      return again
    },
  }
}

const tamperWith = (data: string, plane: string, change: (db: DatabaseSync) => void): void => {
  const db = new DatabaseSync(join(data, 'ledger', `${plane}.db`), { timeout: 5000 })
  try {
    const triggers = db.prepare("select name, sql from sqlite_master where type = 'trigger'").all()
    for (const { name } of triggers) db.exec(`drop trigger "${name}"`)
    change(db)
    for (const { sql } of triggers) db.exec(String(sql))
  } finally {
    db.close()
  }
}

async function furnish(
  gateway: Gateway,
  { documents, secrets = {} }: GatewayOptions,
): Promise<void> {
  if (documents !== undefined) {
    const file = `${gateway.data}.documents.yaml`
    await writeFile(file, documents)
    const applied = await gateway.cli(['apply', '-f', file, '--set', 'test'])
    await rm(file)
    if (applied.code !== 0) throw new Error(`apply: ${applied.stderr}`)
  }
  for (const [name, secret] of Object.entries(secrets)) {
    const set = await gateway.cli(['cred', 'set', name, '--from-stdin'], secret)
    if (set.code !== 0) throw new Error(`cred set: ${set.stderr}`)
  }
  await settled(gateway)
}

type Status = {
  planes: {
    servers: { kind: string; server: string; state: string; counts: Record<string, number> }[]
  }[]
}

/** Polls what the operator sees, because that is how an operator knows; at most half a minute. */
export async function settled(gateway: Gateway): Promise<void> {
  let last = ''
  for (let tries = 0; tries < 150; tries++) {
    const { stdout, stderr } = await gateway.cli(['status', '--json'])
    last = stdout || stderr
    const { planes }: Status = JSON.parse(stdout)
    // An API is asked nothing before it is called.
    const servers = planes.flatMap((plane) => plane.servers).filter(({ kind }) => kind === 'Server')
    const known = ({ state, counts }: Status['planes'][0]['servers'][0]) =>
      state === 'up' && Object.values(counts).some((count) => count > 0)
    if (servers.every(known)) return
    await pause(200)
  }
  throw new Error(
    `servers never came up: ${last}\n${await readFile(`${gateway.data}.config.json`, 'utf8')}\n${gateway.output()}`,
  )
}
