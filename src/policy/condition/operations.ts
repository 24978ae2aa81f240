import {
  type CelFunc,
  type CelList,
  CelScalar,
  celFunc,
  celList,
  celMethod,
  isCelList,
  isCelMap,
  listType,
  mapType,
} from '@bufbuild/cel'
import { isExact } from '#lib/json-number.ts'
import { calendarMethods } from './calendar.ts'
import { isSame } from './equality.ts'
import { pay, payForText } from './meter.ts'
import { matchPattern } from './patterns.ts'
import { unanswerable } from './unanswerable.ts'

const { BOOL, DYN, DOUBLE, INT, STRING } = CelScalar
const LIST = listType(DYN)
const MAP = mapType(DYN, DYN)

/**
 * V8 looks for up to 250 characters in time that grows with the text alone. Past that it looks at
 * the first 250 and then at the rest, in vain as often as the text wants: 37 s for a quarter of a
 * million characters in a million.
 */
const longestLookedFor = 250

const contains = (text: string, part: string): boolean => {
  const inVain = part.length > longestLookedFor ? part.length / 64 : 0
  pay(1 + Math.floor(text.length * (1 / 4 + inVain)))
  return text.includes(part)
}

/** In code points, as CEL counts: a pair of surrogates is one. */
const countCharacters = (text: string): bigint => {
  pay(1 + Math.floor(text.length / 16))
  let pairs = 0
  for (let i = 1; i < text.length; i++)
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800)
      pairs++
  return BigInt(text.length - pairs)
}

/** The library's own takes "" for 0, and 0x10, and blanks around it: what a server makes of these is not known. */
const intOf = (text: string): bigint => {
  const value = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined
  if (value === undefined || BigInt.asIntN(64, value) !== value) throw unanswerable('int')
  return value
}

const doubleOf = (text: string): number => {
  const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text.slice(0, 401))
  if (!isNumber || !isExact(text, /^-?\d+$/.test(text))) throw unanswerable('double')
  return Number(text)
}

const isIn = (list: CelList, value: Parameters<typeof isSame>[0]): boolean => {
  pay(list.size)
  for (const element of list) if (isSame(element, value)) return true
  return false
}

const compare = (name: string, holds: (a: string, b: string) => boolean): CelFunc =>
  celFunc(name, [STRING, STRING], BOOL, (a, b) => {
    payForText(Math.min(a.length, b.length))
    return holds(a, b)
  })

/** What a loop has gathered so far; nobody but the loop holds it, so that it may grow in place. */
const gathered = new WeakMap<CelList, unknown[]>()

const append = (list: CelList, more: CelList): CelList => {
  const known = gathered.get(list)
  if (known) {
    known.push(...more)
    return list
  }
  const elements = [...list, ...more]
  const begun = celList(elements)
  gathered.set(begun, elements)
  return begun
}

const payForLoop = (range: unknown, each: bigint): void => {
  if (isCelList(range) || isCelMap(range)) pay(range.size * Number(each))
}

/**
 * The library's operations whose work grows with what a call carries, or which answer otherwise than
 * a server would: each pays for its work first. `lower.ts` writes those whose names begin with `@`.
 */
export const operations: CelFunc[] = [
  celFunc('_==_', [DYN, DYN], BOOL, isSame),
  celFunc('_!=_', [DYN, DYN], BOOL, (a, b) => !isSame(a, b)),
  compare('_<_', (a, b) => a < b),
  compare('_<=_', (a, b) => a <= b),
  compare('_>_', (a, b) => a > b),
  compare('_>=_', (a, b) => a >= b),
  celFunc('@in', [DYN, LIST], BOOL, (value, list) => isIn(list, value)),
  // A member that is null is there; the library says that it is not.
  celFunc('@in', [STRING, MAP], BOOL, (key, map) => map.get(key) !== undefined),
  celFunc('_+_', [STRING, STRING], STRING, (a, b) => {
    // V8 joins them at once, and copies both when the whole is first looked at.
    pay(1 + Math.floor((a.length + b.length) / 16))
    return a + b
  }),
  celFunc('_+_', [LIST, LIST], LIST, (a, b) => {
    pay(a.size + b.size)
    return celList([...a, ...b])
  }),
  celFunc('@append', [LIST, LIST], LIST, append),
  celFunc('@range', [DYN, INT], DYN, (range, each) => {
    payForLoop(range, each)
    return range
  }),
  celFunc('size', [STRING], INT, countCharacters),
  celMethod('size', STRING, [], INT, function () {
    return countCharacters(this)
  }),
  celMethod('startsWith', STRING, [STRING], BOOL, function (start) {
    payForText(start.length)
    return this.startsWith(start)
  }),
  celMethod('endsWith', STRING, [STRING], BOOL, function (end) {
    payForText(end.length)
    return this.endsWith(end)
  }),
  celMethod('contains', STRING, [STRING], BOOL, function (part) {
    return contains(this, part)
  }),
  celMethod('matches', STRING, [STRING], BOOL, function (pattern) {
    return matchPattern(this, pattern, (meetings) => pay(meetings * 2))
  }),
  celFunc('int', [STRING], INT, intOf),
  celFunc('double', [STRING], DOUBLE, doubleOf),
  ...calendarMethods,
]
