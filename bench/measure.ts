import type { LoadQuestion, Window } from './load.ts'
import type { Part } from './process.ts'
import { monotonicUs, type Span } from './profile.ts'
import { callsPerToken } from './request.ts'
import type { Row } from './row.ts'
import type { Pace, Setting } from './setting.ts'
import { createStock, type Stock } from './stock.ts'
import type { Taken } from './upstream-answers.ts'
import { cpuOf } from './usage.ts'

export interface Sample {
  readonly cpuUs: number
  readonly callsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** CPU of the load generator itself, for each call. */
  readonly loadUs: number
  readonly calls: number
  readonly span: Span
}

export type Load = Part<LoadQuestion, undefined>
export type Behind = Part<'take', { readonly port: number }>

/** Measures rows at settings, one window at a time; knows how fast each went last, to have tokens enough. */
export const createMeasure = ({
  load,
  behind,
  pace,
}: {
  load: Load
  behind: Behind
  pace: Pace
}) => {
  const callsPerMs = new Map<string, number>()
  const stocks = new Map<Row, Stock>()

  const stockOf = (row: Row): Stock => {
    const stock = stocks.get(row) ?? createStock(row)
    stocks.set(row, stock)
    return stock
  }

  const prepare = async (row: Row, setting: Setting, forMs: number): Promise<void> => {
    const key = `${row.name} ${setting.callers} ${setting.tool}`
    const guess = callsPerMs.get(key) ?? callsPerMs.get(row.name) ?? 8
    const count = Math.ceil((guess * forMs * 1.5) / callsPerToken) + 20
    await load.ask({
      ask: 'prepare',
      target: row.target(setting.tool),
      callers: setting.callers,
      tokens: await stockOf(row).take(count),
      again: false,
    })
  }

  const window = async (row: Row, setting: Setting, forMs: number): Promise<Sample> => {
    await prepare(row, setting, forMs)
    await behind.ask<Taken>('take')
    const pids = row.pids()
    const from = monotonicUs()
    const before = cpuOf(pids)
    const seen = await load.ask<Window>({ ask: 'run', forMs, everyMs: 0 })
    const cpuUs = cpuOf(pids) - before
    const span = [from, monotonicUs()] as const
    stockOf(row).giveBack(seen.made)
    const problem =
      seen.failed > 0
        ? `${seen.failed} calls failed: ${seen.problem}`
        : seen.calls < setting.callers && 'not one call for each caller'
    const wrong = problem || row.check(await behind.ask<Taken>('take'))
    if (wrong) throw new Error(wrong)
    callsPerMs.set(row.name, seen.calls / seen.ms)
    callsPerMs.set(`${row.name} ${setting.callers} ${setting.tool}`, seen.calls / seen.ms)
    return {
      cpuUs: cpuUs / seen.calls,
      callsPerSecond: (seen.calls * 1000) / seen.ms,
      p50Ms: seen.p50Ms,
      p99Ms: seen.p99Ms,
      loadUs: seen.ownUs / seen.calls,
      calls: seen.calls,
      span,
    }
  }

  return {
    window: (row: Row, setting: Setting) => window(row, setting, pace.windowMs),
    /**
     * So many calls that the code is compiled; a row that is slow on this machine is let off after a time.
     * The settings take turns, because what is compiled for one shape of traffic is thrown away by another.
     */
    async warmUp(row: Row, settings: readonly Setting[]): Promise<void> {
      const startedAt = performance.now()
      for (let calls = 0; calls < pace.warmUpCalls; )
        for (const setting of settings) {
          if (performance.now() - startedAt > pace.warmUpMs) return
          calls += (await window(row, setting, pace.windowMs)).calls
        }
    },
  }
}
