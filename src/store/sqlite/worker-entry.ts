import { parentPort, workerData } from 'node:worker_threads'
import { type Role, roles } from './roles.ts'
import { type Answer, problemOf } from './sqlite-error.ts'

/** Where every worker of the store begins: each question gets one answer, in order, an error too. */
const answerOne = (answer: (question: never) => unknown, question: unknown): Answer<unknown> => {
  try {
    return { value: answer(question as never) }
  } catch (error) {
    return { error: problemOf(error) }
  }
}

const { role, folder } = workerData as { role: Role; folder: string }
const answer = roles[role](folder)
parentPort?.on('message', (question) => parentPort?.postMessage(answerOne(answer, question)))
