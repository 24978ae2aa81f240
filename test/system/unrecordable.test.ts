// Needs from Debian: strace
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createCaller } from '../gateway/caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startGateway } from '../peers/gateway.ts'
import { fill, inject, type Standing } from './faults.ts'

interface Disk {
  readonly folder: string
  /** Of the gateway whose data lie there. */
  readonly pid: number
}

const faults: readonly (readonly [string, (disk: Disk) => Standing | Promise<Standing>])[] = [
  ['on a full disk', ({ folder }) => fill(folder)],
  [
    // A file system is remounted read-only beneath files that are open where it has found itself
    // damaged; nobody but the kernel can. This is what it answers from then on.
    'on a disk that has become read-only',
    ({ pid }) => inject(pid, 'pwrite64,ftruncate,fallocate,unlink:error=EROFS'),
  ],
  [
    'on a disk that takes four seconds to sync',
    ({ pid }) => inject(pid, 'fsync,fdatasync:delay_enter=4000000'),
  ],
]

for (const [where, begin] of faults)
  test(`${where} no call is made: unrecordable, 503 within two seconds, not ready; and calls go on by themselves when it is well`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bailiwick-disk-'))
    const journal = `${folder}.journal`
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m,mode=700', 'tmpfs', folder])
    const gateway = await startGateway({
      data: join(folder, 'data'),
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        bank(),
        grant('all', 'planner', [{ server: 'bank' }]),
      ),
      config: { runners: bankRunner({ BANK_JOURNAL: journal }) },
    }).catch((thrown: unknown) => {
      execFileSync('umount', ['--lazy', folder])
      throw thrown
    })
    let fault: Standing | undefined
    try {
      const url = `${gateway.origin}/mcp/ops/bank`
      const caller = createCaller(url, await gateway.token('planner', url))
      const call = () => caller.call('rates_today', { ref: 'x'.repeat(80) })
      assert.equal((await call())?.status, 200)

      fault = await begin({ folder, pid: gateway.pid })
      // What the database has set aside is used up first.
      let told = await call()
      for (let n = 0; n < 2000 && told?.status === 200; n++) told = await call()
      assert.equal(told?.status, 503, told?.text)
      assert.equal(told?.headers['retry-after'], '1')
      assert.equal(JSON.parse(told?.text ?? '').error.code, -31503)

      const executed = readFileSync(journal, 'utf8')
      const before = performance.now()
      assert.equal((await call())?.status, 503)
      assert.ok(performance.now() - before < 2500, 'the refusal is not kept waiting')
      assert.equal(readFileSync(journal, 'utf8'), executed, 'nothing reached the server')
      const ready = await fetch(`${gateway.origin}/readyz`)
      assert.equal(ready.status, 503)

      await fault.end()
      fault = undefined
      let again = await call()
      for (let n = 0; n < 50 && again?.status !== 200; n++) {
        await pause(200)
        again = await call()
      }
      assert.equal(again?.status, 200, 'recovered without a person')
      caller.close()
    } finally {
      await fault?.end()
      process.kill(gateway.pid, 'SIGKILL')
      await gateway.ended
      execFileSync('umount', ['--lazy', folder])
      await rm(folder, { recursive: true, force: true })
      await rm(journal, { force: true })
      await rm(`${join(folder, 'data')}.config.json`, { force: true })
    }
  })
