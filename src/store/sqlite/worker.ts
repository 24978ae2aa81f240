import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { type Transferable, Worker } from 'node:worker_threads'
import { Fault } from '#lib/fault.ts'
import type { Folder } from './files.ts'
import { endIfPastRepair } from './past-repair.ts'
import { type Role, roles } from './roles.ts'
import { type Answer, problemOf, SqliteError } from './sqlite-error.ts'

export interface AskWorker<Question> {
  /** Rejects with SqliteError, or with Fault('bad_store') once the worker has ended. */
  ask<Value>(question: Question, transfer?: readonly Transferable[]): Promise<Value>
  /** Ends the worker, without waiting for what it has been asked. */
  end(): Promise<void>
}

interface Waiting {
  resolve(value: unknown): void
  reject(reason: unknown): void
}

/**
 * Starts a worker in one of the store's roles. It answers each message with one message, in order,
 * so that no ids need to travel. A worker that ends by itself fails everything asked of it, then
 * and later: what it held is on disk, and the process is to be started anew. What no connection of this
 * process could mend ends it: see `endIfPastRepair`.
 *
 * In memory there is nothing to wait for, and a worker takes as long to start as a test to run: the
 * same role then answers in this thread.
 */
export const startWorker = <Question>(role: Role, folder: Folder): AskWorker<Question> =>
  folder === 'memory' ? answerHere(roles[role](folder)) : startThread(role, folder)

/** Sources run as .ts, the published package as .js. */
const entry = new URL(`./worker-entry${extname(import.meta.url)}`, import.meta.url).href

/** A worker does not inherit the compile cache, and without it strips all types anew: 0.1 s each. */
const beginning = `
  const { entry, compileCache } = require('node:worker_threads').workerData
  if (compileCache) require('node:module').enableCompileCache(require('node:path').dirname(compileCache))
  import(entry)
`

const startThread = <Question>(role: Role, folder: string): AskWorker<Question> => {
  const workerData = { role, folder, entry, compileCache: getCompileCacheDir() }
  const worker = new Worker(beginning, { eval: true, workerData, env: {}, name: role })
  const waiting: Waiting[] = []
  let head = 0
  let ended: Fault | undefined

  const takeFirst = (): Waiting | undefined => {
    const first = waiting[head++]
    if (head === waiting.length) {
      waiting.length = 0
      head = 0
    }
    return first
  }
  const fail = (cause: unknown): void => {
    ended ??= new Fault('bad_store', { detail: `the ${role} ended`, cause })
    for (const one of waiting.splice(0).slice(head)) one.reject(ended)
    head = 0
  }
  worker.on('message', (answer: Answer<unknown>) => {
    if ('error' in answer) endIfPastRepair(`the ${role}`, answer.error)
    const first = takeFirst()
    if ('error' in answer) first?.reject(new SqliteError(answer.error))
    else first?.resolve(answer.value)
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`exit code ${code}`)))

  return {
    ask: <Value>(question: Question, transfer: readonly Transferable[] = []) =>
      new Promise<Value>((resolve, reject) => {
        if (ended !== undefined) return reject(ended)
        waiting.push({ resolve: resolve as (value: unknown) => void, reject })
        worker.postMessage(question, transfer)
      }),
    async end() {
      await worker.terminate()
    },
  }
}

const answerHere = <Question>(answer: (question: never) => unknown): AskWorker<Question> => ({
  async ask<Value>(question: Question) {
    // In a later turn, as a worker would: whoever asks next is not kept waiting by who asks again.
    await new Promise(setImmediate)
    try {
      return answer(question as never) as Value
    } catch (error) {
      throw new SqliteError(problemOf(error))
    }
  },
  async end() {},
})
