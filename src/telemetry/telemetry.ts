import type { Clock } from '#lib/clock.ts'
import { type CallCounts, createCallCounts } from './calls.ts'
import { expose } from './exposition.ts'
import { createFamilies, type Families } from './families.ts'
import type { Family } from './family.ts'
import { observe } from './family.ts'
import { readProcess } from './process.ts'
import { readState, readTrees, type State } from './state.ts'

/** What this process tells of itself: counted where it happens, read where it stands. */
export interface Telemetry {
  readonly families: Families
  /** For the gateway. */
  readonly counts: CallCounts
  /** A group of entries was written, or could not be. */
  committed(
    plane: string,
    commit: { readonly rows: number; readonly ms: number; readonly failed: boolean },
  ): void
  /** What the ledger counts and gives no entry of its own. */
  counted(plane: string, type: string, reason: string): void
  /** All figures as they are now. Never waits longer than `patienceMs` for the store. */
  collect(state: State): Promise<Iterable<Family>>
  /** In Prometheus's text format. */
  expose(state: State): Promise<string>
}

const patienceMs = 2000

export const createTelemetry = ({
  clock,
  version,
  series,
}: {
  clock: Clock
  /** Of this program. */
  version: string
  /** Most of each family. */
  series: number
}): Telemetry => {
  const families = createFamilies(series)
  families.build.of(version, process.version).value = 1
  // What may never happen is there from the beginning: so an alarm on its growth hears of the first.
  for (const result of ['exported', 'dropped', 'failed']) families.spans.of(result)
  const { entries, commits, commitFailures, strangers, unrecorded } = families

  const collect: Telemetry['collect'] = async (state) => {
    readState(families, state)
    readProcess(families)
    for (const plane of state.planes()) commitFailures.of(plane)
    const late = Promise.withResolvers<void>()
    const cancel = clock.after(patienceMs, late.resolve)
    await Promise.race([readTrees(families, state, clock.now()), late.promise]).finally(cancel)
    return Object.values(families)
  }

  return {
    families,
    counts: createCallCounts(families, series),
    committed(plane, { rows, ms, failed }) {
      if (failed) commitFailures.of(plane).value++
      else observe(commits.of(plane), ms / 1000)
      entries.of(plane).value += rows
    },
    counted(plane, type, reason) {
      if (type === 'turned away') unrecorded.of(plane, 'call').value++
      else strangers.of(plane, type.replace('.count', ''), reason).value++
    },
    collect,
    expose: async (state) => expose(await collect(state)),
  }
}
