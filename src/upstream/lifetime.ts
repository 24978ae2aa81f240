import { asFault, Fault } from '#lib/fault.ts'
import type { LogFields } from '#lib/log.ts'
import { createAsk } from './ask.ts'
import { backoffMs } from './backoff.ts'
import { drain, type Ground } from './connection.ts'
import { type Found, revisionsOf, UNKNOWN } from './found.ts'
import type { HealthKeeper } from './health.ts'
import type { Incarnation } from './incarnation.ts'
import { probeStdio, type Questions } from './stdio-probe.ts'
import { troubleOf } from './trouble.ts'

/** A runner's process and those that take its place. */
export interface Lifetime {
  /** Answers questions and takes requests; undefined while there is none that does. */
  readonly running: Incarnation | undefined
  readonly found: Found
  /** Resolves when the first has said what it speaks, or could not be started. */
  readonly first: Promise<void>
  /** Another process is to take over: what the old one is busy with may end. */
  renew(): void
  /** Resolves when no process is left. */
  close(): Promise<void>
}

/** A process that has been up for so long did not fail at its start: the count begins anew. */
const STEADY_MS = 60_000

/** After so many crashes in a row it is only tried every few minutes. */
const CRASH_LOOP = 10
const CRASH_LOOP_RETRY = { firstMs: 300_000, mostMs: 300_000 }

const BOTH: Questions = { modern: true, legacy: true }

/** Starts a process, asks it what it speaks, and starts another when it ends. */
export function keepRunning(parts: {
  ground: Ground
  about: LogFields
  say: (what: string) => string
  health: HealthKeeper
  /** What the first is asked, where it is known what it speaks. */
  questions?: Questions | undefined
  /** Rejects with a Fault that says why there can be none. */
  start: () => Promise<Incarnation>
  /** There is one again; `isNews` where somebody may know of another, or of none. */
  onUp: (one: Incarnation, isNews: boolean) => void
  onDown: () => void
}): Lifetime {
  const { ground, about, say, health, start, onUp, onDown } = parts
  const { clock, random, log, limits } = ground
  const first = Promise.withResolvers<void>()
  const leaving = new Set<Promise<void>>()
  let found = UNKNOWN
  let running: Incarnation | undefined
  let questions = parts.questions ?? BOTH
  let hasSpoken = false
  /** In a row, and altogether. */
  let crashes = 0
  let restarts = 0
  let isClosed = false
  /** The process, or the pause between two, is to make way for another process. */
  let change = Promise.withResolvers<'changed'>()
  const over = run()

  async function run(): Promise<void> {
    while (!isClosed) {
      change = Promise.withResolvers<'changed'>()
      const startedAt = clock.elapsed()
      try {
        await live()
      } catch (thrown) {
        crashes = clock.elapsed() - startedAt >= STEADY_MS ? 1 : crashes + 1
        restarts++
        await fallDown(thrown)
      }
    }
    first.resolve()
  }

  /** One process from start to end. Resolves where the next is to be started at once, rejects with what went wrong. */
  async function live(): Promise<void> {
    const one = await start()
    health.about({ restarts })
    hasSpoken = false
    if (found === UNKNOWN) health.set('starting', say('is being asked what it speaks'))
    const verdict = isClosed
      ? ('changed' as const)
      : await Promise.race([ask(one), one.ended, change.promise])
    if (verdict === 'changed' || verdict === 'one era' || verdict instanceof Fault) {
      if (verdict === 'one era') questions = { modern: true, legacy: false }
      await one.stop()
      if (verdict instanceof Fault) throw verdict
    } else if ('how' in verdict) {
      diedWhenAsked(verdict.how)
    } else {
      await serve(one, verdict)
    }
  }

  /** From its first answer on, for as long as it lives or may. */
  async function serve(one: Incarnation, verdict: Found): Promise<void> {
    const isNews = found !== UNKNOWN || restarts > 0
    found = verdict
    running = one
    health.set('up', say(`speaks ${revisionsOf(found)}`))
    first.resolve()
    onUp(one, isNews)
    const end = await Promise.race([one.ended, change.promise])
    running = undefined
    if (end !== 'changed') throw ended(end.how)
    leave(one)
  }

  function leave(one: Incarnation): void {
    const gone = drain(clock, () => one.underWay === 0, isClosed ? 0 : limits.drainMs)
      .then(() => one.stop())
      .finally(() => leaving.delete(gone))
    leaving.add(gone)
  }

  /** Some end at a request that comes before the handshake, some at the handshake: the next is spared it. */
  function diedWhenAsked(how: string): void {
    const isAgain = questions !== BOTH
    questions = isAgain ? BOTH : { modern: hasSpoken, legacy: !hasSpoken }
    if (isAgain) throw ended(how)
  }

  function ended(how: string): Fault {
    return new Fault('upstream_unreachable', { detail: say(how), cause: { code: 'PROCESS' } })
  }

  async function fallDown(thrown: unknown): Promise<void> {
    if (isClosed) return
    const fault = asFault(thrown)
    if (fault.code === 'internal') log.error('upstream.start', { ...about, cause: String(thrown) })
    const isLoop = crashes > CRASH_LOOP
    const what = fault.detail ?? say('could not be started')
    const said = isLoop ? `${what}, ${CRASH_LOOP} times in a row and more` : what
    health.set('down', said, troubleOf(fault))
    onDown()
    first.resolve()
    await pause(backoffMs(isLoop ? 1 : crashes, isLoop ? CRASH_LOOP_RETRY : limits.retry, random))
  }

  function pause(ms: number): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const stopTimer = clock.after(ms, resolve)
    return Promise.race([promise, change.promise]).finally(stopTimer)
  }

  function ask(one: Incarnation): Promise<Found | 'one era' | Fault> {
    const patience = () =>
      new Promise<void>((done) => void clock.after(limits.probeTimeoutMs, done))
    const asker = {
      ask: createAsk(one.send, say),
      about: ground.about,
      loan: () => undefined,
      timeoutMs: limits.startTimeoutMs,
      say,
    }
    const spoke = () => {
      hasSpoken = true
    }
    return probeStdio(asker, questions, patience, spoke).catch(asFault)
  }

  return {
    get running() {
      return running
    },
    get found() {
      return found
    },
    first: first.promise,
    renew() {
      running = undefined
      questions = BOTH
      change.resolve('changed')
    },
    async close() {
      isClosed = true
      const last = running
      change.resolve('changed')
      await over
      await Promise.all([last?.stop(), ...leaving])
    },
  }
}
