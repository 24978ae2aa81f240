// The load generator: closed-loop callers over connections that are kept from one window to the next.
import { setTimeout as pause } from 'node:timers/promises'
import { type Caller, createCaller } from './caller.ts'
import { serveParent } from './process.ts'
import { callsPerToken, requestBytes, type Target } from './request.ts'

export type LoadQuestion =
  /** Connects what is missing, builds the requests and makes a few calls that do not count. */
  | {
      readonly ask: 'prepare'
      readonly target: Target
      readonly callers: number
      /** Each is used for ten calls, the first one again at the end where that is allowed; none: calls without one. */
      readonly tokens: readonly string[]
      readonly again: boolean
    }
  /** Calls for so long, or until the tokens are used up. */
  | { readonly ask: 'run'; readonly forMs: number; readonly everyMs: number }

export interface Window {
  /** Answered as they should be. */
  readonly calls: number
  readonly made: number
  readonly ms: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failed: number
  /** What went wrong first. */
  readonly problem: string
  /** The load generator's own CPU. */
  readonly ownUs: number
}

const connections = new Map<string, Caller[]>()
let callers: Caller[] = []
let requests: Buffer[] = []
let mayRepeat = false

const connectionsTo = async ({ port, expect }: Target, count: number): Promise<Caller[]> => {
  const key = `${port} ${expect.statuses} ${expect.text}`
  const known = connections.get(key) ?? []
  connections.set(key, known)
  while (known.length < count) known.push(createCaller(port, expect))
  const used = known.slice(0, count)
  await Promise.all(used.map((caller) => caller.open()))
  return used
}

const percentile = (sorted: Float64Array, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0

const run = async (forMs: number, everyMs: number): Promise<Window> => {
  const latencies: number[] = []
  const most = mayRepeat ? Number.POSITIVE_INFINITY : requests.length * callsPerToken
  const cpu = process.cpuUsage()
  const startedAt = performance.now()
  let made = 0
  let failed = 0
  let problem = ''
  const loop = (caller: Caller): Promise<void> =>
    new Promise((resolve) => {
      let sentAt = 0
      const next = (): void => {
        sentAt = performance.now()
        const request = requests[Math.floor(made / callsPerToken) % requests.length]
        if (!request || sentAt - startedAt >= forMs || made >= most) resolve()
        else {
          made++
          caller.call(request, done, wrong)
        }
      }
      const again = (): void => {
        const rest = everyMs === 0 ? 0 : everyMs - (performance.now() - sentAt)
        if (rest > 1) setTimeout(next, rest)
        else next()
      }
      const done = (): void => {
        latencies.push(performance.now() - sentAt)
        again()
      }
      const wrong = (what: string): void => {
        failed++
        problem ||= what
        // One that fails at once must not keep the process from seeing the time.
        setTimeout(next, 5)
      }
      next()
    })
  await Promise.all(callers.map(loop))
  const ms = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpu)
  const sorted = Float64Array.from(latencies).sort()
  return {
    calls: latencies.length,
    made,
    ms,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    failed,
    problem,
    ownUs: user + system,
  }
}

serveParent(undefined, async (question: LoadQuestion): Promise<Window | undefined> => {
  if (question.ask === 'run') return run(question.forMs, question.everyMs)
  const { target, tokens } = question
  callers = await connectionsTo(target, question.callers)
  const written = tokens.length === 0 ? [undefined] : tokens
  requests = written.map((token) => requestBytes(target, token))
  mayRepeat = true
  const first = requests
  requests = first.slice(0, 1)
  const before = await run(30, 0)
  await pause(5)
  requests = first.slice(tokens.length > 1 ? 1 : 0)
  mayRepeat = question.again
  if (before.calls === 0) throw new Error(before.problem || 'no call was answered')
  return undefined
})
