import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkCondition, type Shape } from './check.ts'
import { callables, type Kind } from './functions.ts'

// The list of standard definitions of CEL (github.com/google/cel-spec, doc/langdef.md), without uint,
// bytes, types and dynamic values. `$1`, `$2` stand for the operands.

const shape: Shape = {
  name: 'mes/read_telemetry',
  hasUri: false,
  args: {
    type: 'object',
    properties: {
      text: { type: 'string' },
      number: { type: 'number' },
      flag: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
      device: { type: 'object', properties: { id: { type: 'string' } } },
    },
  },
}

/** Something of that kind, whose kind is known when the condition is written. */
type Told = Exclude<Kind, 'null'>
const some: Readonly<Record<Told, string>> = {
  bool: 'args.flag',
  int: '7',
  double: 'args.number',
  string: 'args.text',
  timestamp: 'now',
  duration: 'duration("1h")',
  list: 'args.tags',
  map: 'args.device',
}
const kinds = Object.keys(some) as Told[]

const both = (operator: string) => `$1 ${operator} $2`
const calendar = ['FullYear', 'Month', 'Date', 'DayOfMonth', 'DayOfWeek', 'DayOfYear']
const clock = ['Hours', 'Minutes', 'Seconds', 'Milliseconds']

/** How it is written, and each `takes … gives` that there is. */
const rows: readonly (readonly [string, ...string[]])[] = [
  ['!$1', 'bool bool'],
  ['-$1', 'int int', 'double double'],
  ...['<', '<=', '>', '>='].map(
    (one) =>
      [
        both(one),
        ...['int int bool', 'int double bool', 'double int bool', 'double double bool'],
        ...['string string bool', 'bool bool bool'],
        ...['timestamp timestamp bool', 'duration duration bool'],
      ] as const,
  ),
  [
    both('+'),
    ...['int int int', 'double double double', 'string string string', 'list list list'],
    ...['timestamp duration timestamp', 'duration timestamp timestamp'],
    'duration duration duration',
  ],
  [
    both('-'),
    ...['int int int', 'double double double', 'timestamp timestamp duration'],
    ...['timestamp duration timestamp', 'duration duration duration'],
  ],
  [both('*'), 'int int int', 'double double double'],
  [both('/'), 'int int int', 'double double double'],
  [both('%'), 'int int int'],
  ['size($1)', 'string int', 'list int', 'map int'],
  ['$1.size()', 'string int', 'list int', 'map int'],
  ['$1.startsWith($2)', 'string string bool'],
  ['$1.endsWith($2)', 'string string bool'],
  ['$1.contains($2)', 'string string bool'],
  ['$1.matches("^x")', 'string bool'],
  ['int($1)', 'double int', 'string int', 'timestamp int', 'int int'],
  ['double($1)', 'int double', 'string double', 'double double'],
  ['string($1)', 'double string', 'int string', 'bool string', 'string string'],
  ['timestamp($1)', 'string timestamp'],
  ['duration($1)', 'string duration'],
  ...calendar.flatMap((one) => [
    [`$1.get${one}()`, 'timestamp int'] as const,
    [`$1.get${one}("UTC")`, 'timestamp int'] as const,
  ]),
  ...clock.flatMap((one) => [
    [`$1.get${one}()`, 'timestamp int', 'duration int'] as const,
    [`$1.get${one}("UTC")`, 'timestamp int'] as const,
  ]),
]

/** Each operand and each kind of operand that it may have. */
const tuples = (count: number): Kind[][] =>
  count === 0 ? [[]] : tuples(count - 1).flatMap((rest) => kinds.map((kind) => [...rest, kind]))

const operands = (form: string): number => (form.includes('$2') ? 2 : 1)
const written = (form: string, takes: readonly Kind[]): string =>
  takes.reduce((text, kind, at) => text.replace(`$${at + 1}`, some[kind as Told]), form)
/** One number is compared with the other. */
const isNumber = (kind: Told): boolean => kind === 'int' || kind === 'double'
const isRight = (source: string): boolean => checkCondition(source, [shape]).length === 0

describe('What a condition may call', () => {
  for (const [form, ...signatures] of rows)
    test(`${form} takes ${signatures.join(', ')}, and nothing else`, () => {
      const gives = new Map(
        signatures.map((one) => one.split(' ')).map((one) => [one.slice(0, -1).join(), one.at(-1)]),
      )
      for (const takes of tuples(operands(form))) {
        const call = `(${written(form, takes)})`
        const given = gives.get(takes.join()) as Told | undefined
        if (given === undefined) {
          assert.ok(
            kinds.every((kind) => !isRight(`${call} == ${some[kind]}`)),
            call,
          )
          continue
        }
        assert.ok(isRight(`${call} == ${some[given]}`), `${call} gives ${given}`)
        const others = kinds.filter(
          (kind) => kind !== given && !(isNumber(kind) && isNumber(given)),
        )
        for (const kind of others)
          assert.ok(!isRight(`${call} == ${some[kind]}`), `${call} is no ${kind}`)
      }
    })

  test('is told to people in words that are right as they stand', () => {
    for (const [name, { usage, form }] of callables) {
      if (form === 'operator') assert.equal(usage, '', name)
      else {
        const known = usage
          .replaceAll('text.', 'args.text.')
          .replaceAll('(text)', '(args.text)')
          .replaceAll('number', 'args.number')
          .replaceAll('time.', 'now.')
        assert.ok(usage.includes(name), usage)
        assert.ok(isRight(`(${known}) == (${known})`), usage)
      }
      const isFunction = /^[a-z]+\(/.test(usage)
      assert.equal(form === 'function' || form === 'either', isFunction, name)
    }
  })
})
