import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Facts } from '#domain/facts.ts'
import { checkCondition } from './check.ts'
import { compileCondition, type Verdict } from './condition.ts'

const facts = (args: Facts['args']): Facts => ({
  args,
  uri: 'mes://line3/state',
  caller: {
    agent: 'a',
    client: 'a@c',
    owner: 'o',
    groups: ['g'],
    claims: { line: '3' },
    scopes: ['s'],
    acr: '',
  },
  consumer: { name: 'c', owner: 'o' },
  user: undefined,
  item: { name: 'i', kind: 'server', owner: 'o', labels: [], capability: 't', class: 'read' },
  run: { id: 'r' },
  now: 1_800_000_000_000,
})

const isVerdict = (verdict: Verdict): boolean =>
  typeof verdict === 'boolean' || (Object.keys(verdict).join() === 'error' && verdict.error !== '')

const holds = (source: string, args: Facts['args']): Verdict => {
  const condition = compileCondition(source)
  assert.ok('holds' in condition, `${source}: ${'problem' in condition && condition.problem}`)
  return condition.holds(facts(args))
}

describe('Whatever is written as a condition', () => {
  const words = [
    ...[
      'args',
      'args.a',
      'caller.claims',
      'uri',
      'user',
      'now',
      'x',
      'has(',
      'size(',
      '.exists(x,',
    ],
    ...[
      '.map(x,',
      '.matches(',
      '"^a+$"',
      '"',
      "'",
      '"""',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ':',
      ',',
      '.',
    ],
    ...[
      '+',
      '-',
      '*',
      '/',
      '%',
      '!',
      '==',
      '!=',
      '<',
      '>=',
      '&&',
      '||',
      '?',
      ' in ',
      '=',
      '&',
      '//',
    ],
    ...[
      '0',
      '1.5',
      '1e9',
      '0x1f',
      '9007199254740993',
      'true',
      'null',
      '\\',
      '\\u0061',
      '\n',
      'é',
      '😀',
    ],
  ]
  const source = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((some) => some.join('')),
    fc.array(fc.constantFrom(...words), { maxLength: 20 }).map((some) => some.join(' ')),
  )

  test('is compiled or is a problem, and whatever is compiled gives a verdict', () => {
    fc.assert(
      fc.property(source, fc.jsonValue(), (text, a) => {
        const condition = compileCondition(text)
        if ('holds' in condition) assert.ok(isVerdict(condition.holds(facts({ a }))))
        else assert.ok(condition.problem !== '')
      }),
      { numRuns: 1000 },
    )
  })

  test('is checked against whatever a server gives as a schema', () => {
    const schema = fc.dictionary(
      fc.constantFrom('type', 'properties', 'items', '$ref', 'anyOf', 'enum', 'required', '$defs'),
      fc.oneof(fc.jsonValue(), fc.constantFrom('object', '#', '#/$defs', '#/properties/a')),
    )
    const args = fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), schema),
      $defs: fc.jsonValue(),
    })
    fc.assert(
      fc.property(source, args, (text, some) => {
        const problems = checkCondition(text, [{ name: 'x/y', args: some, hasUri: true }])
        assert.equal('problem' in compileCondition(text) && problems.length === 0, false)
      }),
      { numRuns: 300 },
    )
  })
})

describe('Whatever a call carries', () => {
  const rules = [
    'args.a == args.b',
    'args.a in args.b || args.b in args.a',
    'args.a.exists(x, x == args.b)',
    'args.exists(key, args[key] == args.a)',
    'args.a.map(x, [x, args.b]).filter(y, y[0] == y[1]) == args.b',
    'has(args.a.constructor) && args.a["$typeName"] == "x"',
    'args["$typeName"] == "google.protobuf.StringValue" && args.value == "3"',
    'args.a + args.b == args.a',
    'args.a < args.b || args.a.size() > size(args.b)',
    'args.a.matches("^(a+)+$") || args.a.contains(args.b)',
    'args.a ? args.b : args.a',
    'timestamp(args.a) < now || duration(args.b) > duration("1h")',
    'int(args.a) + int(args.b) > 3 || double(args.a) > string(args.b)',
    'args == {"a": args.a, "b": args.b}',
  ]
  const key = fc.oneof(
    fc.constantFrom('a', 'b', 'value', 'constructor', '$typeName', '__proto__', 'size', 'get'),
    fc.string(),
  )
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        null,
        true,
        0,
        -0,
        2 ** 53,
        1e300,
        '',
        'aaaa!',
        'google.protobuf.StringValue',
      ),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.array(tie('value')),
      fc.dictionary(key, tie('value')),
    ),
  })).value

  test('gives a verdict', () => {
    fc.assert(
      fc.property(fc.constantFrom(...rules), json, json, json, (rule, a, b, more) => {
        const args = { ...(typeof more === 'object' ? more : {}), a, b }
        assert.ok(isVerdict(holds(rule, args)))
        assert.ok(isVerdict(holds(rule, more as Record<string, unknown>)))
      }),
      { numRuns: 500 },
    )
  })
})

/** An expression in CEL, and the same in JavaScript. */
interface Both {
  readonly cel: string
  readonly js: (args: Args) => unknown
}
interface Args {
  readonly text: string
  readonly number: number
  readonly flag: boolean
  readonly list: readonly string[]
  readonly part: { readonly text: string; readonly numbers: readonly number[] }
}
const schema = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    number: { type: 'number' },
    flag: { type: 'boolean' },
    list: { type: 'array', items: { type: 'string' } },
    part: {
      type: 'object',
      properties: {
        text: { type: 'string' },
        numbers: { type: 'array', items: { type: 'number' } },
      },
      required: ['text', 'numbers'],
    },
  },
  required: ['text', 'number', 'flag', 'list', 'part'],
}
const shape = { name: 'x/y', args: schema, hasUri: true }

const someText = fc.constantFrom('', 'a', 'ab', 'ba', 'é😀', 'aab')
const someNumber = fc.constantFrom(-1, 0, 1, 2, 2.5, 100)
const someArgs: fc.Arbitrary<Args> = fc.record({
  text: someText,
  number: someNumber,
  flag: fc.boolean(),
  list: fc.array(someText, { maxLength: 4 }),
  part: fc.record({ text: someText, numbers: fc.array(someNumber, { maxLength: 4 }) }),
})

type Kinds = { text: string; number: number; flag: boolean; list: readonly string[] }
type Kind = keyof Kinds

/**
 * Conditions from a grammar. `slips` is the chance in a hundred that something of another kind
 * stands where one kind is wanted: what the check is there to find.
 */
const grammar = (slips: number) =>
  fc.letrec<Record<Kind | `${Kind}Wanted`, Both>>((tie) => {
    const wanted = (kind: Kind) => tie(`${kind}Wanted`)
    const leaf = (cel: string, js: Both['js']) => fc.constant<Both>({ cel, js })
    /** Of several things that may stand there, one list has one kind, and so has one choice. */
    const alike = (kind: Kind) => tie(kind)
    const made = <const T extends readonly Kind[]>(
      kinds: T,
      cel: (...parts: string[]) => string,
      js: (...parts: { [I in keyof T]: Kinds[T[I]] }) => unknown,
      part = wanted,
    ): fc.Arbitrary<Both> =>
      fc.tuple(...kinds.map(part)).map((parts) => ({
        cel: cel(...parts.map((part) => part.cel)),
        js: (args) =>
          js(...(parts.map((part) => part.js(args)) as unknown as { [I in keyof T]: Kinds[T[I]] })),
      }))
    const slip = (kind: Kind) =>
      fc.oneof(
        { weight: 100 - slips, arbitrary: tie(kind) },
        {
          weight: slips,
          arbitrary: fc.oneof(tie('text'), tie('number'), tie('flag'), tie('list')),
        },
      )
    const depth = { maxDepth: 3, depthSize: 'small' as const }
    return {
      textWanted: slip('text'),
      numberWanted: slip('number'),
      flagWanted: slip('flag'),
      listWanted: slip('list'),
      text: fc.oneof(
        depth,
        leaf('args.text', ({ text }) => text),
        leaf('args["text"]', ({ text }) => text),
        leaf('args.part.text', ({ part }) => part.text),
        someText.map((text) => ({ cel: JSON.stringify(text), js: () => text })),
        made(
          ['text', 'text'],
          (a, b) => `("" + ${a} + ${b})`,
          (a, b) => a + b,
        ),
        made(
          ['flag', 'text'],
          (c, a) => `(${c} ? ${a} : "z")`,
          (c, a) => (c ? a : 'z'),
          alike,
        ),
      ),
      number: fc.oneof(
        depth,
        leaf('args.number', ({ number }) => number),
        someNumber.map((n) => ({ cel: Number.isInteger(n) ? `${n}.0` : `${n}`, js: () => n })),
        made(
          ['number', 'number'],
          (a, b) => `(${a} - ${b})`,
          (a, b) => a - b,
        ),
        made(
          ['number', 'number'],
          (a, b) => `(${a} * ${b})`,
          (a, b) => a * b,
        ),
        made(
          ['text'],
          (a) => `double(size(${a}))`,
          (a) => [...a].length,
        ),
        made(
          ['list'],
          (a) => `double(${a}.size())`,
          (a) => a.length,
        ),
      ),
      list: fc.oneof(
        depth,
        leaf('args.list', ({ list }) => list),
        made(
          ['list'],
          (a) => `${a}.filter(x, x != "a")`,
          (a) => a.filter((x) => x !== 'a'),
        ),
        made(
          ['list'],
          (a) => `${a}.map(x, x + "b")`,
          (a) => a.map((x) => `${x}b`),
        ),
        made(
          ['list', 'list'],
          (a, b) => `([] + ${a} + ${b})`,
          (a, b) => [...a, ...b],
        ),
        made(
          ['text', 'text'],
          (a, b) => `[${a}, ${b}]`,
          (a, b) => [a, b],
          alike,
        ),
      ),
      flag: fc.oneof(
        depth,
        leaf('args.flag', ({ flag }) => flag),
        leaf('has(args.part.text)', () => true),
        leaf('args.part.numbers.exists(n, n > 1)', ({ part }) => part.numbers.some((n) => n > 1)),
        leaf(
          'args.part.numbers.exists_one(n, n == 2)',
          ({ part }) => part.numbers.filter((n) => n === 2).length === 1,
        ),
        made(
          ['flag', 'flag'],
          (a, b) => `(${a} && ${b})`,
          (a, b) => a && b,
        ),
        made(
          ['flag', 'flag'],
          (a, b) => `(${a} || ${b})`,
          (a, b) => a || b,
        ),
        made(
          ['flag'],
          (a) => `!(${a})`,
          (a) => !a,
        ),
        made(
          ['text', 'text'],
          (a, b) => `(${a} == ${b})`,
          (a, b) => a === b,
        ),
        made(
          ['text', 'text'],
          (a, b) => `${a}.contains(${b})`,
          (a, b) => a.includes(b),
        ),
        made(
          ['text', 'text'],
          (a, b) => `${a}.startsWith(${b})`,
          (a, b) => a.startsWith(b),
        ),
        made(
          ['text'],
          (a) => `${a}.matches("^a*$")`,
          (a) => /^a*$/.test(a),
        ),
        made(
          ['number', 'number'],
          (a, b) => `(${a} != ${b})`,
          (a, b) => a !== b,
        ),
        made(
          ['number', 'number'],
          (a, b) => `(${a} <= ${b})`,
          (a, b) => a <= b,
        ),
        made(
          ['text', 'list'],
          (a, b) => `(${a} in ${b})`,
          (a, b) => b.includes(a),
        ),
        made(
          ['list', 'list'],
          (a, b) => `(${a} == ${b})`,
          (a, b) => JSON.stringify(a) === JSON.stringify(b),
        ),
        made(
          ['list', 'text'],
          (a, b) => `${a}.all(x, x < ${b})`,
          (a, b) => a.every((x) => x < b),
        ),
      ),
    }
  }).flag

/** A loop within a loop, or more than a condition may hold: refused, and not what is asked here. */
const isRefused = (source: string): boolean => 'problem' in compileCondition(source)

describe('A condition from a grammar', () => {
  test('that is right in its types passes the check, and holds where it does in JavaScript', () => {
    let asked = 0
    fc.assert(
      fc.property(grammar(0), someArgs, ({ cel, js }, args) => {
        if (isRefused(cel)) return
        asked++
        assert.deepEqual(checkCondition(cel, [shape]), [], cel)
        assert.equal(holds(cel, { ...args }), js(args), cel)
      }),
      { numRuns: 800 },
    )
    assert.ok(asked > 500, `${asked}`)
  })

  test('that passes the check never errs about types or members, whatever slips it has', () => {
    let [passed, failed] = [0, 0]
    fc.assert(
      fc.property(grammar(12), someArgs, ({ cel }, args) => {
        if (isRefused(cel)) return
        if (checkCondition(cel, [shape]).length > 0) failed++
        else {
          passed++
          assert.equal(typeof holds(cel, { ...args }), 'boolean', cel)
        }
      }),
      { numRuns: 1000 },
    )
    assert.ok(passed > 250 && failed > 100, `${passed} passed, ${failed} failed`)
  })
})
