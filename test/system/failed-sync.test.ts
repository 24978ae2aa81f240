// Needs from Debian: strace
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCaller } from '../gateway/caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { startGateway } from '../peers/gateway.ts'
import { inject } from './faults.ts'

test('a failed sync ends the process before anybody is answered, and the next start knows every call', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-sync-'))
  const journal = join(folder, 'journal')
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
  })
  const url = `${gateway.origin}/mcp/ops/bank`
  const caller = createCaller(url, await gateway.token('planner', url))
  assert.equal((await caller.call('rates_today', { ref: 'before' }))?.status, 200)

  const failing = await inject(gateway.pid, 'fsync,fdatasync:error=EIO')
  const told = await caller.call('rates_today', { ref: 'meanwhile' })
  assert.equal(told, undefined, 'no answer')
  assert.equal(await gateway.ended, 1)
  assert.match(gateway.output(), /"event":"store.sync_failed"/)
  assert.ok(!readFileSync(journal, 'utf8').includes('meanwhile'), 'nothing reached the server')
  await failing.end()
  caller.close()

  const again = await gateway.restart()
  try {
    const address = `${again.origin}/mcp/ops/bank`
    const next = createCaller(address, await again.token('planner', address))
    assert.equal((await next.call('rates_today', { ref: 'after' }))?.status, 200)
    next.close()
    const { entries, sound } = await again.ledger('ops')
    assert.ok(sound)
    const of = (type: string) => entries.filter((entry) => entry.type === type)
    assert.equal(of('call.intent').length, of('call.outcome').length, 'each intent has its outcome')
    assert.ok(of('call.intent').length >= 2)
  } finally {
    await again.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
