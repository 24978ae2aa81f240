// Needs from Debian: strace
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { createLedger } from '#ledger/create-ledger.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { openStore } from '#store/open.ts'
import { checkAfterKill, killAfter } from '../ledger/kill.ts'
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

describe('a ledger whose disk fails now and then', () => {
  const faults = [
    'fsync,fdatasync:error=EIO:when=40+37',
    'fsync,fdatasync:error=EIO:when=60..62',
    'pwrite64:error=EROFS:when=150..180',
    'pwrite64:error=EIO:when=200+501',
  ]
  for (const fault of faults) {
    test(`loses nothing acknowledged and goes on (${fault})`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'bailiwick-fault-'))
      const [calls = ''] = fault.split(':')
      const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '--seccomp-bpf']
      const inject = ['-e', `trace=${calls}`, '-e', `inject=${fault}`]
      try {
        const killed = await killAfter(join(folder, 'data'), 0, 4000, [...strace, ...inject])
        assert(killed.refused > 0, 'nothing has failed')
        await checkAfterKill(join(folder, 'data'), killed)
      } finally {
        await rm(folder, { recursive: true })
      }
    })
  }
})
