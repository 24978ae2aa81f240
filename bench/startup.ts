import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { furnish } from './plane.ts'
import { startProgram } from './program.ts'
import type { Pace } from './setting.ts'
import { median } from './summary.ts'
import { familyOf, residentOf } from './usage.ts'

export interface Startup {
  /** From the start of the process to its ready line, on a data folder that stood: median and all. */
  readonly readyMs: number
  readonly readyAllMs: readonly number[]
  /** Resident, with all its processes, after it served nobody for a while. MB of 10⁶ bytes. */
  readonly idleMb: number
}

/** Second and later starts of a data folder that holds the bench's planes. */
export const measureStartup = async (upstream: number, pace: Pace): Promise<Startup> => {
  const data = await mkdtemp(join(tmpdir(), 'bailiwick-bench-start-'))
  try {
    const first = await startProgram(data)
    await furnish(first.ask, upstream)
    await first.stop()
    const readyAllMs: number[] = []
    let idleMb = 0
    for (let start = 1; start <= pace.starts; start++) {
      const program = await startProgram(data)
      readyAllMs.push(program.readyMs)
      if (start === pace.starts) {
        await pause(pace.idleMs)
        idleMb = residentOf(familyOf(program.pid))
      }
      await program.stop()
    }
    return { readyMs: median(readyAllMs), readyAllMs, idleMb }
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}
