import { parentPort } from 'node:worker_threads'
import type { Answer, SqliteProblem } from './worker.ts'

/** The worker's side of `startWorker`: each question gets one answer, in order, an error too. */
export const answerQuestions = <Question>(answer: (question: Question) => unknown): void => {
  const port = parentPort
  if (port === null) throw new Error('this file runs as a worker')
  port.on('message', (question: Question) => port.postMessage(answerOne(answer, question)))
}

const answerOne = <Question>(
  answer: (question: Question) => unknown,
  question: Question,
): Answer<unknown> => {
  try {
    return { value: answer(question) }
  } catch (error) {
    return { error: problemOf(error) }
  }
}

const problemOf = (error: unknown): SqliteProblem => ({
  message: error instanceof Error ? error.message : String(error),
  errcode:
    error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
      ? error.errcode
      : 0,
})
