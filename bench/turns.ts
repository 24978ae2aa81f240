import type { Caller } from './caller.ts'
import { median } from './summary.ts'
import { cpuOf, familyOf } from './usage.ts'

export interface Window {
  readonly cpuUs: number
  readonly perSecond: number
}

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

export const call = (caller: Caller, request: Buffer): Promise<void> =>
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
