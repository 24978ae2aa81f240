import cluster, { type Worker } from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import { fromWire } from '#edge/control/wire.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import { backoffMs } from '#upstream/backoff.ts'
import { closingMs, type Order, type Said } from './orders.ts'

export interface Workers {
  /**
   * Starts them and replaces each that dies. Resolves when `stop` was asked for and all are gone;
   * throws what the first one told where they end again and again before they serve.
   */
  run(): Promise<void>
  /** Each lets its calls end; those that take longer than they may are killed. */
  stop(): void
  /** SIGKILL to all. */
  kill(): void
}

/** Whoever served for so long died of something new. */
const steadyMs = 60_000
/** So often in a row they may all end before one of them serves. */
const mostRounds = 5
const pause = { firstMs: 250, mostMs: 30_000 }

/**
 * The first process of several: it serves nothing, opens no store and holds no key. The first worker
 * starts alone, so that what a new installation needs is made once and a wrong configuration is told
 * once; the others follow when it serves. They share its port, which this process holds for them.
 */
export const createWorkers = (about: {
  count: number
  /** `HOST:PORT`. */
  listen: string
  clock: Clock
  random: Random
  log: Log
  /** A worker was asked to stop all of them. */
  onStopAsked: () => void
  /** All of them serve, which was said. */
  onServing: () => void
}): Workers => {
  const { count, clock, random, log } = about
  const all = new Set<Worker>()
  /** And since when. */
  const serving = new Map<Worker, number>()
  const ending = Promise.withResolvers<Fault | undefined>()
  const gone = Promise.withResolvers<void>()
  let { listen } = about
  let port = ''
  let origin: string | undefined
  let drainMs = 0
  let leader: Worker | undefined
  let announcer: Worker | undefined
  let isAnnounced = false
  let isStopping = false
  let isFilling = false
  let failures = 0
  let rounds = 0
  let problem: Fault | undefined
  let isTold = false

  const tell = (worker: Worker, order: Order): void => {
    if (worker.isConnected()) worker.send(order)
  }
  const fork = (): void => {
    // Once nobody listens any more a free port would be another one.
    if (serving.size === 0 && port !== '') listen = listen.replace(/:0$/, `:${port}`)
    const worker = cluster.fork()
    all.add(worker)
    worker.on('message', (said: Said) => hear(worker, said))
    worker.on('listening', (address) => {
      port = String(address.port)
    })
    worker.on('error', (error) => {
      if (worker.process.pid === undefined) left(worker, `not started: ${error.message}`)
    })
    worker.once('exit', (code, signal) => left(worker, signal || `exit code ${code}`))
    const known = origin === undefined ? { joins: false } : { joins: true, origin }
    tell(worker, { order: 'start', listen, ...known })
  }
  const fill = (): void => {
    const wanted = origin === undefined ? 1 : count
    while (!isStopping && all.size < wanted) fork()
  }

  const hear = (worker: Worker, said: Said): void => {
    if (said.said === 'stop') about.onStopAsked()
    if (said.said === 'announced') {
      isAnnounced = true
      about.onServing()
    }
    if (said.said === 'failed') {
      const told = fromWire(said.fault)
      problem ??= told
      isTold = true
      if (origin !== undefined)
        log.error('worker.failed', {
          pid: worker.process.pid,
          code: told?.code,
          detail: told?.detail,
        })
    }
    if (said.said !== 'ready' || isStopping) return
    serving.set(worker, clock.elapsed())
    rounds = 0
    problem = undefined
    isTold = false
    origin = said.origin
    drainMs = said.drainMs
    fill()
    lead()
  }
  /** One of those that serve has the control socket, and says it when all of them do. */
  const lead = (): void => {
    if (!leader) {
      leader = serving.keys().next().value
      if (leader) tell(leader, { order: 'control' })
    }
    if (isAnnounced || !leader || announcer === leader || serving.size < count) return
    announcer = leader
    tell(leader, { order: 'announce' })
  }

  const left = (worker: Worker, how: string): void => {
    if (!all.delete(worker)) return
    const since = serving.get(worker)
    serving.delete(worker)
    if (isStopping) {
      if (all.size === 0) gone.resolve()
      return
    }
    log.warn('worker.ended', { pid: worker.process.pid, how })
    if (leader === worker) {
      leader = undefined
      lead()
    }
    if (since !== undefined && clock.elapsed() - since >= steadyMs) failures = 0
    // What the very first one says of its configuration or its store would be said by each.
    if (since === undefined && origin === undefined && isTold) ending.resolve(problem)
    else replace(since === undefined ? how : undefined)
  }
  /** What ends while others are already waited for ends in the same round. */
  const replace = (endedEarly: string | undefined): void => {
    if (isFilling) return
    if (endedEarly !== undefined) {
      rounds += 1
      problem ??= new Fault('not_running', {
        detail: `The processes end again and again before they serve, the first one with ${endedEarly}.`,
      })
    }
    const isSomethingServed = isAnnounced && serving.size > 0
    if (rounds >= mostRounds && !isSomethingServed) {
      ending.resolve(problem)
      return
    }
    isFilling = true
    failures += 1
    const delayMs = failures === 1 ? 0 : backoffMs(failures - 1, pause, random)
    // A timer that keeps this process alive: nothing else may be left to.
    void wait(delayMs).then(() => {
      isFilling = false
      fill()
    })
  }

  const kill = (): void => {
    for (const worker of all) worker.process.kill('SIGKILL')
  }
  const end = async (): Promise<void> => {
    isStopping = true
    if (all.size === 0) return
    for (const worker of all) worker.process.kill('SIGTERM')
    const cancel = clock.after(drainMs + closingMs, () => {
      log.error('worker.killed', { count: all.size, afterMs: drainMs + closingMs })
      kill()
    })
    await gone.promise
    cancel()
  }
  return {
    async run() {
      fill()
      const told = await ending.promise
      await end()
      if (told) throw told
    },
    stop: () => ending.resolve(undefined),
    kill,
  }
}
