// Takes minutes.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
  readonly host: string
  readonly left: boolean
  readonly pid: number
  readonly address: string
  readonly revision: number
  readonly alive: boolean
  readonly behind: boolean
}

const main = pathOf('src/main.ts')
const patienceMs = 30_000
/** Above what any system gives. */
const noPid = 1_000_000_000

const isUnrecorded = ({ status, text }: { status: number; text: string }): boolean =>
  status === 503 && /could not be recorded, so it was not made/.test(text)

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
  const start = (count: number, url: string): Promise<Gateway> =>
    startGateway({
      documents: policy(),
      args: ['--workers', String(count)],
      env: { DATABASE_URL: url },
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
  /**
   * Each call on a connection of its own, so that they spread over the processes. Where the machine
   * itself stands still for longer than an entry may take to be written, a call is refused, not made,
   * and made again, as its agent would.
   */
  const call = async (gateway: Gateway, token: string, ref: string): Promise<void> => {
    const told = await until(`an answer to ${ref}`, async () => {
      const caller = createCaller(`${gateway.origin}/mcp/ops/echo`, token)
      const answer = await caller.call('echo', { ref })
      caller.close()
      return answer && isUnrecorded(answer) ? undefined : (answer ?? { status: 0, text: 'cut off' })
    })
    const lately = () => gateway.output().split('\n').slice(-20).join('\n')
    assert.equal(told.status, 200, `${ref}: ${told.status} ${told.text}\n${lately()}`)
    assert.match(told.text, new RegExp(`"text":"${ref}"`))
    assert.equal(echo.executed.filter((one) => one === ref).length, 1, `${ref} was made once`)
  }
  const writersIn = async (url: string): Promise<number> =>
    (await postgres.query('select distinct writer from ledger_entry', url)).length

  describe('as three', () => {
    let url: string
    let gateway: Gateway
    before(async () => {
      url = await postgres.createDatabase()
      // As in a checkout that was never started: whoever builds the console, or finds it built, links it.
      rmSync(pathOf('console/dist'), { force: true })
      gateway = await start(3, url)
    })
    after(() => gateway.stop())
    const three = (but: readonly number[] = []) =>
      until('three serve', async () => {
        const all = await aliveOf(gateway)
        const isWhole = all.length === 3 && all.every(({ behind }) => !behind)
        return isWhole && !all.some(({ pid }) => but.includes(pid)) ? all : undefined
      })
    const tokenOf = () => gateway.token('planner', `${gateway.origin}/mcp/ops/echo`)
    const setupCode = () => readFile(join(gateway.data, 'setup-code'), 'utf8')

    test('they serve one port and one setup, and say once that they are ready', async () => {
      assert.equal(gateway.output().match(/"event":"ready"/g)?.length, 1)
      const members = await three()
      assert.ok(members.every(({ address }) => address === gateway.origin))
      assert.ok(members.every(({ pid }) => pid !== gateway.pid))
      const token = await tokenOf()
      await inParallel(60, 6, (n) => call(gateway, token, `one-port-${n}`))
      assert.ok((await writersIn(url)) >= 3, 'each of them took calls')
      assert.equal((await postgres.query('select * from setup_code', url)).length, 1)
      assert.match(await setupCode(), /^[0-9A-Z]{4}-[0-9A-Z]{4}\n$/)
      const { stdout } = await gateway.cli(['status'])
      for (const { pid } of members) assert.match(stdout, new RegExp(` ${pid} .*in force`))
    })

    test('their console is built beside what they serve', async () => {
      const page = await until('the console is served', async () => {
        const answer = await fetch(`${gateway.origin}/m`)
        return answer.status === 200 ? answer.text() : undefined
      })
      assert.match(page, /<script type="module"/)
    })

    test('status marks a process that decides by an older revision, and one that went without a word', async () => {
      const add = (host: string, revision: string, seenInMs: number, ended = false) =>
        postgres.query(
          `insert into member
             (id, host, pid, version, address, revision, started_at, present_since, seen_at, ended)
           select '${host}', '${host}', ${noPid}, version, address, ${revision}, started_at, present_since,
             (extract(epoch from now()) * 1000)::bigint + ${seenInMs}, ${ended}
           from member where address <> '' limit 1`,
          url,
        )
      await add('slow', 'revision - 1', 60_000)
      await add('lost', 'revision', -20_000)
      await add('ended', 'revision', -20_000, true)
      const { stdout } = await gateway.cli(['status'])
      assert.match(stdout, /slow .* behind/)
      assert.match(stdout, /lost .* gone, seen 2\d s ago/)
      assert.doesNotMatch(stdout, /^ended/m)
      const found = (await membersOf(gateway)).filter(({ pid }) => pid === noPid)
      assert.deepEqual(
        new Set(found.map(({ host, alive, behind, left }) => [host, alive, behind, left].join())),
        new Set(['slow,true,true,false', 'lost,false,false,false', 'ended,false,false,true']),
      )
    })

    test('a second start on their data folder is refused', async () => {
      const env = { DATABASE_URL: await postgres.createDatabase() }
      for (const more of [[], ['--workers', '2']]) {
        const args = ['start', '--data', gateway.data, '--listen', '127.0.0.1:0', '--json', ...more]
        const { code, stderr } = await runProgram([main, ...args], { env })
        assert.equal(code, 8, stderr)
        const { error } = JSON.parse(stderr.trim().split('\n').at(-1) ?? '')
        assert.equal(error.code, 'locked')
        assert.match(error.detail, new RegExp(`pid ${gateway.pid} at ${gateway.origin}`))
      }
    })

    test('one that is killed is replaced, also the one with the control socket, and no later call fails', async () => {
      const token = await tokenOf()
      const codeBefore = await setupCode()
      const killed: number[] = []
      for (const { pid } of await three()) {
        process.kill(pid, 'SIGKILL')
        killed.push(pid)
        await until('it is gone', () => !isAlive(pid) || undefined)
        await inParallel(12, 3, (n) => call(gateway, token, `after-${pid}-${n}`))
        await three(killed)
        await inParallel(12, 3, (n) => call(gateway, token, `again-${pid}-${n}`))
      }
      assert.equal(await setupCode(), codeBefore, 'a replacement does not void the setup code')
      assert.equal(gateway.output().match(/"event":"ready"/g)?.length, 1)
    })

    test('all killed at once, they come back to the same port', async () => {
      const token = await tokenOf()
      const killed = (await three()).map(({ pid }) => pid)
      for (const pid of killed) process.kill(pid, 'SIGKILL')
      await three(killed)
      await call(gateway, token, 'back')
    })

    test('bailiwick stop ends all of them', async () => {
      const pids = (await three()).map(({ pid }) => pid)
      const { code, stderr } = await gateway.cli(['stop'])
      assert.equal(code, 0, stderr)
      assert.equal(await gateway.ended, 0)
      assert.deepEqual(pids.filter(isAlive), [])
    })
  })

  test('kill -9 of the first process lets a call end and leaves no other', async () => {
    const gateway = await start(2, await postgres.createDatabase())
    const pids = (await aliveOf(gateway)).map(({ pid }) => pid)
    assert.equal(pids.length, 2)
    const caller = await callerOf(gateway)
    const executed = echo.executed.length
    const underWay = caller.call('echo', { ref: 'orphan', waitMs: 1000 })
    await until('it is under way', () => echo.executed.length > executed || undefined)
    await gateway.kill()
    assert.equal((await underWay)?.status, 200)
    caller.close()
    await until('all are gone', () => pids.every((pid) => !isAlive(pid)) || undefined)
    await gateway.stop()
  })

  test('SIGTERM, to each of them at once, lets a call end and leaves none', async () => {
    const gateway = await start(2, await postgres.createDatabase())
    const pids = (await aliveOf(gateway)).map(({ pid }) => pid)
    assert.equal(pids.length, 2)
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

    test('where they end again and again before they serve, and tells with what; none is left', async () => {
      // One that is killed by the system as soon as it runs: the first one, or those that follow it.
      const preload = join(data, 'killed.cjs')
      await writeFile(
        preload,
        `const { worker } = require('node:cluster')
         if (worker?.id >= Number(process.env.KILLED_FROM)) process.kill(process.pid, 'SIGKILL')`,
      )
      for (const from of ['1', '2']) {
        const { code, error, stderr } = await refused(['--workers', '2'], {
          DATABASE_URL: await postgres.createDatabase(),
          NODE_OPTIONS: `--require=${preload}`,
          KILLED_FROM: from,
        })
        assert.deepEqual([code, error.code], [8, 'not_running'], stderr)
        assert.match(error.detail, /again and again .* with SIGKILL/)
        assert.equal(stderr.match(/"worker.ended"/g)?.length, 5)
      }
    })

    test('where the database cannot be reached', async () => {
      const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }
      const { code, error } = await refused(['--workers', '2'], env)
      assert.deepEqual([code, error.code], [8, 'store_unreachable'])
    })
  })
})
