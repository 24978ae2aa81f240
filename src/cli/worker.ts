import assert from 'node:assert/strict'
import cluster from 'node:cluster'
import { Fault } from '#lib/fault.ts'
import { closingMs, type Order, type Said } from './orders.ts'

type Start = Extract<Order, { order: 'start' }>
type Duty = Exclude<Order, Start>['order']

/** A worker's line to the first process. */
export interface Line {
  /** Rejects where the first process is gone before it said how to start. */
  readonly start: Promise<Start>
  /** Why this worker is to end; rejects where it could not do its duty. */
  readonly ending: Promise<string>
  end(because: string): void
  /** Duties are done one after the other. */
  onDuty(perform: (duty: Duty) => Promise<void>): void
  say(said: Said): Promise<void>
  /** Ends this process where it is still there after its calls should have ended and all be closed. */
  limit(drainMs: number): void
  /** Lets this process end by itself. */
  close(): void
}

export const isWorker = cluster.isWorker

export const openLine = (): Line => {
  const { worker } = cluster
  assert(worker, 'only a worker has a first process')
  const start = Promise.withResolvers<Start>()
  const ending = Promise.withResolvers<string>()
  let done: Promise<void> = Promise.resolve()
  let perform = async (_: Duty): Promise<void> => {}

  process.on('message', (order: Order) => {
    if (order.order === 'start') start.resolve(order)
    else done = done.then(() => perform(order.order)).catch(ending.reject)
  })
  worker.once('disconnect', () => {
    // Else node:cluster ends this process at once, in the middle of calls.
    worker.exitedAfterDisconnect = true
    start.reject(new Fault('draining', { detail: 'The first process is gone.' }))
    ending.resolve('the first process is gone')
  })
  for (const { promise } of [start, ending]) (promise as Promise<unknown>).catch(() => {})
  return {
    start: start.promise,
    ending: ending.promise,
    end: ending.resolve,
    onDuty(task) {
      perform = task
    },
    say: (said) =>
      new Promise((resolve) => {
        if (worker.isConnected()) process.send?.(said, undefined, {}, () => resolve())
        else resolve()
      }),
    limit(drainMs) {
      setTimeout(() => process.exit(1), drainMs + closingMs).unref()
    },
    close() {
      if (worker.isConnected()) process.disconnect()
    },
  }
}
