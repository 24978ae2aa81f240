import { type CelError, celEnv, isCelError, plan } from '@bufbuild/cel'
import type { FactName, Facts } from '#domain/facts.ts'
import { symbolOf } from './functions.ts'
import { lower } from './lower.ts'
import { startMeter } from './meter.ts'
import { operations } from './operations.ts'
import type { Problem } from './problem.ts'
import { readCondition } from './read.ts'
import { isOurs } from './unanswerable.ts'
import { Names } from './values.ts'

/**
 * True or false, or why it is neither, which denies: for those who may know, and without a value of
 * the call.
 */
export type Verdict = true | false | { readonly error: string }

export interface Condition {
  readonly source: string
  /** Which of the names it speaks of. */
  readonly speaksOf: ReadonlySet<FactName>
  /** Never throws; about a microsecond for a comparison, some milliseconds at most (`bounds.ts`). */
  holds(facts: Facts): Verdict
}

const env = celEnv({ funcs: operations })

/** Some tens of microseconds: once for a condition, not for a call. Never throws. */
export const compileCondition = (source: string): Condition | Problem => {
  const reading = readCondition(source)
  if ('problem' in reading) return reading
  const evaluate = plan(env, lower(reading.expr))
  return {
    source,
    speaksOf: reading.speaksOf,
    holds(facts) {
      startMeter()
      const result = withoutStacks(() => evaluate(new Names(facts)))
      if (typeof result === 'boolean') return result
      return { error: isCelError(result) ? tell(result, source) : 'it is neither true nor false' }
    },
  }
}

/**
 * An error is a value here, and nobody looks at its stack; to write it down would be nine tenths of
 * the work of a call that lacks an argument, and of each element of a list that lacks a member.
 */
const withoutStacks = <T>(work: () => T): T => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** The library's messages, without what they hold of a call. */
const tell = ({ message }: CelError, source: string): string => {
  if (isOurs(message)) return message
  if (message.startsWith(notFound)) {
    const field = message.slice(notFound.length)
    return `there is no ${isWritten(field, source) ? field : 'such member'}`
  }
  const [, name, target, args] = noOverload.exec(message) ?? []
  if (name !== undefined) return `${symbolOf(name)} does not take ${kindsOf(target, args)}`
  return sentences.find(([start]) => message.startsWith(start))?.[1] ?? 'it could not be worked out'
}

const notFound = 'field not found: '

/** Only then was it not taken from the call. */
const isWritten = (name: string, source: string): boolean =>
  /^[A-Za-z_]\w{0,63}$/.test(name) && new RegExp(`\\b${name}\\b`).test(source)

/** It names an operation and the types that it met, no value. */
const noOverload = /^found no matching overload for '?(\S+?)'? applied to '(?:(.*)\.)?\((.*)\)'$/

const kindsOf = (...kinds: readonly (string | undefined)[]): string =>
  kinds
    .filter((kind) => kind)
    .join(', ')
    .replaceAll(/google\.protobuf\.(\w)/g, (_, first: string) => first.toLowerCase())

const sentences: readonly (readonly [start: string, sentence: string])[] = [
  ['index ', 'there is no element at an index'],
  ['type mismatch: iterable', 'a loop goes through something other than a list or a map'],
  ['type mismatch', 'something other than true or false is joined'],
]
