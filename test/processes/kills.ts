import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { createCaller, type Told } from '../gateway/caller.ts'
import { agent, consumer, documents, grant, plane, quota } from '../gateway/plane.ts'
import { startEcho } from '../peers/echo.ts'
import { startProcesses } from '../peers/processes.ts'
import { legacy } from '../peers/wire.ts'

const dayQuota = 1500
const callers = 12
const concludedWithinMs = 40_000
/** Less than the five minutes that a token of ours lasts. */
const tokenLastsMs = 120_000

/**
 * Three processes behind a dumb round-robin on one PostgreSQL, one of them killed every few seconds,
 * under modern calls and calls of legacy sessions that every process has to know. Held at the end:
 *
 * - every answer is the answer of that call (no answer to the wrong caller);
 * - every answered call has its outcome, everything executed its intent, each intent one outcome;
 * - positions are contiguous, and no day holds more intents than it may;
 * - only calls in flight fail: no more of them than were under way when a process was killed.
 */
export async function killsUnderLoad(seconds: number, everyMs: number): Promise<void> {
  const echo = await startEcho()
  const server = JSON.stringify({
    apiVersion: 'bailiwick/v1',
    ...{ kind: 'Server', plane: 'ops', name: 'echo', owner: 'tests' },
    upstream: { url: echo.url },
    tools: { echo: { class: 'read' } },
  })
  const processes = await startProcesses(
    3,
    documents(
      plane(),
      consumer(),
      agent('planner'),
      server,
      grant('all', 'planner', [{ server: 'echo' }]),
      quota('calls', [{ server: 'echo' }], { day: dayQuota }),
    ),
  ).catch((thrown: unknown) => {
    echo.stop()
    throw thrown
  })
  try {
    const url = `${processes.origin}/mcp/ops/echo`
    const callerOf = async (n: number) =>
      createCaller(url, await processes.at(n).token('planner', url))
    let caller = await callerOf(0)
    const before = [caller]
    let renewedAt = Date.now()
    const tally = { answered: 0, limited: 0, broken: 0, kills: 0 }
    const ends = Date.now() + seconds * 1000

    const look = (told: Told, ref: string): void => {
      if (told === undefined || told.status === 502 || told.status === 503) {
        tally.broken++
        return
      }
      assert.equal(told.status, 200, told.text)
      if (told.text.includes('dev.bailiwick/refusal')) tally.limited++
      else {
        assert.match(told.text, new RegExp(`"text":"${ref}"`), 'an answer to somebody else')
        tally.answered++
      }
    }
    const callModern = async (ref: string): Promise<void> =>
      look(await caller.call('echo', { ref }), ref)

    const openSession = async (): Promise<string> => {
      const { body } = legacy('initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      })
      for (let tries = 0; tries < 200; tries++) {
        const told = await caller.send(JSON.stringify(body), {})
        if (told?.status === 200) return String(told.headers['mcp-session-id'])
        await pause(50)
      }
      return assert.fail('no session was opened')
    }
    const callLegacy = async (session: string, ref: string): Promise<void> => {
      const { body } = legacy('tools/call', { name: 'echo', arguments: { ref } })
      look(await caller.send(JSON.stringify(body), { 'mcp-session-id': session }), ref)
    }

    const worker = async (n: number): Promise<void> => {
      const session = n % 2 ? await openSession() : undefined
      for (let call = 0; Date.now() < ends; call++) {
        const ref = `w${n}-${call}`
        if (session === undefined) await callModern(ref)
        else await callLegacy(session, ref)
        // As many calls as a day may hold, spread over the time.
        await pause((seconds * 1000 * callers) / (dayQuota * 1.1))
      }
    }
    const killer = async (): Promise<void> => {
      while (Date.now() + everyMs < ends) {
        await pause(everyMs)
        const replaced = tally.kills++
        await processes.replace(replaced)
        if (Date.now() - renewedAt < tokenLastsMs) continue
        caller = await callerOf(replaced)
        before.push(caller)
        renewedAt = Date.now()
      }
    }
    await Promise.all([killer(), ...Array.from({ length: callers }, (_, n) => worker(n))])
    for (const one of before) one.close()

    assert.ok(tally.kills > 0, 'nothing was killed')
    assert.ok(tally.answered > dayQuota / 3, `only ${tally.answered} calls were answered`)
    assert.ok(tally.broken <= tally.kills * callers, `${tally.broken} calls broke`)
    await hold(processes, { ...tally, executed: echo.executed })
    console.log(`${seconds} s: ${JSON.stringify(tally)}, ${echo.executed.length} executed`)
  } finally {
    await processes.stop()
    echo.stop()
  }
}

type Held = Awaited<ReturnType<typeof startProcesses>>

async function hold(
  processes: Held,
  { answered, executed }: { answered: number; executed: readonly string[] },
): Promise<void> {
  let entries = await processes.entries('ops')
  const of = (type: string) => entries.filter((entry) => entry.type === type)
  const callsOf = (type: string) => new Set(of(type).map(({ call }) => call))
  const isConcluded = () => callsOf('call.intent').size === callsOf('call.outcome').size
  for (let waited = 0; !isConcluded() && waited < concludedWithinMs; waited += 500) {
    await pause(500)
    entries = await processes.entries('ops')
  }
  assert.deepEqual(callsOf('call.outcome'), callsOf('call.intent'), 'each intent has its outcome')
  assert.equal(of('call.outcome').length, callsOf('call.outcome').size, 'and one alone')
  assert.equal(of('call.intent').length, callsOf('call.intent').size, 'no intent twice')
  assert.deepEqual(
    entries.map(({ position }) => position),
    entries.map((_, index) => index + 1),
    'positions are contiguous',
  )
  const complete = of('call.outcome').filter(({ status }) => status === 'complete').length
  assert.ok(complete >= answered, `${answered} answered, ${complete} complete`)
  assert.ok(of('call.intent').length >= executed.length, 'everything executed has its intent')
  assert.equal(new Set(executed).size, executed.length, 'nothing was executed twice')
  assert.ok(of('call.intent').length <= dayQuota, 'the day holds no more than it may')
  assert.ok(new Set(of('call.intent').map(({ writer }) => writer)).size >= 3)
}
