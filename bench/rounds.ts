import type { createMeasure, Sample } from './measure.ts'
import type { Missing, Row } from './row.ts'
import { nameOf, type Pace, type Setting } from './setting.ts'

/** What was measured of one row at one setting, a sample for each round. */
export interface Measured {
  readonly row: string
  readonly about: string
  readonly setting: Setting
  readonly samples: readonly Sample[]
}

/**
 * Round after round, setting after setting, row after row, so that what else happens on the machine
 * happens to all of them. A row that fails once is out, and told under its name. When the time is up,
 * what has been measured counts.
 */
export const measureRounds = async (parts: {
  rows: readonly Row[]
  settings: readonly Setting[]
  pace: Pace
  measure: ReturnType<typeof createMeasure>
  /** Milliseconds since the bench began. */
  elapsed(): number
  progress(line: string): void
}): Promise<{ measured: Measured[]; missing: Missing[]; rounds: number }> => {
  const { rows, settings, pace, measure, elapsed, progress } = parts
  const samples = new Map<Row, Map<Setting, Sample[]>>(
    rows.map((row) => [row, new Map(settings.map((setting) => [setting, []]))]),
  )
  const missing: Missing[] = []

  const attempt = async (row: Row, work: () => Promise<void>): Promise<void> => {
    if (!samples.has(row)) return
    try {
      await work()
    } catch (thrown) {
      missing.push({ name: row.name, problem: messageOf(thrown) })
      samples.delete(row)
    }
  }

  for (const row of rows) {
    progress(`warming up ${row.name.trim()}`)
    await attempt(row, () => measure.warmUp(row, settings))
  }
  let rounds = 0
  while (rounds < pace.rounds && elapsed() < pace.roundsEndMs) {
    rounds++
    progress(`round ${rounds} of ${pace.rounds}`)
    for (const setting of settings)
      for (const row of rows)
        await attempt(row, async () => {
          if (elapsed() > pace.roundsEndMs) return
          const sample = await measure.window(row, setting)
          samples.get(row)?.get(setting)?.push(sample)
        })
  }
  const measured = [...samples].flatMap(([{ name, about }, bySetting]) =>
    [...bySetting].map(([setting, list]) => ({ row: name, about, setting, samples: list })),
  )
  for (const { row, setting } of measured.filter((one) => one.samples.length === 0))
    missing.push({ name: `${row.trim()} at ${nameOf(setting)}`, problem: 'no time was left' })
  return { measured: measured.filter((one) => one.samples.length > 0), missing, rounds }
}

export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)
