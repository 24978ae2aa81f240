import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { accounts, startAccounts } from '../gateway/accounts.ts'
import { callingAt } from '../gateway/calling.ts'
import { agent, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { pathOf } from '../peers/program.ts'

const ledger = { retain: { payloads: '30d' } }
const hold = [{ name: 'case-17', agent: 'clerk', reason: 'a law suit' }]

let bank: Awaited<ReturnType<typeof startAccounts>>
let folder: string
let gateway: Gateway | undefined
before(async () => {
  bank = await startAccounts()
  folder = await mkdtemp(join(tmpdir(), 'bailiwick-retention-'))
})
after(async () => {
  await gateway?.stop()
  bank?.stop()
  await rm(folder, { recursive: true })
})

/** The program, started so many days later on what the one before it left. */
const startAfter = async (before: Gateway, days: number): Promise<Gateway> => {
  await before.kill()
  gateway = await before.restart({ DAYS_AHEAD: String(days) })
  return gateway
}

const stateAt = async (of: Gateway, call: string): Promise<string> => {
  const { stdout } = await of.cli(['why', call, '--recorded', '--json'])
  return JSON.parse(stdout).recorded.arguments.state
}
const becomes = async (of: Gateway, call: string, state: string): Promise<void> => {
  for (let tries = 0; tries < 100 && (await stateAt(of, call)) !== state; tries++) await pause(100)
  assert.equal(await stateAt(of, call), state)
}

test('a program lets go of what is older than its plane keeps it, of what is held once the hold is lifted, and everything verifies', async () => {
  const parts = (held: object) => [
    plane('ops', { ledger: { ...ledger, ...held } }),
    consumer(),
    agent('planner'),
    agent('clerk'),
    accounts(bank.url),
    grant('all', 'planner', [{ server: 'accounts' }]),
    grant('some', 'clerk', [{ server: 'accounts' }]),
  ]
  const first = await startGateway({
    documents: documents(...parts({ hold })),
    env: { NODE_OPTIONS: `--import=${pathOf('test/processes/moved-clock.ts')}` },
  })
  gateway = first
  const at = `${first.origin}/mcp/ops/accounts`
  for (const who of ['planner', 'clerk'])
    await callingAt(at).call(await first.token(who, at), 'note')
  const { entries } = await first.ledger('ops')
  const callOf = (who: string) =>
    String(entries.find(({ type, agent }) => type === 'call.intent' && agent === who)?.call)
  const [free, held] = [callOf('planner'), callOf('clerk')]
  assert.deepEqual([await stateAt(first, free), await stateAt(first, held)], ['whole', 'whole'])

  const later = await startAfter(first, 31)
  await becomes(later, free, 'pruned')
  assert.equal(await stateAt(later, held), 'whole')

  const lifted = join(folder, 'lifted.yaml')
  await writeFile(lifted, documents(...parts({})))
  const applied = await later.cli(['apply', '-f', lifted, '--set', 'test'])
  assert.equal(applied.code, 0, applied.stderr)
  const last = await startAfter(later, 32)
  await becomes(last, held, 'pruned')
  const verified = await last.cli(['verify', 'ops'])
  assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  const written = (await last.ledger('ops')).entries
  assert.equal(written.filter(({ type }) => type === 'ledger.pruned').length, 2)
  assert.equal(written.filter(({ type }) => type === 'ledger.gap').length, 2, 'each kill is a gap')
})
