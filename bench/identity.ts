// What proving who calls costs: CPU of the real program for each call by each way of authenticating, seen
// before and not; then CPU for each token, and tokens a second, by each grant. Ways take turns, window by
// window, and every ratio is of windows of one round.
//   node bench/identity.ts [ROUNDS] [CALLS] [--json]      by default 7 rounds of windows of 3000 calls
import { parseArgs } from 'node:util'
import { type Caller, createCaller } from './caller.ts'
import { askBy, type Grant, grantsAt } from './grants.ts'
import { type IdentityGateway, startIdentity } from './identity-gateway.ts'
import { startPart } from './process.ts'
import { answered } from './request.ts'
import { formatTable } from './table.ts'
import { call, inLanes, inTurns, summarizeTurns, windowOf } from './turns.ts'
import type { Taken } from './upstream-answers.ts'
import { type Way, waysAt } from './ways.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const rounds = Number(positionals[0] ?? 7)
const callsInWindow = Number(positionals[1] ?? 3000)
const callersAtOnce = 64
const tokensAtOnce = 16

const measureWays = async (gateway: IdentityGateway, behind: Behind) => {
  const callers = Array.from({ length: callersAtOnce }, () => createCaller(gateway.port, answered))
  const measured = await inTurns(await waysAt(gateway), rounds, async (way: Way, isWarmUp) => {
    const count = isWarmUp ? callsInWindow * 2 : callsInWindow
    const requests = await way.requests(count)
    await Promise.all(callers.map((caller) => caller.open()))
    await behind.ask<Taken>('take')
    const window = await windowOf(gateway.pid, count, () =>
      inLanes(requests, callersAtOnce, (request, lane) => call(callers[lane] as Caller, request)),
    )
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

const print = (what: string, rows: ReturnType<typeof summarizeTurns>): void => {
  const head = [what, 'CPU µs', 'more µs', '× the first', 'a second']
  const cells = rows.map(({ name, cpuUs, moreUs, times, perSecond }) => [
    ...[name, cpuUs.toFixed(0), moreUs.toFixed(0), times.toFixed(2), perSecond.toFixed(0)],
  ])
  console.log(`\n${formatTable(head, cells)}`)
}
const { ways, grants } = await measureAll()
if (values.json) console.log(JSON.stringify({ ways, grants }))
else {
  print('a call by', ways)
  print('a token by', grants)
}
