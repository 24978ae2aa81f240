import type { PlaneId } from '#domain/name.ts'
import type { Installation } from '#gateway/installation.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { pathOf } from '#manager/call-path.ts'
import { oneLine } from './cells.ts'
import { capabilityOf, drawStrip, tellResult } from './strip.ts'
import type { Terminal } from './terminal.ts'
import { clockTime, grouped } from './when.ts'

/** Lines that a person can still read; the rest is counted. */
const linesPerLook = 10
const lookEveryMs = 1000
/** Calls looked at again: those under way are shown when they have ended. */
const reach = 200

/** While somebody watches, one line for each call that has ended; the answer ends it. */
export const showCalls = (terminal: Terminal, installation: Installation): (() => void) => {
  const shown = new Map<PlaneId, Set<string>>()
  const look = async (): Promise<void> => {
    for (const plane of installation.change.current().planes.keys()) {
      const records = await installation.calls.list({ plane, most: reach })
      const before = shown.get(plane)
      const ended = records.filter((one) => one.decision !== 'permitted' || one.outcome)
      shown.set(plane, new Set(ended.map(({ call }) => call)))
      // What had been called before this start is no news.
      if (before) print(terminal, ended.filter(({ call }) => !before.has(call)).reverse())
    }
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    look()
      .catch(() => {})
      .finally(() => {
        looking = false
      })
  }, lookEveryMs)
  timer.unref()
  look().catch(() => {})
  return () => clearInterval(timer)
}

const print = (terminal: Terminal, records: readonly CallRecord[]): void => {
  for (const record of records.slice(0, linesPerLook)) terminal.out(line(terminal, record))
  const more = records.length - linesPerLook
  if (more > 0) terminal.out(`          ${terminal.glyph('cut')} ${grouped(more)} more`)
}

const line = (terminal: Terminal, record: CallRecord): string => {
  const ended = record.outcome ? `${grouped(Math.round(record.outcome.ms))} ms` : ''
  const who = `${record.agent}@${record.consumer}`.padEnd(22)
  const what = oneLine(capabilityOf(record)).padEnd(26)
  const result =
    record.outcome?.status === 'complete' ? ended : `${oneLine(tellResult(record))}  ${ended}`
  const strip = drawStrip(pathOf(record), terminal)
  return `${clockTime(record.at)}  ${strip} ${who}  ${what}  ${result.trimEnd()}  ${record.call}`
}
