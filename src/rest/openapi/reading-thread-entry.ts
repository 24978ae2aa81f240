import { answerQuestions } from '#lib/thread.ts'
import type { Route } from '../routes.ts'
import { readSaid } from './read-openapi.ts'
import type { Piece, Question } from './reading-thread.ts'

/** Of one piece: what the other side takes over in a few milliseconds. */
const mostCharacters = 256 * 1024

let paths: readonly Route[] = []
let at = 0

/** At least one, where there is one left. */
function nextPaths(): readonly Route[] {
  const from = at
  for (let characters = 0; at < paths.length && characters < mostCharacters; at++)
    characters += JSON.stringify([...(paths[at]?.operations.values() ?? [])]).length
  return paths.slice(from, at)
}

function answer(question: Question): Piece {
  if (question === 'next') return { paths: nextPaths() }
  const read = readSaid(question.text, undefined, question.lentIn)
  at = 0
  paths = 'problems' in read ? [] : read.paths
  return { head: 'problems' in read ? read : { ...read, paths: [] } }
}

answerQuestions(answer)
