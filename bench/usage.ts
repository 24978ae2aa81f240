import { readdirSync, readFileSync } from 'node:fs'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
const threadsOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** A process and all that it started, as they are now. */
export const familyOf = (pid: number): number[] => {
  const children = threadsOf(pid).flatMap((thread) =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
  return [pid, ...children.flatMap(familyOf)]
}

/**
 * User and system time of processes with all their threads, microseconds. The scheduler's own count
 * (nanoseconds) of every thread, because /proc/PID/stat counts in hundredths of a second, which is as
 * long as nginx needs for 700 calls; where the kernel keeps no such count, that.
 */
export const cpuOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + (countedOf(pid) ?? ticksOf(pid)), 0)

const countedOf = (pid: number): number | undefined => {
  const threads = threadsOf(pid).map((thread) => read(`/proc/${pid}/task/${thread}/schedstat`))
  if (threads.some((text) => text === '')) return undefined
  return threads.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1000, 0)
}

const ticksOf = (pid: number): number => {
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15 of proc(5).
  const fields = read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10_000
}

/** Resident memory, MB (10⁶ bytes). */
export const residentOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`))?.[1]
    return sum + (Number(kilobytes ?? 0) * 1024) / 1e6
  }, 0)
