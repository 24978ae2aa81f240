import { getCompileCacheDir } from 'node:module'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Fault } from '#lib/fault.ts'
import type { Route } from '../routes.ts'
import type { Reading } from './document.ts'
import { type OpenApi, type OpenApiSaid, serve } from './read-openapi.ts'

/** A text to be read, or the next of what the last one came to. */
export type Question = { readonly text: string; readonly lentIn: string | undefined } | 'next'

/** The head first, without paths; then those, some at a time, until there are none. */
export type Piece =
  | { readonly head: Reading<OpenApiSaid> }
  | { readonly paths: readonly Route[] }
  | { readonly thrown: string }

type Read = (text: string, lentIn: string | undefined) => Promise<Reading<OpenApi>>

/** Sources run as .ts, the published package as .js. */
const entry = new URL(`./reading-thread-entry${extname(import.meta.url)}`, import.meta.url).href

/** A worker does not inherit the compile cache, and without it strips all types anew. */
const beginning = `
  const { entry, compileCache } = require('node:worker_threads').workerData
  if (compileCache) require('node:module').enableCompileCache(require('node:path').dirname(compileCache))
  import(entry)
`

/** Far more than the largest document needs: what would need more is refused instead of served slowly. */
const resourceLimits = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 }

/**
 * Reads documents in a thread that lives for as long as there is one to read, one after the other.
 * What it reads comes back in pieces, and each is asked for in a turn of its own, so that taking a
 * large one over holds up nobody here either.
 */
export function createReadingThread(): Read {
  let thread: Thread | undefined
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  const readNext: Read = async (text, lentIn) => {
    const used = thread ?? startThread()
    thread = used
    try {
      return await readWith(used, { text, lentIn })
    } catch (thrown) {
      thread = undefined
      await used.end()
      throw thrown
    } finally {
      waiting--
      if (waiting === 0 && thread === used) {
        thread = undefined
        await used.end()
      }
    }
  }

  return (text, lentIn) => {
    waiting++
    const reading = last.then(() => readNext(text, lentIn))
    last = reading.catch(() => undefined)
    return reading
  }
}

async function readWith(thread: Thread, question: Question): Promise<Reading<OpenApi>> {
  const first = await thread.ask(question)
  if ('thrown' in first) throw new Fault('internal', { detail: first.thrown })
  if (!('head' in first)) throw new Fault('internal', { detail: 'it answered with no head' })
  if ('problems' in first.head) return first.head
  const paths: Route[] = []
  for (;;) {
    await new Promise(setImmediate)
    const piece = await thread.ask('next')
    if (!('paths' in piece) || piece.paths.length === 0) break
    paths.push(...piece.paths)
  }
  return serve({ ...first.head, paths })
}

interface Thread {
  ask(question: Question): Promise<Piece>
  end(): Promise<unknown>
}

/** Answers each question with one piece, in order. One that ends rejects what it was asked. */
function startThread(): Thread {
  const workerData = { entry, compileCache: getCompileCacheDir() }
  const worker = new Worker(beginning, {
    ...{ eval: true, workerData, env: {}, name: 'openapi', resourceLimits },
  })
  let ended: Fault | undefined
  let asked = Promise.withResolvers<Piece>()
  const fail = (cause: unknown) => {
    ended ??= new Fault('internal', { detail: 'reading an OpenAPI document ended', cause })
    asked.reject(ended)
  }
  worker.on('message', (piece: Piece) => asked.resolve(piece))
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
