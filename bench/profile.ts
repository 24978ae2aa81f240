import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** Where the time of one thread went, by the function that was on top of the stack. */
export interface ThreadProfile {
  readonly thread: string
  /** Of the time that the profile covers, the part in which something ran. */
  readonly busy: number
  readonly functions: readonly {
    readonly name: string
    readonly place: string
    readonly share: number
  }[]
}

/** The part of a .cpuprofile that is read here (Chrome DevTools Protocol, Profiler.Profile). */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: {
      readonly functionName: string
      readonly url: string
      readonly lineNumber: number
    }
  }[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before; the first one since `startTime`. */
  readonly timeDeltas: readonly number[]
  /** Microseconds of the system's monotonic clock. */
  readonly startTime: number
}

/** From and to, microseconds of the monotonic clock, which all processes of a machine share. */
export type Span = readonly [number, number]
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n)

const isIdle = (name: string) => name === '(idle)' || name === '(root)'

/**
 * The functions with the largest self time within the spans, as shares of the time in which the thread
 * was not idle.
 */
const readProfile = (
  profile: CpuProfile,
  thread: string,
  spans: readonly Span[],
  most: number,
): ThreadProfile => {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const selfUs = new Map<string, number>()
  let nowUs = profile.startTime
  let wholeUs = 0
  let busyUs = 0
  profile.samples.forEach((id, at) => {
    const frame = frames.get(id)
    const us = Math.max(0, profile.timeDeltas[at] ?? 0)
    nowUs += us
    if (!spans.some(([from, to]) => nowUs >= from && nowUs <= to)) return
    wholeUs += us
    if (!frame || isIdle(frame.functionName)) return
    busyUs += us
    const key = `${frame.functionName || '(anonymous)'}\n${placeOf(frame.url, frame.lineNumber)}`
    selfUs.set(key, (selfUs.get(key) ?? 0) + us)
  })
  const functions = [...selfUs]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([key, us]) => {
      const [name = '', place = ''] = key.split('\n')
      return { name, place, share: us / busyUs }
    })
  return { thread, busy: busyUs / wholeUs, functions }
}

const placeOf = (url: string, line: number): string => {
  if (url === '') return ''
  const short = /(?:node_modules|src|bench)\/.*$/.exec(url)?.[0] ?? basename(url)
  return `${short}:${line + 1}`
}

/** All profiles of a folder, the main thread first (`CPU.date.time.pid.thread.number.cpuprofile`). */
export const readProfiles = async (
  folder: string,
  spans: readonly Span[],
  most: number,
): Promise<ThreadProfile[]> => {
  const threadOf = (file: string) => Number(file.split('.')[4])
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'))
  const sorted = files.sort((a, b) => threadOf(a) - threadOf(b))
  return Promise.all(
    sorted.map(async (file) => {
      const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile
      const number = threadOf(file)
      return readProfile(profile, number === 0 ? 'main thread' : `worker ${number}`, spans, most)
    }),
  )
}
