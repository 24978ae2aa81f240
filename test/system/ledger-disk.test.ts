// Needs from Debian: strace
// Takes minutes.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { createLedger } from '#ledger/create-ledger.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import { checkAfterKill, type Killed, killAfter } from '../ledger/kill.ts'
import { sealerOf, unsuspected } from '../ledger/sealer.ts'
import { createTestClock } from '../store/clock.ts'
import { callAt, finance, intentOf, ops, outcomeOf } from '../store/entries.ts'

// Disks that fail as the kernel lets them fail: full, read-only, and with writes and fsync answering EIO.

const isRoot = process.getuid?.() === 0

describe('a ledger on a disk of 4 MB', { skip: isRoot ? false : 'only root may mount' }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-disk-'))
  before(() => execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'tmpfs', folder]))
  after(async () => {
    execFileSync('umount', ['--lazy', folder])
    await rm(folder, { recursive: true })
  })

  const clock = createTestClock()
  const ballast = join(folder, 'ballast')
  const isUnrecordable = (error: unknown) =>
    error instanceof Fault && error.code === 'unrecordable' && error.cause instanceof Error

  test('refuses calls while it is full, and takes them again when it is not', async (t) => {
    writeFileSync(ballast, Buffer.alloc(2_500_000))
    const data = join(folder, 'data')
    const options = { folder: data, appendDeadlineMs: 2000, clock, log: silentLog }
    const store = await openStore(options)
    t.after(() => store.close())
    const about = {
      clock,
      seal: sealerOf,
      log: silentLog,
      version: '1',
      budget: () => undefined,
      integrity: unsuspected,
    }
    const ledger = createLedger({ store, ...about })
    const plane = ledger.plane(ops)
    let made = 0
    const intend = async () => {
      const call = callAt(made++)
      await plane.intend(intentOf(call), Buffer.alloc(20_000))
      return call
    }
    const untilRefused = async () => {
      for (let n = 0; n < 500; n++) await intend()
    }
    /** The ledger tries by itself once a second; a question behind the attempt is answered after it. */
    const aSecond = async () => {
      clock.advance(1000)
      await store
        .plane(ops)
        .ledger.listOpen()
        .catch(() => {})
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
    }

    await ledger.plane(finance).append(intentOf(callAt(0), { plane: finance }))
    const underWay = await intend()
    await assert.rejects(untilRefused(), isUnrecordable)
    assert.equal(plane.room(clock.now()), 'failing')
    for (let n = 0; n < 20; n++) await assert.rejects(intend(), isUnrecordable)
    await assert.rejects(plane.conclude(outcomeOf(underWay)), isUnrecordable)
    await aSecond()
    assert.equal(plane.room(clock.now()), 'failing')

    rmSync(ballast)
    for (let n = 0; n < 5; n++) await aSecond()
    assert.equal(plane.room(clock.now()), 'open')
    const again = await intend()
    await plane.conclude(outcomeOf(again))

    await ledger.close()
    await store.close()

    const db = new DatabaseSync(join(data, 'ledger', 'ops.db'), { readOnly: true })
    assert.deepEqual({ ...db.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' })
    const of = (call: string) =>
      db
        .prepare(
          "select body ->> 'status' as status, body ->> 'code' as code from entry where body ->> 'call' = ? order by position",
        )
        .all(call)
        .map(({ status, code }) => [status, code])
    assert.deepEqual(of(underWay), [
      [null, null],
      ['complete', 'unconfirmed'],
    ])
    assert.deepEqual(of(again), [
      [null, null],
      ['complete', ''],
    ])
    const shape = db.prepare('select count(*) as count, max(position) as last from entry').get()
    assert.equal(shape?.count, shape?.last)
    db.close()
  })
})

const strace = ['strace', '-f', '-qq', '--seccomp-bpf']

/** Kills the appender under a fault, or lets it end, and looks at what it left. */
const underFault = async (folder: string, fault: string): Promise<Killed & { log: string }> => {
  const log = join(folder, 'strace.log')
  const [calls = ''] = fault.split(':')
  const inject = ['-o', log, '-e', `trace=${calls}`, '-e', `inject=${fault}`]
  const killed = await killAfter(join(folder, 'data'), 0, 4000, [...strace, ...inject])
  await checkAfterKill(join(folder, 'data'), killed)
  return { ...killed, log: await readFile(log, 'utf8') }
}

/** What goes wrong while the folder is removed does not hide what went wrong before. */
const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  await using rest = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-fault-'))
  rest.defer(() => rm(folder, { recursive: true }))
  await work(folder)
}

describe('a ledger whose disk fails now and then', () => {
  const faults = ['pwrite64:error=EROFS:when=600..630', 'pwrite64:error=EIO:when=650+501']
  for (const fault of faults) {
    test(`loses nothing acknowledged and goes on (${fault})`, () =>
      inFolder(async (folder) => {
        const { refused, code } = await underFault(folder, fault)
        assert(refused > 0, 'nothing has failed')
        assert.equal(code, null, 'it went on until it was killed')
      }))
  }
})

describe('a ledger whose sync fails', () => {
  const faults = ['fsync,fdatasync:error=EIO:when=40+7', 'fsync,fdatasync:error=EIO:when=60..62']
  for (const fault of faults) {
    test(`ends its process at once, and a new one finds all that was acknowledged (${fault})`, () =>
      inFolder(async (folder) => {
        const { refused, code } = await underFault(folder, fault)
        assert.equal(code, 1, 'the process ended by itself')
        assert.equal(refused, 0, 'nobody was answered after the sync had failed')
      }))
  }
})

describe('each system call on the ledger that fails once', () => {
  /** Acknowledgements, in which each of these calls has been made. */
  const enough = 2000
  // What SQLite and the store do with the files of a ledger, and how the system may refuse it.
  const refusals: readonly (readonly [string, string])[] = [
    ['openat', 'EMFILE'],
    ['openat', 'EIO'],
    ['pread64', 'EIO'],
    ['pwrite64', 'ENOSPC'],
    ['pwrite64', 'EIO'],
    ['fsync,fdatasync', 'EIO'],
    ['ftruncate', 'EIO'],
    ['close', 'EIO'],
    ['fcntl', 'ENOLCK'],
    ['mmap', 'ENOMEM'],
    ['newfstatat,fstat,stat,lstat', 'EIO'],
  ]
  /**
   * So often is a call made on the ledger by the busiest thread of a process that is killed after `enough`
   * acknowledgements: strace counts up to `when` for each thread by itself.
   */
  const timesOf = async (folder: string, calls: string): Promise<number> => {
    const log = join(folder, 'calls.log')
    const traced = [...strace, ...onLedger(folder), '-o', log, '-e', `trace=${calls}`]
    await checkAfterKill(
      join(folder, 'data'),
      await killAfter(join(folder, 'data'), 0, enough, traced),
    )
    const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('('))
    const byThread = Map.groupBy(lines, (line) => line.slice(0, line.indexOf(' ')))
    return Math.max(0, ...byThread.values().map((all) => all.length))
  }
  const onLedger = (folder: string): string[] =>
    ['', '-wal', '-shm'].flatMap((end) => ['-P', join(folder, 'data', 'ledger', `ops.db${end}`)])

  for (const [calls, error] of refusals)
    test(`${calls} answers ${error}: nothing acknowledged is lost, no call stays open`, () =>
      inFolder(async (folder) => {
        const data = join(folder, 'data')
        await checkAfterKill(data, await killAfter(data, 9, 100))
        const times = await timesOf(folder, calls)
        assert(times > 0, `${calls} is never called`)
        const fails = async (when: number): Promise<boolean> => {
          const log = join(folder, 'strace.log')
          const fault = `inject=${calls}:error=${error}:when=${when}`
          const traced = [...onLedger(folder), '-o', log, '-e', `trace=${calls}`, '-e', fault]
          await checkAfterKill(data, await killAfter(data, when, enough, [...strace, ...traced]))
          return /\(INJECTED\)/.test(await readFile(log, 'utf8'))
        }
        assert.ok(await fails(1), `the first of ${times}`)
        // How often one thread reads is another number each time: where it came to fewer, half of that.
        let when = times < 100 ? 0 : Math.ceil(times / 2)
        while (when > 0 && !(await fails(when))) {
          when = Math.floor(when / 2)
          assert.ok(when > 1, `none of ${times} but the first`)
        }
      }))
})
