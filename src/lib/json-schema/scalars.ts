import { isMultiple } from './decimal.ts'
import { Values } from './equal.ts'
import {
  type Keyword,
  plural,
  readCount,
  readList,
  readNumber,
  readText,
  type Written,
} from './keyword.ts'
import { type Check, Run } from './run.ts'

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: (value) => Array.isArray(value),
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
}

export const type: Keyword = (written, compiling) => {
  if (written.type === undefined) return undefined
  const names: readonly unknown[] = Array.isArray(written.type) ? written.type : [written.type]
  const tests = names.flatMap((name) =>
    typeof name === 'string' && Object.hasOwn(TYPES, name) ? [TYPES[name] ?? isAnything] : [],
  )
  if (tests.length < names.length) compiling.unchecked('type names one that is no type')
  if (tests.length === 0 || tests.length < names.length) return undefined
  const message = `must be ${names.join(' or ')}`
  const [only] = tests
  if (only !== undefined && tests.length === 1) {
    return (value, run) => only(value) || run.fail(message)
  }
  return (value, run) => tests.some((test) => test(value)) || run.fail(message)
}

const isAnything = (): boolean => true

/** `enum` and `const`. */
export const oneOfValues: Keyword = (written, compiling) => {
  const lists = [
    'const' in written ? [written.const] : undefined,
    readList(written, 'enum', compiling),
  ].filter((list) => list !== undefined)
  if (lists.length === 0) return undefined
  const checks = lists.map(among)
  return (value, run) => checks.every((check) => check(value, run, undefined))
}

function among(list: readonly unknown[]): Check {
  const values = new Values()
  // The list is as long as the schema lets it be; that has been bounded.
  const unbounded = new Run(Number.POSITIVE_INFINITY)
  for (const value of list) values.add(value, unbounded)
  const few = list.slice(0, SHOWN).map((value) => JSON.stringify(value))
  const more = list.length > SHOWN ? ` or ${plural(list.length - SHOWN, 'other')}` : ''
  const message = `must be ${list.length === 1 ? '' : 'one of '}${few.join(', ')}${more}`
  return (value, run) => values.has(value, run) || run.fail(message)
}

const SHOWN = 10

export const range: Keyword = (written, compiling) => {
  const bounds = [
    ...boundsOf(written, compiling, 'minimum', 'exclusiveMinimum'),
    ...boundsOf(written, compiling, 'maximum', 'exclusiveMaximum'),
  ]
  if (bounds.length === 0) return undefined
  return (value, run) => {
    if (typeof value !== 'number') return true
    return bounds.every(({ isIn, message }) => isIn(value) || run.fail(message))
  }
}

interface Bound {
  readonly isIn: (value: number) => boolean
  readonly message: string
}

function boundsOf(
  written: Written,
  compiling: Parameters<Keyword>[1],
  inclusive: 'minimum' | 'maximum',
  exclusive: 'exclusiveMinimum' | 'exclusiveMaximum',
): Bound[] {
  const bound = readNumber(written, inclusive, compiling)
  // Draft 4 has it as a switch of the inclusive one.
  const isSwitch = typeof written[exclusive] === 'boolean'
  const strict = isSwitch ? undefined : readNumber(written, exclusive, compiling)
  const isStrict = isSwitch && written[exclusive] === true
  const isLeast = inclusive === 'minimum'
  return [
    ...(bound === undefined ? [] : [isStrict ? beyond(bound, isLeast) : upTo(bound, isLeast)]),
    ...(strict === undefined ? [] : [beyond(strict, isLeast)]),
  ]
}

const upTo = (bound: number, isLeast: boolean): Bound =>
  isLeast
    ? { isIn: (value) => value >= bound, message: `must be at least ${bound}` }
    : { isIn: (value) => value <= bound, message: `must be at most ${bound}` }

const beyond = (bound: number, isLeast: boolean): Bound =>
  isLeast
    ? { isIn: (value) => value > bound, message: `must be more than ${bound}` }
    : { isIn: (value) => value < bound, message: `must be less than ${bound}` }

/** Dividing exactly costs microseconds where there is a fraction. */
const DECIMAL = 100

export const multiple: Keyword = (written, compiling) => {
  const divisor = readNumber(written, 'multipleOf', compiling)
  if (divisor === undefined) return undefined
  if (divisor <= 0) {
    compiling.unchecked('multipleOf is not more than 0')
    return undefined
  }
  const message = `must be a multiple of ${divisor}`
  return (value, run) => {
    if (typeof value !== 'number') return true
    if (!Number.isSafeInteger(value) || !Number.isSafeInteger(divisor)) run.spend(DECIMAL)
    return isMultiple(value, divisor) || run.fail(message)
  }
}

export const length: Keyword = (written, compiling) => {
  const least = readCount(written, 'minLength', compiling) ?? 0
  const most = readCount(written, 'maxLength', compiling) ?? Number.POSITIVE_INFINITY
  if (least === 0 && most === Number.POSITIVE_INFINITY) return undefined
  return (value, run) => {
    if (typeof value !== 'string') return true
    // 2020-12 validation §6.3: characters, of which some have two code units.
    if (value.length < least) return run.fail(tooShort(least))
    const isShort = value.length >>> 1 >= least && value.length <= most
    if (isShort) return true
    run.spend(value.length >>> 2)
    const characters = charactersIn(value)
    if (characters < least) return run.fail(tooShort(least))
    return characters <= most || run.fail(`must have at most ${plural(most, 'character')}`)
  }
}

const tooShort = (least: number): string => `must have at least ${plural(least, 'character')}`

function charactersIn(text: string): number {
  let pairs = 0
  for (let at = 0; at + 1 < text.length; at++) {
    if ((text.codePointAt(at) ?? 0) <= 0xffff) continue
    pairs++
    at++
  }
  return text.length - pairs
}

export const pattern: Keyword = (written, compiling) => {
  const source = readText(written, 'pattern', compiling)
  if (source === undefined) return undefined
  const compiled = compiling.pattern(source)
  if (compiled === undefined) return undefined
  const message = `must match ${source}`
  return (value, run) => typeof value !== 'string' || compiled.test(value, run) || run.fail(message)
}
