import { getCompileCacheDir } from 'node:module'
import { parentPort, Worker } from 'node:worker_threads'
import { Fault } from './fault.ts'

/** A thread that answers questions, one at a time, in order. */
export interface Thread<Question, Answer> {
  /** One question at a time. Rejects with what `answerQuestions` threw, or once the thread has ended. */
  ask(question: Question): Promise<Answer>
  /** Ends it, without waiting for an answer. */
  end(): Promise<unknown>
}

type Answered<Answer> = { readonly answer: Answer } | { readonly thrown: string }

/** A worker does not inherit the compile cache, and without it strips all types anew. */
const beginning = `
  const { entry, compileCache } = require('node:worker_threads').workerData
  if (compileCache) require('node:module').enableCompileCache(require('node:path').dirname(compileCache))
  import(entry)
`

/** Far more than one task should need: what needs more fails there, and this process goes on. */
const resourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 }

/** `entry` is the URL of a module that calls `answerQuestions`. It is given no environment. */
export function startThread<Question, Answer>(about: {
  readonly entry: string
  readonly name: string
}): Thread<Question, Answer> {
  const { entry, name } = about
  const workerData = { entry, compileCache: getCompileCacheDir() }
  const worker = new Worker(beginning, { eval: true, workerData, env: {}, name, resourceLimits })
  let ended: Fault | undefined
  let asked = Promise.withResolvers<Answer>()
  const fail = (cause: unknown) => {
    ended ??= new Fault('internal', { detail: `the thread ${name} ended`, cause })
    asked.reject(ended)
  }
  worker.on('message', (said: Answered<Answer>) => {
    if ('answer' in said) asked.resolve(said.answer)
    else asked.reject(new Fault('internal', { detail: said.thrown }))
  })
  worker.on('error', fail)
  worker.on('exit', (code) => fail(new Error(`exit code ${code}`)))
  return {
    ask(question) {
      asked = Promise.withResolvers()
      if (ended) asked.reject(ended)
      else worker.postMessage(question)
      return asked.promise
    },
    end: () => worker.terminate(),
  }
}

/** Within the thread: answers each question until it is ended. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Answer): void {
  const say = (said: Answered<Answer>) => parentPort?.postMessage(said)
  parentPort?.on('message', (question: Question) => {
    try {
      say({ answer: answer(question) })
    } catch (thrown) {
      say({ thrown: String(thrown) })
    }
  })
}
