import { parseArgs } from 'node:util'
import type { Caller } from './caller.ts'
import { median } from './summary.ts'
import { formatTable } from './table.ts'
import { cpuOf, familyOf } from './usage.ts'

export interface Window {
  readonly cpuUs: number
  readonly perSecond: number
}

/** What stands behind the name of such a bench: `[ROUNDS] [CALLS] [--json]`, by default 7 of 3000. */
export const readTurns = () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [rounds = 7, callsInWindow = 3000] = positionals.map(Number)
  return { rounds, callsInWindow, isJson: values.json }
}

export const callersAtOnce = 64

/** CPU of the program for each of so many, and how many a second. */
export const windowOf = async (
  pid: number,
  count: number,
  work: () => Promise<void>,
): Promise<Window> => {
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
export const inLanes = async <Item>(
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

/** Every request once, by callers on connections of their own. */
export const callAll = async (
  pid: number,
  callers: readonly Caller[],
  requests: readonly Buffer[],
): Promise<Window> => {
  await Promise.all(callers.map((caller) => caller.open()))
  return windowOf(pid, requests.length, () =>
    inLanes(requests, callers.length, async (request, lane) => {
      const caller = callers[lane]
      if (caller) await call(caller, request)
    }),
  )
}

/** Every way in turn, round after round; the first round only warms up. A window that failed is measured anew. */
export const inTurns = async <One extends { readonly name: string }>(
  all: readonly One[],
  rounds: number,
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

/** Medians, and what each costs beside the first one in the same round. */
export const summarizeTurns = (measured: Map<{ readonly name: string }, Window[]>) => {
  const [first = []] = measured.values()
  return [...measured].map(([{ name }, windows]) => ({
    name,
    cpuUs: median(windows.map(({ cpuUs }) => cpuUs)),
    moreUs: median(windows.map(({ cpuUs }, n) => cpuUs - (first[n]?.cpuUs ?? Number.NaN))),
    times: median(windows.map(({ cpuUs }, n) => cpuUs / (first[n]?.cpuUs ?? Number.NaN))),
    perSecond: median(windows.map(({ perSecond }) => perSecond)),
  }))
}

export const formatTurns = (what: string, rows: ReturnType<typeof summarizeTurns>): string =>
  formatTable(
    [what, 'CPU µs', 'more µs', '× the first', 'a second'],
    rows.map(({ name, cpuUs, moreUs, times, perSecond }) => [
      ...[name, cpuUs.toFixed(0), moreUs.toFixed(0), times.toFixed(2), perSecond.toFixed(0)],
    ]),
  )
