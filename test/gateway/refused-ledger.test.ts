import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { freePort } from '../peers/program.ts'
import { callingAt, until } from './calling.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from './plane.ts'

const ofPlane = (name: string): string[] => [
  plane(name),
  consumer(name),
  agent('planner', name),
  bank({}, name),
  grant('all', 'planner', [{ server: 'bank' }], name),
]

test('an old backup under later published checkpoints: the plane answers 503, the other goes on, a person decides', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-restored-'))
  const data = join(folder, 'data')
  let gateway: Gateway = await startGateway({
    data,
    documents: documents(...ofPlane('ops'), ...ofPlane('finance')),
    config: { runners: bankRunner() },
    // A token of before the restart is one of this issuer then.
    args: ['--listen', `127.0.0.1:${await freePort()}`],
  })
  const tokens = new Map<string, string>()
  const tokenOf = async (name: string): Promise<string> => {
    const { stdout } = await gateway.cli(['token', 'planner', '--plane', name])
    return tokens.get(name) ?? stdout.trim()
  }
  const statusOf = async (name: string): Promise<number> => {
    const url = `${gateway.origin}/mcp/${name}/bank`
    const token = await tokenOf(name)
    tokens.set(name, token)
    const params = { name: 'rates_today', arguments: {} }
    return (await callingAt(url).ask(token, 'tools/call', params)).status
  }
  const publishedSize = (): number => {
    const file = join(data, 'published', 'ops.checkpoint')
    return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[1]) : 0
  }
  const sizeNow = async () => (await gateway.ledger('ops')).entries.length
  const ledgers = join(data, 'ledger')
  try {
    assert.equal(await statusOf('ops'), 200)
    await gateway.kill()
    cpSync(ledgers, join(folder, 'backup'), { recursive: true })
    gateway = await gateway.restart()
    assert.equal(await statusOf('ops'), 200)
    const later = await sizeNow()
    await until(() => publishedSize() >= later)
    await gateway.kill()
    for (const file of ['ops.db', 'ops.db-wal', 'ops.db-shm']) {
      await rm(join(ledgers, file), { force: true })
      const saved = join(folder, 'backup', file)
      if (existsSync(saved)) cpSync(saved, join(ledgers, file))
    }
    gateway = await gateway.restart()
    assert.equal(await statusOf('ops'), 503)
    assert.equal(await statusOf('finance'), 200)
    const untold = await gateway.cli(['token', 'planner', '--plane', 'ops'])
    assert.equal(untold.stdout, '', 'no token whose entry cannot be written')
    assert.notEqual(untold.code, 0)
    assert.equal((await fetch(`${gateway.origin}/readyz`)).status, 503)
    const told = await gateway.cli(['status'])
    assert.match(told.stdout, /ledger refused: smaller than published/)
    assert.match(gateway.output(), /"event":"ledger.refused","plane":"ops"/)
    const unsure = await gateway.cli(['ledger', 'accept', 'ops', '--reason', 'restored'])
    assert.equal(unsure.code, 7)
    const accepted = await gateway.cli(['ledger', 'accept', 'ops', '--reason', 'restored', '--yes'])
    assert.equal(accepted.code, 0, accepted.stderr)
    assert.match(accepted.stdout, /ops goes on as bailiwick\/\w+\/ops\/2\./)
    assert.equal(await statusOf('ops'), 200)
    assert.equal((await fetch(`${gateway.origin}/readyz`)).status, 200)
    const rolled = await gateway.cli(['ledger', 'keyroll', 'ops'])
    assert.equal(rolled.code, 0, rolled.stderr)
  } finally {
    await gateway.stop()
    await rm(folder, { recursive: true })
  }
})
