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
import { median } from './summary.ts'
import { formatTable } from './table.ts'
import type { Taken } from './upstream-answers.ts'
import { cpuOf, familyOf } from './usage.ts'
import { type Way, waysAt } from './ways.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const rounds = Number(positionals[0] ?? 7)
const callsInWindow = Number(positionals[1] ?? 3000)
const callersAtOnce = 64
const tokensAtOnce = 16

interface Window {
  readonly cpuUs: number
  readonly perSecond: number
}

/** CPU of the program for each of so many, and how many a second. */
const windowOf = async (pid: number, count: number, work: () => Promise<void>): Promise<Window> => {
  const pids = familyOf(pid)
  const [cpu, startedAt] = [cpuOf(pids), performance.now()]
  await work()
  const seconds = (performance.now() - startedAt) / 1000
  return { cpuUs: (cpuOf(pids) - cpu) / count, perSecond: count / seconds }
}

const call = (caller: Caller, request: Buffer): Promise<void> =>
  new Promise((resolve, reject) =>
    caller.call(request, resolve, (problem) => reject(new Error(problem))),
  )

/** So many at once, each taking the next one that is there; where one fails, when all have ended. */
const inLanes = async <Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, lane: number) => Promise<void>,
): Promise<void> => {
  const left = items.values()
  const lane = async (_: unknown, n: number): Promise<void> => {
    for (const item of left) await work(item, n)
  }
  const ended = await Promise.allSettled(Array.from({ length: lanes }).map(lane))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}

/** Every way in turn, round after round; the first round only warms up. A window that failed is measured anew. */
const inTurns = async <One extends { readonly name: string }>(
  all: readonly One[],
  measure: (one: One, isWarmUp: boolean) => Promise<Window>,
): Promise<Map<One, Window[]>> => {
  const measured = new Map<One, Window[]>(all.map((one) => [one, []]))
  const attempt = async (one: One, isWarmUp: boolean, triesLeft: number): Promise<Window> => {
    try {
      return await measure(one, isWarmUp)
    } catch (thrown) {
      console.error(`${one.name}: ${thrown instanceof Error ? thrown.message : thrown}`)
      if (triesLeft === 0) throw thrown
      return attempt(one, isWarmUp, triesLeft - 1)
    }
  }
  for (let round = 0; round <= rounds; round++) {
    console.error(round === 0 ? 'warming up' : `round ${round} of ${rounds}`)
    for (const one of all) {
      const window = await attempt(one, round === 0, 2)
      if (round > 0) measured.get(one)?.push(window)
    }
  }
  return measured
}

const measureWays = async (gateway: IdentityGateway, behind: Behind) => {
  const callers = Array.from({ length: callersAtOnce }, () => createCaller(gateway.port, answered))
  const measured = await inTurns(await waysAt(gateway), async (way: Way, isWarmUp) => {
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
  inTurns(await grantsAt(gateway), async (grant: Grant) => {
    const count = Math.min(grant.most, callsInWindow / 4)
    const requests = await grant.requests(count)
    return windowOf(gateway.pid, count, () =>
      inLanes(requests, tokensAtOnce, async ({ form, headers }) => {
        const json = await askBy(gateway, form, headers)
        grant.answered?.(json)
      }),
    )
  })

/** Medians, and what each costs beside the first one in the same round. */
const summarize = (measured: Map<{ readonly name: string }, Window[]>) => {
  const [first = []] = measured.values()
  return [...measured].map(([{ name }, windows]) => ({
    name,
    cpuUs: median(windows.map(({ cpuUs }) => cpuUs)),
    moreUs: median(windows.map(({ cpuUs }, n) => cpuUs - (first[n]?.cpuUs ?? Number.NaN))),
    times: median(windows.map(({ cpuUs }, n) => cpuUs / (first[n]?.cpuUs ?? Number.NaN))),
    perSecond: median(windows.map(({ perSecond }) => perSecond)),
  }))
}

type Behind = Awaited<ReturnType<typeof startPart<'take', { port: number }>>>

const measureAll = async () => {
  const behind: Behind = await startPart('upstream.ts')
  const gateway = await startIdentity(behind.hello.port)
  try {
    const ways = summarize(await measureWays(gateway, behind))
    return { ways, grants: summarize(await measureGrants(gateway)) }
  } finally {
    await gateway.stop()
    await behind.stop()
  }
}

const print = (what: string, rows: ReturnType<typeof summarize>): void => {
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
