/** What a value is, in the words of CEL. A JSON object is a map, a JSON number a double. */
export type Kind =
  | 'null'
  | 'bool'
  | 'int'
  | 'double'
  | 'string'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'

/** What it takes, in order, what a method is called on first; and what it gives. */
export interface Overload {
  readonly takes: readonly Kind[]
  readonly gives: Kind
}

export interface Callable {
  readonly overloads: readonly Overload[]
  /** For people: how it is written. Empty for operators. */
  readonly usage: string
  readonly form: 'operator' | 'function' | 'method' | 'either'
  /** Its last argument may only be a text in quotes, looked at when the condition is written. */
  readonly literal?: 'pattern' | 'zone'
}

const overload = (text: string): Overload => {
  const kinds = text.split(' ') as Kind[]
  return { takes: kinds.slice(0, -1), gives: kinds.at(-1) as Kind }
}

const operator = (...overloads: readonly string[]): Callable => ({
  overloads: overloads.map(overload),
  usage: '',
  form: 'operator',
})

const order = operator(
  ...['int int', 'int double', 'double int', 'double double', 'string string', 'bool bool'].map(
    (pair) => `${pair} bool`,
  ),
  'timestamp timestamp bool',
  'duration duration bool',
)

const method = (usage: string, ...overloads: readonly string[]): Callable => ({
  overloads: overloads.map(overload),
  usage,
  form: 'method',
})

const conversion = (usage: string, ...overloads: readonly string[]): Callable => ({
  overloads: overloads.map(overload),
  usage,
  form: 'function',
})

/** A part of a time by the calendar of a zone, UTC without one; some of them also of a duration. */
const calendar = (name: string, ...more: readonly string[]): Callable => ({
  ...method(
    `time.${name}("Europe/Istanbul")`,
    'timestamp int',
    'timestamp string int',
    ...more.map((kind) => `${kind} int`),
  ),
  literal: 'zone',
})

/**
 * All that a condition may call, by the name that the parser gives it. What is not here is refused
 * when it is written. `==`, `!=`, `in`, `&&`, `||` and `?:` have rules of their own in `infer.ts`.
 */
const table = {
  '_==_': operator(),
  '_!=_': operator(),
  '@in': operator(),
  '_&&_': operator(),
  '_||_': operator(),
  '_?_:_': operator(),
  '!_': operator('bool bool'),
  '-_': operator('int int', 'double double'),
  '_<_': order,
  '_<=_': order,
  '_>_': order,
  '_>=_': order,
  '_+_': operator(
    'int int int',
    'double double double',
    'string string string',
    'list list list',
    'timestamp duration timestamp',
    'duration timestamp timestamp',
    'duration duration duration',
  ),
  '_-_': operator(
    'int int int',
    'double double double',
    'timestamp timestamp duration',
    'timestamp duration timestamp',
    'duration duration duration',
  ),
  '_*_': operator('int int int', 'double double double'),
  '_/_': operator('int int int', 'double double double'),
  '_%_': operator('int int int'),
  size: {
    ...method('size(text)', 'string int', 'list int', 'map int'),
    form: 'either',
  },
  startsWith: method('text.startsWith("mes-")', 'string string bool'),
  endsWith: method('text.endsWith(".csv")', 'string string bool'),
  contains: method('text.contains("line")', 'string string bool'),
  matches: {
    ...method('text.matches("^[a-z]+$")', 'string string bool'),
    literal: 'pattern',
  },
  int: conversion('int(number)', 'double int', 'string int', 'timestamp int', 'int int'),
  double: conversion('double(number)', 'int double', 'string double', 'double double'),
  string: conversion(
    'string(number)',
    'double string',
    'int string',
    'bool string',
    'string string',
  ),
  timestamp: conversion('timestamp("2027-06-30T18:00:00Z")', 'string timestamp'),
  duration: conversion('duration("36h")', 'string duration'),
  getFullYear: calendar('getFullYear'),
  getMonth: calendar('getMonth'),
  getDate: calendar('getDate'),
  getDayOfMonth: calendar('getDayOfMonth'),
  getDayOfWeek: calendar('getDayOfWeek'),
  getDayOfYear: calendar('getDayOfYear'),
  getHours: calendar('getHours', 'duration'),
  getMinutes: calendar('getMinutes', 'duration'),
  getSeconds: calendar('getSeconds', 'duration'),
  getMilliseconds: calendar('getMilliseconds', 'duration'),
} satisfies Record<string, Callable>

export const callables: ReadonlyMap<string, Callable> = new Map(Object.entries(table))

/** By the names that people write. */
export const functionNames: readonly string[] = [...callables]
  .filter(([, { form }]) => form !== 'operator')
  .map(([name]) => name)

/** `_+_` as people write it. */
export const symbolOf = (name: string): string => name.replaceAll(/[_@]/g, '')
