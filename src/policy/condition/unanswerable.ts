import { type CelError, celError } from '@bufbuild/cel'
import { bounds } from './bounds.ts'

/** Why an evaluation cannot go on, for those who may know; none holds a value of the call. */
const sentences = {
  spent: `it takes more than ${bounds.steps} steps`,
  arguments: 'the arguments are not known here',
  uri: 'this is not a resource: it has no URI',
  large: 'a number is too large to be told exactly',
  json: 'there is a value that JSON does not know',
  int: 'int takes a text of digits',
  double: 'double takes a text that is a number of JSON',
} as const

type Reason = keyof typeof sentences

// Made once: an error that is made for each element of a hostile list would be most of the work.
const errors = new Map<string, CelError>(
  Object.entries(sentences).map(([reason, sentence]) => [reason, celError(sentence)]),
)
const told = new Set<string>(Object.values(sentences))

/** To throw inside an operation, or to stand for a value: whatever depends on it errs. */
export const unanswerable = (reason: Reason): CelError => errors.get(reason) as CelError

/** Whether a message of the library is one of ours, and may be told. */
export const isOurs = (message: string): boolean => told.has(message)
