import { median } from './summary.ts'

export interface Spent {
  /** Until the answer stands as JSON. */
  readonly ms: number
  /** Of all threads of this process: what other work of the machine does not lengthen. */
  readonly cpuMs: number
}

/** Medians of so many times, after one that does not count. */
export const spentBy = async (times: number, work: () => Promise<unknown>): Promise<Spent> => {
  const all: Spent[] = []
  for (let n = 0; n <= times; n++) {
    const [begun, cpu] = [performance.now(), process.cpuUsage()]
    JSON.stringify(await work())
    const { user, system } = process.cpuUsage(cpu)
    if (n > 0) all.push({ ms: performance.now() - begun, cpuMs: (user + system) / 1000 })
  }
  return { ms: median(all.map(({ ms }) => ms)), cpuMs: median(all.map(({ cpuMs }) => cpuMs)) }
}
