// What proving who calls costs: CPU of the real program for each call by each way of authenticating, seen
// before and not; then CPU for each token, and tokens a second, by each grant. Ways take turns, window by
// window, and every ratio is of windows of one round.
//   node bench/identity.ts [ROUNDS] [CALLS] [--json]      by default 7 rounds of windows of 3000 calls
import { createCaller } from './caller.ts'
import { askBy, type Grant, grantsAt } from './grants.ts'
import { type IdentityGateway, startIdentity } from './identity-gateway.ts'
import { startPart } from './process.ts'
import { answered } from './request.ts'
import {
  callAll,
  callersAtOnce,
  formatTurns,
  inLanes,
  inTurns,
  readTurns,
  summarizeTurns,
  windowOf,
} from './turns.ts'
import type { Taken } from './upstream-answers.ts'
import { type Way, waysAt } from './ways.ts'

const { rounds, callsInWindow, isJson } = readTurns()
const tokensAtOnce = 16

const measureWays = async (gateway: IdentityGateway, behind: Behind) => {
  const callers = Array.from({ length: callersAtOnce }, () => createCaller(gateway.port, answered))
  const measured = await inTurns(await waysAt(gateway), rounds, async (way: Way, isWarmUp) => {
    const count = isWarmUp ? callsInWindow * 2 : callsInWindow
    const requests = await way.requests(count)
    await behind.ask<Taken>('take')
    const window = await callAll(gateway.pid, callers, requests)
    const { calls, bearing } = await behind.ask<Taken>('take')
    if (calls !== count || bearing !== (way.stamped ? count : 0))
      throw new Error(`${way.name}: ${calls} of ${count} calls arrived, ${bearing} with a token`)
    return window
  })
  for (const caller of callers) caller.close()
  return measured
}

const measureGrants = async (gateway: IdentityGateway) =>
  inTurns(await grantsAt(gateway), rounds, async (grant: Grant) => {
    const count = Math.min(grant.most, callsInWindow / 4)
    const requests = await grant.requests(count)
    return windowOf(gateway.pid, count, () =>
      inLanes(requests, tokensAtOnce, async ({ form, headers }) => {
        const json = await askBy(gateway, form, headers)
        grant.answered?.(json)
      }),
    )
  })

type Behind = Awaited<ReturnType<typeof startPart<'take', { port: number }>>>

const measureAll = async () => {
  const behind: Behind = await startPart('upstream.ts')
  const gateway = await startIdentity(behind.hello.port)
  try {
    const ways = summarizeTurns(await measureWays(gateway, behind))
    return { ways, grants: summarizeTurns(await measureGrants(gateway)) }
  } finally {
    await gateway.stop()
    await behind.stop()
  }
}

const { ways, grants } = await measureAll()
if (isJson) console.log(JSON.stringify({ ways, grants }))
else {
  console.log(`\n${formatTurns('a call by', ways)}`)
  console.log(`\n${formatTurns('a token by', grants)}`)
}
