import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { createCaller, inParallel } from './caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane, quota } from './plane.ts'

const dayQuota = 1000

/**
 * Kills the program with SIGKILL in the middle of parallel calls, `rounds` times on one data folder,
 * and holds after each what a caller, the server and the ledger know against each other:
 *
 * - every answered call has its outcome, with what the caller was told;
 * - everything the bank executed has its intent;
 * - each intent has exactly one outcome, once the program has started again;
 * - the file is sound, positions are contiguous;
 * - no window of the day's quota holds more intents than it may.
 */
export async function crash(
  rounds: number,
  callsBeforeKill: (round: number) => number,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bailiwick-crash-'))
  const journal = join(folder, 'journal')
  let gateway = await startGateway({
    data: join(folder, 'data'),
    documents: documents(
      plane(),
      consumer(),
      agent('planner'),
      bank(),
      grant('all', 'planner', [{ server: 'bank' }]),
      quota('calls', [{ server: 'bank' }], { day: dayQuota }),
    ),
    config: { runners: bankRunner({ BANK_JOURNAL: journal }) },
  })
  let answered = 0
  try {
    for (let round = 0; round < rounds; round++) {
      const url = `${gateway.origin}/mcp/ops/bank`
      const caller = createCaller(url, await gateway.token('planner', url))
      const killAt = callsBeforeKill(round)
      let done = 0
      let killed: Promise<void> | undefined
      await inParallel(killAt + 64, 32, async (n) => {
        const told = await caller.call('rates_today', { ref: `r${round}-${n}` })
        if (told === undefined) return
        assert.equal(told.status, 200)
        if (told.text.includes('"result"') && !told.text.includes('dev.bailiwick/refusal'))
          answered++
        if (++done === killAt) killed = gateway.kill()
      })
      await killed
      caller.close()
      await hold({ gateway, journal, answered })
      gateway = await gateway.restart()
    }
    // Where processes share a store, the dead one's calls are concluded once it is known to be dead.
    const of = async (type: string) =>
      (await gateway.ledger('ops')).entries.filter((entry) => entry.type === type)
    const areConcluded = async () =>
      (await of('call.intent')).length === (await of('call.outcome')).length
    for (let tries = 0; tries < 80 && !(await areConcluded()); tries++) await pause(500)
    await gateway.kill()
    const intents = await of('call.intent')
    const outcomes = await of('call.outcome')
    const concluded = new Set(outcomes.map(({ call }) => call))
    assert.equal(concluded.size, outcomes.length, 'no call has two outcomes')
    assert.deepEqual(
      new Set(intents.map(({ call }) => call)),
      concluded,
      'each intent has its outcome',
    )
  } finally {
    await gateway.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function hold(about: { gateway: Gateway; journal: string; answered: number }): Promise<void> {
  const { entries, sound } = await about.gateway.ledger('ops')
  assert.ok(sound, 'the file is sound')
  const intents = entries.filter(({ type }) => type === 'call.intent').length
  const confirmed = entries.filter(
    ({ type, status }) => type === 'call.outcome' && status === 'complete',
  ).length
  const executed = (await readFile(about.journal, 'utf8').catch(() => '')).split('\n').length - 1
  assert.ok(confirmed >= about.answered, `${about.answered} answered, ${confirmed} outcomes`)
  assert.ok(intents >= executed, `${executed} executed, ${intents} intents`)
  assert.ok(intents <= dayQuota, `${intents} intents in a day that may hold ${dayQuota}`)
}
