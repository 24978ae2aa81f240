import type { ServerDocument } from '#domain/documents.ts'
import type { Loan } from '#domain/loan.ts'
import { type PlaneId, planeId } from '#domain/name.ts'
import { asFault, Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Answer, asObject, createAsk } from './ask.ts'
import { backoffMs } from './backoff.ts'
import { type Connection, drain, type Ground } from './connection.ts'
import { type Found, greetingOf, revisionsOf, UNKNOWN } from './found.ts'
import { modernParams } from './greet.ts'
import { createHealth } from './health.ts'
import { type Host, type Incarnation, incarnate } from './incarnation.ts'
import { planLaunch } from './isolation.ts'
import { environmentValue } from './lend.ts'
import { listAll } from './list.ts'
import { answerLocally, failSoon } from './locally.ts'
import { createParking } from './parked.ts'
import { probeStdio, type Questions } from './stdio-probe.ts'
import type { Discovered, Exchange, Outbound, Runner, Sink } from './upstream.ts'

/** A server that a runner of the operator's configuration starts. */
export type StdioServer = ServerDocument & { readonly upstream: { readonly runner: string } }

/** A process that has been up for so long did not fail at its start: the count begins anew. */
const STEADY_MS = 60_000

/** After so many crashes in a row it is only tried every few minutes. */
const CRASH_LOOP = 10
const CRASH_LOOP_RETRY = { firstMs: 300_000, mostMs: 300_000 }

const BOTH: Questions = { modern: true, legacy: true }

/** Starts the child process of a runner and keeps one running, which all callers share. */
export function openStdio(
  document: StdioServer,
  /** Undefined where the operator's configuration has none of that name. */
  runner: Runner | undefined,
  ground: Ground,
  host: Host,
): Connection {
  const { clock, random, log, limits } = ground
  const plane: PlaneId = planeId(document.plane)
  const about = { plane, server: document.name }
  const say = (what: string) => `${document.name} ${what} (runner ${document.upstream.runner})`
  const listeners = new Set<() => void>()
  const health = createHealth(clock, ({ state, detail }) =>
    log[state === 'down' ? 'warn' : 'info'](`upstream.${state}`, { ...about, detail }),
  )
  const parking = createParking({ clock, say, most: limits.waiting })
  const first = Promise.withResolvers<void>()
  const leaving = new Set<Promise<void>>()
  let found = UNKNOWN
  let questions = BOTH
  /** In a row, and altogether. */
  let crashes = 0
  let restarts = 0
  let hasSpoken = false
  let isClosed = false
  let isRetired = false
  /** Answers questions and takes requests; undefined while there is none that does. */
  let running: Incarnation | undefined
  /** The process, or the pause between two, is to make way for another process. */
  let change = Promise.withResolvers<'changed'>()
  const over = keepRunning()

  async function keepRunning(): Promise<void> {
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
    const loan = lent()
    const launch = await planLaunch(
      knownRunner(),
      inEnvironment(loan),
      await host.fences(),
      host.hidden,
    )
    if (isClosed) return
    health.about({ isolation: launch.isolation, restarts })
    hasSpoken = false
    if (found === UNKNOWN) health.set('starting', say('is being asked what it speaks'))
    const onListChanged = () => tell()
    const one = incarnate({ launch, loan, ground, host, about, say, onListChanged })
    const verdict = await Promise.race([ask(one), one.ended, change.promise])
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

  /** From the first answer on, for as long as it lives or may. */
  async function serve(one: Incarnation, verdict: Found): Promise<void> {
    const isFirst = found === UNKNOWN
    found = verdict
    running = one
    health.set('up', say(`speaks ${revisionsOf(found)}`))
    first.resolve()
    parking.release(one.send)
    // Who asked while there was no process has had its answer, and must hear that there is one now.
    if (!isFirst || restarts > 0) tell()
    const end = await Promise.race([one.ended, change.promise])
    running = undefined
    if (end !== 'changed') throw ended(end.how)
    leave(one)
  }

  /** What it is busy with may end; what is new goes to the next process. */
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
    return new Fault('upstream_unreachable', { detail: say(how) })
  }

  async function fallDown(thrown: unknown): Promise<void> {
    if (isClosed) return
    const fault = asFault(thrown)
    if (fault.code === 'internal') log.error('upstream.start', { ...about, cause: String(thrown) })
    const isLoop = crashes > CRASH_LOOP
    const what = fault.detail ?? say('could not be started')
    health.set('down', isLoop ? `${what}, ${CRASH_LOOP} times in a row and more` : what)
    parking.fail('upstream_unreachable', 'has no process')
    first.resolve()
    const waitMs = backoffMs(isLoop ? 1 : crashes, isLoop ? CRASH_LOOP_RETRY : limits.retry, random)
    await pause(waitMs)
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

  function knownRunner(): Runner {
    if (runner !== undefined) return runner
    const { runner: name } = document.upstream
    const detail = `${document.name} needs the runner ${name}, which the operator's configuration does not have`
    throw new Fault('bad_configuration', { detail })
  }

  function lent(): Loan | undefined {
    const { credential } = document
    if (credential === undefined) return undefined
    const loan = ground.loanFor(plane, document.name)
    if (loan !== undefined) return loan
    throw noCredential(`needs the credential ${credential.name}, which has no secret in the vault`)
  }

  function inEnvironment(loan: Loan | undefined): Record<string, string> {
    const { credential } = document
    if (credential === undefined || loan === undefined) return {}
    const value = environmentValue(loan)
    if ('env' in credential && value !== undefined) return { [credential.env]: value }
    throw noCredential(
      `needs the credential ${credential.name}, whose secret cannot be opened or no variable can hold`,
    )
  }

  function noCredential(what: string): Fault {
    return new Fault('no_credential', { detail: say(what) })
  }

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function send(message: Outbound, sink: Sink): Exchange {
    if (message.id === undefined || isPerConnection(message.method)) {
      return answerLocally(message, sink)
    }
    if (document.credential !== undefined && message.loan === undefined) {
      const what = `needs the credential ${document.credential.name}, and none was lent`
      return failSoon(sink, 'no_credential', say(what))
    }
    if (isRetired || isClosed) {
      return failSoon(sink, 'upstream_unreachable', say('was left: its document changed'))
    }
    if (running !== undefined && isCurrent(running, message)) return running.send(message, sink)
    if (health.current.state !== 'down') return parking.add(message, sink)
    return failSoon(sink, 'upstream_unreachable', health.current.detail)
  }

  /** Another version of the secret than the process holds was lent to this call: a new process, first. */
  function isCurrent(one: Incarnation, { loan }: Outbound): boolean {
    if (loan === undefined || loan.version === one.version) return true
    if (ground.loanFor(plane, document.name)?.version === one.version) return true
    renew()
    return false
  }

  function renew(): void {
    running = undefined
    questions = BOTH
    change.resolve('changed')
  }

  async function discover(): Promise<Discovered[]> {
    await first.promise
    const capabilities = asObject((found.discover ?? found.initialize)?.capabilities)
    if (running === undefined || capabilities === undefined) {
      throw new Fault('upstream_unreachable', { detail: health.current.detail })
    }
    const listed = createAsk(running.send, say)
    const era = found.discover === undefined ? 'legacy' : 'modern'
    const question = { era, headers: [], loan: undefined, timeoutMs: limits.askTimeoutMs } as const
    const page = (method: string, params: JsonObject): Promise<Answer> =>
      listed({
        ...question,
        method,
        params: era === 'modern' ? modernParams(ground.about, params) : params,
      })
    return listAll(page, capabilities, say, limits.list)
  }

  async function close(): Promise<void> {
    isClosed = true
    const last = running
    change.resolve('changed')
    parking.fail('upstream_unreachable', 'is being stopped')
    await over
    await Promise.all([last?.stop(), ...leaving])
  }

  return {
    plane,
    server: document.name,
    shared: true,
    ready: first.promise,
    get eras() {
      return found.eras
    },
    get health() {
      return health.current
    },
    get greeting() {
      return greetingOf(found)
    },
    send,
    discover,
    onListChanged(listener) {
      listeners.add(listener)
    },
    refresh: renew,
    async retire(drainMs) {
      isRetired = true
      await drain(clock, () => (running?.underWay ?? 0) === 0, drainMs)
      await close()
    },
    close,
  }
}

/** What belongs to one connection and its one client, which no caller of a shared process is. */
function isPerConnection(method: string): boolean {
  return PER_CONNECTION.has(method) || method.startsWith('tasks/')
}

const PER_CONNECTION: ReadonlySet<string> = new Set([
  'initialize',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
])
