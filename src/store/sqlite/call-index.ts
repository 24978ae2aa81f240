import type { PlaneId } from '#domain/name.ts'
import type {
  Answers,
  Asks,
  CallIndex,
  Looked,
  Question,
  Stepped,
} from '../call-index/call-index.ts'
import type { Folder } from './files.ts'
import type { IndexQuestion } from './index-worker.ts'
import type { EntriesAnswer } from './ledger-read.ts'
import { type AskWorker, startWorker } from './worker.ts'

/** Entries of a ledger as text: they are read where they lie, and parsed where the index lies. */
export interface LedgerText {
  size(): Promise<number>
  /** Up to here entries need have no bodies any more. */
  pruned(): Promise<number>
  entries(from: number, to: number): Promise<EntriesAnswer>
}

type Worker = AskWorker<IndexQuestion>

/** The indexes of a data folder: one worker, started when something is first asked. */
export const createSqliteIndexes = (folder: Folder) => {
  let worker: Worker | undefined
  const ask: Worker['ask'] = (question) => {
    worker ??= startWorker<IndexQuestion>('call index', folder)
    return worker.ask(question)
  }
  return {
    of: (plane: PlaneId, ledger: LedgerText): CallIndex => indexOf(plane, ledger, ask),
    async close() {
      if (worker === undefined) return
      await worker.ask({ ask: 'close' })
      await worker.end()
    },
  }
}

const indexOf = (plane: PlaneId, ledger: LedgerText, ask: Worker['ask']): CallIndex => {
  let cursor: number | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other: each begins where the one before it has ended. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work)
    last = mine.catch(() => {})
    return mine
  }

  /** Over another ledger than the one it was made of, a restored one perhaps, the index begins anew. */
  const begin = async (size: number): Promise<number> => {
    const stood = await ask<number>({ ask: 'cursor', plane })
    const newest = stood > size ? nothing : await ledger.entries(stood, stood)
    return ask<number>({ ask: 'begin', plane, ...newest })
  }

  const step = async (most: number): Promise<Stepped> => {
    const size = await ledger.size()
    const from = Math.max(cursor ?? (await begin(size)), await ledger.pruned())
    // Where it fails, nobody knows but the index.
    cursor = undefined
    const to = Math.min(size, from + most)
    if (to > from) await ask({ ask: 'take', plane, from, ...(await ledger.entries(from + 1, to)) })
    cursor = Math.max(from, to)
    return { cursor, size }
  }

  return {
    step: (most) => inTurn(() => step(most)),
    clear: () =>
      inTurn(async () => {
        cursor = undefined
        await ask({ ask: 'clear', plane })
      }),
    listSeries: (known) => ask({ ask: 'series', plane, known }),
    findWords: (field, texts) => ask({ ask: 'words', plane, field, texts }),
    async listCalled({ series, texts, most }) {
      const words = texts && (await ask<number[]>({ ask: 'words', plane, field: 'called', texts }))
      return ask({ ask: 'called', plane, series, words, most })
    },
    look: <A extends Asks>(question: Question<A>) =>
      ask<(Looked & Answers[A['ask']]) | undefined>({ ask: 'look', plane, question }),
    dump: () => ask({ ask: 'dump', plane }),
  }
}

const nothing: EntriesAnswer = { positions: [], bodies: '' }
