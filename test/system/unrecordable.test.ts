import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createCaller } from '../gateway/caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startGateway } from '../peers/gateway.ts'

/** Fills a file system to the last block; deleting the file frees it. */
function fill(folder: string): string {
  const ballast = join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(ballast, Buffer.alloc(Number(bavail) * Number(bsize) - bsize * 4))
  for (let chunk = 16_384; chunk >= 1; chunk = Math.floor(chunk / 2))
    try {
      for (;;) writeFileSync(ballast, Buffer.alloc(chunk), { flag: 'a' })
    } catch {
      // Full for pieces of this size.
    }
  return ballast
}

test('on a full disk the call is not made: unrecordable, 503 within two seconds, and calls go on when there is room', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-full-'))
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
  try {
    const url = `${gateway.origin}/mcp/ops/bank`
    const caller = createCaller(url, await gateway.token('planner', url))
    const call = () => caller.call('rates_today', { ref: 'x'.repeat(80) })
    assert.equal((await call())?.status, 200)

    const ballast = fill(folder)
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
    assert.equal(await readFile(journal, 'utf8'), executed, 'nothing reached the server')
    const ready = await fetch(`${gateway.origin}/readyz`)
    assert.equal(ready.status, 503)

    rmSync(ballast)
    let again = await call()
    for (let n = 0; n < 50 && again?.status !== 200; n++) {
      await pause(200)
      again = await call()
    }
    assert.equal(again?.status, 200, 'recovered without a person')
    caller.close()
  } finally {
    process.kill(gateway.pid, 'SIGKILL')
    await gateway.ended
    execFileSync('umount', ['--lazy', folder])
    await rm(folder, { recursive: true, force: true })
    await rm(journal, { force: true })
    await rm(`${join(folder, 'data')}.config.json`, { force: true })
  }
})
