import { extname } from 'node:path'
import { type Transferable, Worker } from 'node:worker_threads'
import { Fault } from '#lib/fault.ts'

/** What a worker answers: the value, or what SQLite said. Its answers come in the order of the questions. */
export type Answer<Value> = { readonly value: Value } | { readonly error: SqliteProblem }

/** An error of SQLite as it crosses threads: structured cloning keeps neither class nor code. */
export interface SqliteProblem {
  readonly message: string
  /** SQLite's extended result code; 0 where the error was not SQLite's. */
  readonly errcode: number
}

export class SqliteError extends Error {
  readonly errcode: number
  constructor(problem: SqliteProblem) {
    super(problem.message)
    this.name = 'SqliteError'
    this.errcode = problem.errcode
  }
}

/** SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY (sqlite.org/rescode.html). */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof SqliteError && (error.errcode === 2067 || error.errcode === 1555)

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
 * Starts a worker that lies beside this file and answers each message with one message, in order,
 * so that no ids need to travel. A worker that ends by itself fails everything asked of it, then
 * and later: what it held is on disk, and the process is to be started anew.
 */
export const startWorker = <Question>(name: string, workerData: unknown): AskWorker<Question> => {
  // Sources run as .ts, the published package as .js.
  const file = new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { workerData, env: {}, name })
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
    ended ??= new Fault('bad_store', { detail: `the ${name} worker ended`, cause })
    for (const one of waiting.splice(0).slice(head)) one.reject(ended)
    head = 0
  }
  worker.on('message', (answer: Answer<unknown>) => {
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
