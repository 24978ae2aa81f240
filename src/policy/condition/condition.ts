import { type CelError, celEnv, isCelError, plan } from '@bufbuild/cel'
import type { FactName, Facts } from '#domain/facts.ts'
import { symbolOf } from './functions.ts'
import { lower } from './lower.ts'
import { startMeter, Unanswerable } from './meter.ts'
import { operations } from './operations.ts'
import type { Problem } from './problem.ts'
import { readCondition } from './read.ts'
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
      const result = evaluate(new Names(facts))
      if (typeof result === 'boolean') return result
      return { error: isCelError(result) ? tell(result, source) : 'it is neither true nor false' }
    },
  }
}

/** The library's messages, without what they hold of a call. */
const tell = ({ cause, message }: CelError, source: string): string => {
  if (cause instanceof Unanswerable) return cause.message
  const field = /^field not found: (.*)$/s.exec(message)?.[1]
  if (field !== undefined) return `there is no ${isWritten(field, source) ? field : 'such member'}`
  const overload = /^found no matching overload for '?(\S+?)'? applied to '(.*)'$/.exec(message)
  if (overload) return `${symbolOf(overload[1] ?? '')} does not take ${overload[2]}`
  if (message.startsWith('index ')) return 'there is no element at an index'
  if (message.startsWith('type mismatch')) return 'something other than true or false is joined'
  return 'it could not be worked out'
}

/** Only then was it not taken from the call. */
const isWritten = (name: string, source: string): boolean =>
  new RegExp(`^${identifier}$`).test(name) && new RegExp(`\\b${name}\\b`).test(source)

const identifier = '[A-Za-z_][A-Za-z0-9_]{0,63}'
