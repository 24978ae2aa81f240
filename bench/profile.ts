import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

/** Where the time of one thread went. */
export interface ThreadProfile {
  readonly thread: string
  /** Of the time that the profile covers, the part in which something ran. */
  readonly busy: number
  /** By the function that was on top of the stack. */
  readonly functions: readonly Share[]
  /** By the innermost function of ours on the stack: what we pay for calling something. */
  readonly owners: readonly Share[]
  /** By where the function on top stands: a folder of ours, a package, Node's own code, the engine and the system. */
  readonly rooms: readonly Share[]
}

export interface Share {
  readonly name: string
  /** File and line; empty for what is not JavaScript. */
  readonly place: string
  /** Of the time in which the thread was busy. */
  readonly share: number
}

/** The part of a .cpuprofile that is read here (Chrome DevTools Protocol, Profiler.Profile). */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  /** Microseconds since the sample before; the first one since `startTime`. */
  readonly timeDeltas: readonly number[]
  /** Microseconds of the system's monotonic clock. */
  readonly startTime: number
}

/** From and to, microseconds of the monotonic clock, which all processes of a machine share. */
export type Span = readonly [number, number]
export const monotonicUs = (): number => Number(process.hrtime.bigint() / 1000n)

interface ProfileNode {
  readonly id: number
  readonly callFrame: Frame
  readonly children?: readonly number[]
}
interface Frame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

const isIdle = (name: string) => name === '(idle)' || name === '(root)'
const isOurs = ({ url }: Frame) => url.includes('/src/') && !url.includes('/node_modules/')

const nameOf = ({ functionName, url, lineNumber }: Frame): string =>
  `${functionName || '(anonymous)'}\n${placeOf(url, lineNumber)}`

const placeOf = (url: string, line: number): string => {
  if (url === '') return ''
  const short = /(?:node_modules|src|bench)\/.*$/.exec(url)?.[0] ?? basename(url)
  return `${short}:${line + 1}`
}

const roomOf = ({ url, functionName }: Frame): string => {
  const own = /\/((?:src|bench)(?:\/[a-z-]+(?=\/))?)/.exec(url)?.[1]
  const bought = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (url === '') return functionName.startsWith('(') ? functionName : 'the system, by native code'
  return `${bought ?? own ?? 'node'}\n`
}

/** For each node the name of itself or its nearest caller that is ours, else of the outermost function. */
const ownersOf = (nodes: readonly ProfileNode[]): Map<number, string> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const owners = new Map<number, string>()
  const descend = (node: ProfileNode, inherited: string | undefined): void => {
    const { callFrame } = node
    const isRoot = callFrame.functionName === '(root)'
    const owner = isOurs(callFrame) ? nameOf(callFrame) : inherited
    owners.set(node.id, owner ?? nameOf(callFrame))
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child) descend(child, isRoot ? undefined : (owner ?? nameOf(callFrame)))
    }
  }
  const [root] = nodes
  if (root) descend(root, undefined)
  return owners
}

/** Counts the samples within the spans, in which the thread was not idle. */
const readProfile = (
  profile: CpuProfile,
  thread: string,
  spans: readonly Span[],
  most: number,
): ThreadProfile => {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const owners = ownersOf(profile.nodes)
  const [byFunction, byOwner, byRoom] = [counts(), counts(), counts()]
  let nowUs = profile.startTime
  let wholeUs = 0
  let busyUs = 0
  profile.samples.forEach((id, at) => {
    const us = Math.max(0, profile.timeDeltas[at] ?? 0)
    nowUs += us
    const frame = frames.get(id)
    if (!frame || !spans.some(([from, to]) => nowUs >= from && nowUs <= to)) return
    wholeUs += us
    if (isIdle(frame.functionName)) return
    busyUs += us
    add(byFunction, nameOf(frame), us)
    add(byOwner, owners.get(id) ?? '', us)
    add(byRoom, roomOf(frame), us)
  })
  const shares = (of: Counts) => largest(of, busyUs, most)
  return {
    thread,
    busy: wholeUs === 0 ? 0 : busyUs / wholeUs,
    functions: shares(byFunction),
    owners: shares(byOwner),
    rooms: shares(byRoom),
  }
}

type Counts = Map<string, number>
const counts = (): Counts => new Map()

const add = (counts: Counts, key: string, us: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + us)
}

const largest = (counts: Counts, wholeUs: number, most: number): Share[] =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, most)
    .map(([key, us]) => {
      const [name = '', place = ''] = key.split('\n')
      return { name, place, share: us / wholeUs }
    })

/** All profiles of a folder, the main thread first (`CPU.date.time.pid.thread.number.cpuprofile`). */
export const readProfiles = async (
  folder: string,
  spans: readonly Span[],
  most: number,
): Promise<ThreadProfile[]> => {
  const threadOf = (file: string) => Number(file.split('.')[4])
  const files = (await readdir(folder)).filter((file) => file.endsWith('.cpuprofile'))
  const sorted = files.sort((a, b) => threadOf(a) - threadOf(b))
  if (threadOf(sorted[0] ?? '') !== 0) throw new Error('the main thread left no profile behind')
  return Promise.all(
    sorted.map(async (file) => {
      const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile
      const number = threadOf(file)
      return readProfile(profile, number === 0 ? 'main thread' : `worker ${number}`, spans, most)
    }),
  )
}
