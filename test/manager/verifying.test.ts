import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { planeId } from '#domain/name.ts'
import { startWorld, type World } from './world.ts'

interface Verdict {
  readonly ok: boolean
  readonly entries: number
  readonly ofEntries: number
  readonly checkpoints: number
  readonly ofCheckpoints: number
  readonly failures: readonly { readonly where: string; readonly says: string }[]
}

const binding = (name: string, role: string, people: string[]) => ({
  ...{ kind: 'RoleBinding', plane: 'ops', name, role, people },
})

describe('A ledger verified by the process that serves', () => {
  let world: World
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      binding('audits', 'auditor', ['audrey']),
      binding('dev', 'developer', ['dana']),
    ])
    for (const name of ['audrey', 'dana']) tokens[name] = await world.signIn(name)
    const { trees } = world.started.installation
    // The keeper signs once a second, of its own.
    while (!(await trees.status(planeId('ops'))).checkpoint) await pause(20)
  })
  after(() => world.stop())

  const ask = (name: string) =>
    world.ask('POST', '/planes/ops/ledger/verify', { token: tokens[name], body: {} })
  const verdict = async (): Promise<Verdict> => {
    const answer = await ask('audrey')
    assert.equal(answer.status, 200, answer.text)
    const lines = answer.text.trim().split('\n')
    return (JSON.parse(lines.at(-1) ?? '') as { verdict: Verdict }).verdict
  }
  /** As whoever owns the machine can. */
  const tamper = (sql: string) => {
    const db = new DatabaseSync(join(world.data, 'ledger', 'ops.db'), { timeout: 5000 })
    const triggers = db.prepare("select name, sql from sqlite_master where type = 'trigger'").all()
    for (const { name } of triggers) db.exec(`drop trigger "${name}"`)
    db.exec(sql)
    for (const { sql: made } of triggers) db.exec(String(made))
    db.close()
  }

  test('AC-21: is looked at whole, entries and checkpoints', async () => {
    const told = await verdict()
    assert.deepEqual(told.failures, [])
    assert.equal(told.ok, true)
    assert.ok(told.entries > 0 && told.entries === told.ofEntries)
    assert.ok(told.checkpoints > 0 && told.checkpoints === told.ofCheckpoints)
  })

  test('is refused to whoever may not read all of its plane', async () => {
    assert.equal((await ask('dana')).status, 403)
  })

  test('is verified for one at a time', async () => {
    const answers = await Promise.all([ask('audrey'), ask('audrey'), ask('audrey')])
    const statuses = answers.map(({ status }) => status)
    assert.ok(statuses.includes(200))
    assert.ok(statuses.every((status) => status === 200 || status === 409))
    assert.equal((await verdict()).ok, true, 'and once that has ended, for the next one')
  })

  test('AC-22: a byte that was changed behind it is named by its entry', async () => {
    const change = (from: string, to: string) =>
      tamper(`update entry set body = replace(body, '${from}', '${to}') where position = 1`)
    change('"v":1', '"v":2')
    const told = await verdict()
    assert.equal(told.ok, false)
    assert.ok(told.failures.some(({ where }) => where === 'entry 1'))
    change('"v":2', '"v":1')
    assert.equal((await verdict()).ok, true)
  })

  test('AC-23: entries that were cut off are reported, and never valid', async () => {
    const { entries } = await verdict()
    tamper(`delete from entry where position > ${entries - 2}`)
    const told = await verdict()
    assert.equal(told.ok, false)
    assert.match(told.failures.map(({ where, says }) => `${where}: ${says}`).join('\n'), /missing/)
  })
})
