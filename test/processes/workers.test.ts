import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createCaller, inParallel } from '../gateway/caller.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startEcho } from '../peers/echo.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type PostgresServer, startPostgres } from '../peers/postgres.ts'
import { pathOf, runProgram } from '../peers/program.ts'

interface Member {
  readonly pid: number
  readonly address: string
  readonly revision: number
  readonly alive: boolean
  readonly behind: boolean
}

const main = pathOf('src/main.ts')
const patienceMs = 20_000

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const until = async <T>(what: string, look: () => Promise<T | undefined> | T | undefined) => {
  for (const ends = Date.now() + patienceMs; Date.now() < ends; await pause(50)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
  return assert.fail(`never: ${what}`)
}

describe('bailiwick start --workers', () => {
  let postgres: PostgresServer
  let echo: Awaited<ReturnType<typeof startEcho>>
  before(async () => {
    postgres = await startPostgres()
    echo = await startEcho()
  })
  after(async () => {
    echo.stop()
    await postgres.stop()
  })

  const policy = () =>
    documents(
      plane(),
      consumer(),
      agent('planner'),
      JSON.stringify({
        apiVersion: 'bailiwick/v1',
        ...{ kind: 'Server', plane: 'ops', name: 'echo', owner: 'tests' },
        upstream: { url: echo.url },
        tools: { echo: { class: 'read' } },
      }),
      grant('all', 'planner', [{ server: 'echo' }]),
    )
  const start = async (count: number): Promise<Gateway> =>
    startGateway({
      documents: policy(),
      args: ['--workers', String(count)],
      env: { DATABASE_URL: await postgres.createDatabase() },
    })
  const membersOf = async (gateway: Gateway): Promise<Member[]> => {
    const { code, stdout } = await gateway.cli(['status', '--json', 'members'])
    return code === 0 ? JSON.parse(stdout).members : []
  }
  const aliveOf = async (gateway: Gateway) =>
    (await membersOf(gateway)).filter(({ pid, alive }) => alive && isAlive(pid))
  const callerOf = async (gateway: Gateway) => {
    const url = `${gateway.origin}/mcp/ops/echo`
    return createCaller(url, await gateway.token('planner', url))
  }
  /** Each call on a connection of its own, so that they spread over the processes. */
  const call = async (gateway: Gateway, token: string, ref: string): Promise<void> => {
    const caller = createCaller(`${gateway.origin}/mcp/ops/echo`, token)
    const told = await caller.call('echo', { ref })
    caller.close()
    assert.equal(told?.status, 200, `${ref}: ${told?.status} ${told?.text}`)
    assert.match(told.text, new RegExp(`"text":"${ref}"`))
  }
  const writersIn = async (url: string): Promise<number> =>
    (await postgres.query('select distinct writer from ledger_entry', url)).length

  test('three processes serve one port and one setup, and say once that they are ready', async () => {
    const url = await postgres.createDatabase()
    const gateway = await startGateway({
      documents: policy(),
      args: ['--workers', '3'],
      env: { DATABASE_URL: url },
    })
    try {
      assert.equal(gateway.output().match(/"event":"ready"/g)?.length, 1)
      const members = await until('three that have the same in force', async () => {
        const all = await aliveOf(gateway)
        return all.length === 3 && all.every(({ behind }) => !behind) ? all : undefined
      })
      assert.ok(members.every(({ address }) => address === gateway.origin))
      assert.ok(members.every(({ pid }) => pid !== gateway.pid))
      const token = await gateway.token('planner', `${gateway.origin}/mcp/ops/echo`)
      await inParallel(60, 6, (n) => call(gateway, token, `one-port-${n}`))
      assert.ok((await writersIn(url)) >= 3, 'each of them took calls')
      const code = (await readFile(join(gateway.data, 'setup-code'), 'utf8')).trim()
      assert.equal((await postgres.query('select * from setup_code', url)).length, 1)
      assert.match(code, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/)
      const { stdout } = await gateway.cli(['status'])
      for (const { pid } of members) assert.match(stdout, new RegExp(` ${pid} .*in force`))
    } finally {
      await gateway.stop()
    }
  })

  test('a process that is killed is replaced, also the one with the control socket, and no later call fails', async () => {
    const gateway = await start(3)
    try {
      const token = await gateway.token('planner', `${gateway.origin}/mcp/ops/echo`)
      const codeBefore = await readFile(join(gateway.data, 'setup-code'), 'utf8')
      const first = await until('three', async () => {
        const all = await aliveOf(gateway)
        return all.length === 3 ? all : undefined
      })
      for (const { pid } of first) {
        process.kill(pid, 'SIGKILL')
        await until('it is gone', () => !isAlive(pid) || undefined)
        await inParallel(12, 3, (n) => call(gateway, token, `after-${pid}-${n}`))
        await until('three again', async () =>
          (await aliveOf(gateway)).length === 3 ? true : undefined,
        )
        await inParallel(12, 3, (n) => call(gateway, token, `again-${pid}-${n}`))
      }
      const last = (await aliveOf(gateway)).map(({ pid }) => pid)
      assert.ok(first.every(({ pid }) => !last.includes(pid)))
      assert.equal(
        await readFile(join(gateway.data, 'setup-code'), 'utf8'),
        codeBefore,
        'a replacement does not void the setup code',
      )
      assert.equal(gateway.output().match(/"event":"ready"/g)?.length, 1)
    } finally {
      await gateway.stop()
    }
  })

  test('all of them killed at once come back to the same port', async () => {
    const gateway = await start(2)
    try {
      const token = await gateway.token('planner', `${gateway.origin}/mcp/ops/echo`)
      const first = await aliveOf(gateway)
      for (const { pid } of first) process.kill(pid, 'SIGKILL')
      await until('two others', async () => {
        const all = await aliveOf(gateway)
        return all.length === 2 && all.every(({ pid }) => !first.some((one) => one.pid === pid))
          ? true
          : undefined
      })
      await call(gateway, token, 'back')
    } finally {
      await gateway.stop()
    }
  })

  test('kill -9 of the first process leaves no other', async () => {
    const gateway = await start(3)
    const pids = (await aliveOf(gateway)).map(({ pid }) => pid)
    assert.equal(pids.length, 3)
    await gateway.kill()
    await until('all are gone', () => pids.every((pid) => !isAlive(pid)) || undefined)
    await gateway.stop()
  })

  test('SIGTERM, to each of them at once, lets a call end and leaves none', async () => {
    const gateway = await start(3)
    const pids = (await aliveOf(gateway)).map(({ pid }) => pid)
    assert.equal(pids.length, 3)
    const caller = await callerOf(gateway)
    const executed = echo.executed.length
    const underWay = caller.call('echo', { ref: 'last', waitMs: 1000 })
    await until('it is under way', () => echo.executed.length > executed || undefined)
    for (const pid of [...pids, gateway.pid]) process.kill(pid, 'SIGTERM')
    assert.equal((await underWay)?.status, 200)
    caller.close()
    assert.equal(await gateway.ended, 0)
    assert.deepEqual(pids.filter(isAlive), [])
    await gateway.stop()
  })

  test('bailiwick stop ends all of them', async () => {
    const gateway = await start(2)
    const pids = (await aliveOf(gateway)).map(({ pid }) => pid)
    const { code, stderr } = await gateway.cli(['stop'])
    assert.equal(code, 0, stderr)
    assert.equal(await gateway.ended, 0)
    assert.deepEqual(pids.filter(isAlive), [])
    await gateway.stop()
  })

  describe('does not start', () => {
    let data: string
    before(async () => {
      data = await mkdtemp(join(tmpdir(), 'bailiwick-workers-'))
    })
    after(() => rm(data, { recursive: true, force: true }))
    const refused = async (args: string[], env: Record<string, string> = {}) => {
      const all = ['start', '--data', data, '--listen', '127.0.0.1:0', '--json', ...args]
      const { code, stderr } = await runProgram([main, ...all], { env, timeoutMs: 60_000 })
      const last = stderr.trim().split('\n').at(-1) ?? ''
      return { code, stderr, error: JSON.parse(last).error as { code: string; detail: string } }
    }

    test('on a data folder, which belongs to one process', async () => {
      const { code, error } = await refused(['--workers', '2'])
      assert.deepEqual([code, error.code], [2, 'usage'])
      assert.match(error.detail, /a data folder belongs to one/)
    })

    test('as fewer than two, more than 64, or no number', async () => {
      for (const count of ['1', '0', '65', 'all', '2.5']) {
        const url = 'postgres://nobody@127.0.0.1:1/none'
        const { code, error } = await refused(['--workers', count, '--store', url])
        assert.deepEqual([code, error.code], [2, 'usage'], count)
      }
    })

    test('with a configuration that no process can start with, and tells the problem once', async () => {
      const env = { DATABASE_URL: await postgres.createDatabase() }
      const { code, error, stderr } = await refused(['--workers', '3', '--origin', 'nonsense'], env)
      assert.deepEqual([code, error.code], [2, 'bad_configuration'])
      assert.match(error.detail, /nonsense is not an origin/)
      assert.equal(stderr.match(/nonsense/g)?.length, 1)
    })

    test('where the database cannot be reached', async () => {
      const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
      const { code, error } = await refused(['--workers', '2'], env)
      assert.deepEqual([code, error.code], [8, 'store_unreachable'])
    })
  })

  test('a second start on a data folder that is served is refused, also with PostgreSQL', async () => {
    const gateway = await start(2)
    try {
      const env = { DATABASE_URL: await postgres.createDatabase() }
      for (const more of [[], ['--workers', '2']]) {
        const args = ['start', '--data', gateway.data, '--listen', '127.0.0.1:0', '--json', ...more]
        const { code, stderr } = await runProgram([main, ...args], { env })
        assert.equal(code, 8, stderr)
        const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
        assert.equal(error.code, 'locked')
        assert.match(error.detail, new RegExp(`pid ${gateway.pid} at ${gateway.origin}`))
      }
      assert.equal((await aliveOf(gateway)).length, 2)
    } finally {
      await gateway.stop()
    }
  })
})
