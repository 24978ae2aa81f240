import assert from 'node:assert/strict'
import { reachRunning } from '#cli/control.ts'
import { type Gateway, startGateway } from '../../peers/gateway.ts'
import type { Raw } from '../../peers/ledger.ts'
import { until } from '../calling.ts'
import {
  type Account,
  accept,
  callOnce,
  planAt,
  token as progressToken,
  send,
  type Tally,
} from './call.ts'
import { createWireCaller, type Message, type WireCaller } from './caller.ts'
import { type Count, clients, crossingPlane, runners, servers, startServers } from './plane.ts'
import { createRandom } from './random.ts'

const parkedCallsPerCaller = 2

interface Principal {
  readonly n: number
  readonly caller: WireCaller
  readonly account: Account
  readonly origin: string
}

/**
 * Two hundred principals, half of them of each era, call four servers of both eras at both kinds of
 * endpoint, all under the same ids and progress tokens, until there were so many calls. Nothing that a
 * call hears may carry another one's canary; each intent has its outcome, each principal its own calls,
 * and nothing stays behind.
 */
export async function cross(calls: number, seed: number): Promise<void> {
  const behind = await startServers()
  let gateway: Gateway | undefined
  try {
    gateway = await startGateway({
      documents: crossingPlane(behind.upstreams),
      // It would wait so long for a call that never ends: that it stops at all shows that there is none.
      config: {
        runners,
        limits: { drainMs: 600_000, parkedCallsPerCaller },
        // A machine that is busy elsewhere loses no outcome.
        ledger: { appendDeadlineMs: 60_000 },
      },
    })
    const principals = await openPrincipals(gateway)
    const tally = await storm(principals, calls, seed)
    for (const one of principals) await parkAll(one)
    await holdServers(principals)
    for (const { caller } of principals) await caller.close()
    process.kill(gateway.pid, 'SIGTERM')
    assert.equal(await gateway.ended, 0)
    assert.doesNotMatch(gateway.output(), /"internal"|TypeError|not recorded/)
    for (const { open, sessions } of await behind.counts())
      assert.deepEqual({ open, sessions }, { open: 0, sessions: 0 })
    holdLedger((await gateway.ledger('ops')).entries, principals)
    for (const [what, count] of Object.entries(tally))
      assert.ok(count > calls / 100, `${what}: ${count}`)
  } catch (thrown) {
    // What is under way then would hold up the end.
    await gateway?.kill()
    throw thrown
  } finally {
    await gateway?.stop()
    await behind.stop()
  }
}

async function openPrincipals({ data, origin }: Gateway): Promise<Principal[]> {
  const { ask } = await reachRunning(data)
  const principals: Principal[] = []
  for (const [n, client] of clients.entries()) {
    const { token } = await ask('token', { plane: 'ops', client })
    const caller = createWireCaller({ era: n % 2 === 0 ? 'legacy' : 'modern', token })
    principals.push({ n, caller, origin, account: { client, sent: 0, answered: 0 } })
  }
  return principals
}

/** Each calls twice side by side, under ids that are the same but for their type. */
async function storm(principals: Principal[], calls: number, seed: number): Promise<Tally> {
  const tally = { complete: 0, asked: 0, left: 0, cancelled: 0, progress: 0, logged: 0 }
  let left = calls
  const lane = async (one: Principal, which: number, spelt: (id: number) => string | number) => {
    const random = createRandom(seed + one.n * 2 + which)
    for (let id = 1; left-- > 0; id++) {
      const canary = `canary-${one.n}-${which}-${id}.`
      await callOnce({ ...one, tally, random, id: spelt(id), canary })
    }
  }
  await Promise.all(principals.flatMap((one) => [lane(one, 0, Number), lane(one, 1, String)]))
  return tally
}

/** Whatever waited waits no longer: as many calls as one caller may have waiting find room, and no more. */
async function parkAll(principal: Principal): Promise<void> {
  if (principal.caller.era === 'legacy') return
  const plan = planAt({ ...principal, canary: 'canary-parked.' }, 'old', {
    ...{ isAtPlane: false, delayMs: 0, asks: true },
  })
  const last = async (id: number, more: object = {}): Promise<Message | undefined> => {
    const sent = await send(principal, plan, id, more)
    let message = await sent.next()
    while (message?.method !== undefined) message = await sent.next()
    if (message?.result) principal.account.answered++
    return message
  }
  const parked: (Message | undefined)[] = []
  for (let n = 0; n < parkedCallsPerCaller; n++) parked.push(await last(n))
  assert.equal((await last(0))?.error?.code, -32603)
  for (const one of parked) {
    const { inputRequests = {}, requestState } = one?.result ?? {}
    const inputResponses = { [Object.keys(inputRequests as object)[0] ?? '']: accept('end') }
    const ended = await last(0, { inputResponses, requestState })
    assert.equal(ended?.result?.content?.[0]?.text, 'canary-parked. end', JSON.stringify(ended))
  }
}

/** They had many calls at once, answered many before earlier ones, and have nothing at work any more. */
async function holdServers(principals: Principal[]): Promise<void> {
  const modern = principals.find(({ caller }) => caller.era === 'modern')
  assert.ok(modern)
  for (const server of servers) {
    const count = async (): Promise<Count> => {
      const url = `${modern.origin}/mcp/ops/${server}`
      const about = { id: 1, name: 'count', args: {}, token: progressToken }
      const sent = await modern.caller.call(url, about)
      const message = await sent.next()
      return JSON.parse(message?.result?.content?.[0]?.text ?? '')
    }
    await until(async () => (await count()).open === 0).catch(async (e) =>
      console.error(server, await count(), e.message),
    )
    const { ran, most, overtaken } = await count()
    assert.ok(
      most > 20 && overtaken > ran / 10,
      `${server}: ${most} at once, ${overtaken} overtaken`,
    )
  }
}

function holdLedger(entries: Raw[], principals: Principal[]): void {
  const of = (type: string) => entries.filter((entry) => entry.type === type)
  const outcomes = of('call.outcome')
  const concluded = new Set(outcomes.map(({ call }) => call))
  assert.equal(concluded.size, outcomes.length, 'no call has two outcomes')
  const intents = of('call.intent')
  assert.deepEqual(new Set(intents.map(({ call }) => call)), concluded, 'each intent has one')
  assert.deepEqual(of('call.refused'), [])
  const relayed = intents.filter(({ name }) => name === 'relay')
  for (const { account } of principals) {
    const { client, sent, answered } = account
    const its = relayed.filter((one) => one.client === client).length
    assert.ok(answered <= its && its <= sent, `${client}: ${answered} ≤ ${its} ≤ ${sent}`)
  }
}
