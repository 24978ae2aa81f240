import { extname } from 'node:path'
import { Fault } from '#lib/fault.ts'
import { startThread, type Thread } from '#lib/thread.ts'
import type { Route } from '../routes.ts'
import type { Reading } from './document.ts'
import { type OpenApi, type OpenApiSaid, serve } from './read-openapi.ts'

/** A text to be read, or the next of what the last one came to. */
export type Question = { readonly text: string; readonly lentIn: string | undefined } | 'next'

/** The head first, without paths; then those, some at a time, until there are none. */
export type Piece = { readonly head: Reading<OpenApiSaid> } | { readonly paths: readonly Route[] }

type Read = (text: string, lentIn: string | undefined) => Promise<Reading<OpenApi>>

/** Sources run as .ts, the published package as .js. */
const entry = new URL(`./reading-thread-entry${extname(import.meta.url)}`, import.meta.url).href

/**
 * Reads documents in a thread that lives for as long as there is one to read, one after the other.
 * What it reads comes back in pieces, and each is asked for in a turn of its own, so that taking a
 * large one over holds up nobody here either.
 */
export function createReadingThread(): Read {
  let thread: Thread<Question, Piece> | undefined
  let waiting = 0
  let last: Promise<unknown> = Promise.resolve()

  const readNext: Read = async (text, lentIn) => {
    const used = thread ?? startThread<Question, Piece>({ entry, name: 'openapi' })
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

async function readWith(
  thread: Thread<Question, Piece>,
  question: Question,
): Promise<Reading<OpenApi>> {
  const first = await thread.ask(question)
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
