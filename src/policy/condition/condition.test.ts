import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Facts } from '#domain/facts.ts'
import { compileCondition, type Verdict } from './condition.ts'

const facts = (some: Partial<Facts> = {}): Facts => ({
  args: {},
  uri: undefined,
  caller: {
    agent: 'line-3',
    client: 'line-3@floor',
    owner: 'alice@example.com',
    groups: ['lines'],
    claims: { line: '3', limit: 500, roles: ['clerk', 'auditor'], night: false },
    scopes: ['mes.read'],
    acr: '',
  },
  consumer: { name: 'floor', owner: '' },
  user: undefined,
  item: {
    name: 'mes',
    kind: 'server',
    owner: 'factory',
    labels: ['internal'],
    capability: 'read_telemetry',
    class: 'read',
  },
  run: { id: 'run_1' },
  now: Date.UTC(2026, 10, 27, 20, 30),
  ...some,
})

const ask = (source: string, some: Partial<Facts> = {}): Verdict => {
  const condition = compileCondition(source)
  assert.ok('holds' in condition, `${source}: ${'problem' in condition && condition.problem}`)
  return condition.holds(facts(some))
}
const withArgs = (args: Facts['args']) => (source: string) => ask(source, { args })

describe('A condition', () => {
  test('compares what a call says with what its caller is', () => {
    const rule = 'args.line == caller.claims.line'
    assert.equal(ask(rule, { args: { line: '3' } }), true)
    assert.equal(ask(rule, { args: { line: '4' } }), false)
    assert.equal(ask(rule, { args: { line: 3 } }), false)
    assert.equal(ask('args.amount <= caller.claims.limit', { args: { amount: 500 } }), true)
    assert.equal(ask('"clerk" in caller.claims.roles && !caller.claims.night'), true)
    assert.equal(ask('uri.startsWith("mes://line3/")', { uri: 'mes://line3/state' }), true)
  })

  test('says which names it speaks of, and is the source it was compiled from', () => {
    const source = 'has(args.line) && caller.groups.exists(group, group == item.name)'
    const condition = compileCondition(source)
    assert.ok('holds' in condition)
    assert.deepEqual([...condition.speaksOf].toSorted(), ['args', 'caller', 'item'])
    assert.equal(condition.source, source)
  })

  test('that cannot be worked out says why, and names nothing that only the call knows', () => {
    const secret = 'sk-live-4242'
    const asked = withArgs({
      name: secret,
      list: ['a'],
      key: 'nowhere',
      amount: 3,
      before: '.*list',
      behind: 'list.*',
      long: `l${'i'.repeat(64)}`,
    })
    const told: [source: string, error: string][] = [
      ['args.line == "3"', 'there is no line'],
      ['args[args.key] == "3"', 'there is no such member'],
      ['args[args.before] == args.list', 'there is no such member'],
      ['args[args.behind] == args.list', 'there is no such member'],
      ['args.list[7] == "a"', 'there is no element at an index'],
      ['args.amount + 1 == 4', '+ does not take double, int'],
      ['args.amount.startsWith("3")', 'startsWith does not take double, string'],
      ['now > args.amount', '> does not take timestamp, double'],
      ['args.name', 'it is neither true nor false'],
      ['args.name || false', 'something other than true or false is joined'],
      ['args.name.exists(x, true)', 'a loop goes through something other than a list or a map'],
      ['args.name ? true : false', '?: does not take string'],
      ['int(args.name) > 3', 'int takes a text of digits'],
      ['double(args.name) > 3', 'double takes a text that is a number of JSON'],
      ['timestamp(args.name) > now', 'it could not be worked out'],
      ['duration(args.name) > duration("1h")', 'it could not be worked out'],
      ['{"a": 1}[args.name] == 1', 'there is no such member'],
      ['int(args.amount) / 0 == 1', 'it could not be worked out'],
    ]
    for (const [source, error] of told) {
      assert.deepEqual(asked(source), { error }, source)
      assert.ok(!JSON.stringify(asked(source)).includes(secret), source)
    }
  })

  test('errs where it speaks of what is not known, unless another part decides', () => {
    const args = undefined
    assert.deepEqual(ask('args.line == "3"', { args }), {
      error: 'the arguments are not known here',
    })
    assert.deepEqual(ask('has(args.line)', { args }), { error: 'the arguments are not known here' })
    assert.deepEqual(ask('uri == "x"'), { error: 'this is not a resource: it has no URI' })
    assert.equal(ask('args.line == "3" || caller.agent == "line-3"', { args }), true)
    assert.equal(ask('args.line == "3" && caller.agent == "line-4"', { args }), false)
  })

  test('tells a member that is null, one that is missing and one that is inherited apart', () => {
    const asked = withArgs({ nothing: null, some: '' })
    assert.equal(asked('has(args.nothing) && "nothing" in args && args.nothing == null'), true)
    assert.equal(asked('has(args.some)'), true)
    assert.equal(asked('has(args.other) || "other" in args'), false)
    for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      assert.equal(asked(`has(args.${name}) || "${name}" in args`), false)
      assert.deepEqual(asked(`args.${name} == null`), { error: `there is no ${name}` })
    }
    assert.equal(ask('user == null'), true)
    assert.equal(ask('user != null && user.name == "bob"'), false)
    assert.equal(ask('user != null && user.name == "bob"', { user: { name: 'bob' } }), true)
  })

  test('reads arguments as the JSON they are, whatever their members are called', () => {
    // The library would take the first for the text that it wraps, and refuse to look at the second.
    const posing = { $typeName: 'google.protobuf.StringValue', value: '3' }
    assert.equal(ask('args.line == caller.claims.line', { args: { line: posing } }), false)
    assert.equal(ask('args.line.value == "3"', { args: { line: posing } }), true)
    const named = { constructor: { name: 'Map' }, size: 1, get: 'x', line: '3' }
    assert.equal(ask('args.line == "3" && args.constructor.name == "Map"', { args: named }), true)
    assert.equal(ask('args.size == 1 && args.get == "x"', { args: named }), true)
  })

  test('compares numbers by their value, and never one that was rounded', () => {
    const asked = withArgs({ n: 250, f: 1.5, minus: -0, large: 2 ** 53, limit: 2 ** 53 - 1 })
    assert.equal(
      asked('args.n == 250 && args.n == 250.0 && args.n in [1, 250] && args.n > 3'),
      true,
    )
    assert.equal(asked('args.f == 1.5 && args.f > 1 && args.f < 2'), true)
    assert.equal(asked('args.minus == 0 && args.minus == 0.0 && !(args.minus < 0)'), true)
    assert.equal(asked('args.limit == 9007199254740991 && args.limit > 9007199254740990'), true)
    assert.equal(asked('args.n / 0.0 > args.n && 0.0 / 0.0 != 0.0 / 0.0'), true)
    assert.deepEqual(asked('args.large == args.large'), {
      error: 'a number is too large to be told exactly',
    })
    assert.deepEqual(asked('args.n > 9.5e18 || int(9.5e18) > 0'), {
      error: 'it could not be worked out',
    })
  })

  test('finds texts, lists, maps and times the same where every part of them is', () => {
    const asked = withArgs({
      a: [1, ['x'], { k: null }],
      text: 'ab',
      nothing: null,
      m: { k: null },
    })
    const same = [
      'args.a == [1, ["x"], {"k": null}]',
      'args.m == {"k": null}',
      'args.text == "ab"',
      '[1.0, 2] == [1, 2.0]',
      'timestamp("2026-01-01T00:00:00Z") == timestamp("2026-01-01T03:00:00+03:00")',
      'duration("60s") == duration("1m")',
      'timestamp("2026-01-01T00:00:00.5Z") == timestamp("2026-01-01T00:00:00.500Z")',
      '[now] == [now] && {"a": duration("1h")} == {"a": duration("60m")}',
      'true == true && null == null',
    ]
    const different = [
      'args.a == [1, ["x"]]',
      'args.a == [1, ["y"], {"k": null}]',
      'args.a == [2, ["x"], {"k": null}]',
      'args.a == [1, ["x"], {"k": false}]',
      'args.a == args.m',
      'args.m == args.a',
      'args.m == {"l": null}',
      'args.m == {}',
      '{} == args.m',
      'args.m == {"k": 1}',
      'args.text == "abc"',
      'args.text == "a"',
      'args.text == "ac"',
      'args.text == ["a", "b"]',
      '1 == 2',
      '2 == 1',
      '[1, 2] == [1, 3]',
      '[1] == [2]',
      'now == args.nothing',
      'args.nothing == now',
      'args.nothing == false',
      '1 == true',
      'timestamp("2026-01-01T00:00:01Z") == timestamp("2026-01-01T00:00:02Z")',
      'timestamp("2026-01-01T00:00:00.1Z") == timestamp("2026-01-01T00:00:00.2Z")',
      'timestamp("1970-01-01T00:00:05Z") == duration("5s")',
      'duration("5s") == duration("6s")',
    ]
    for (const source of same) assert.equal(asked(source), true, source)
    for (const source of different) assert.equal(asked(source), false, source)
  })

  test('orders texts by their characters', () => {
    const asked = withArgs({ a: 'a', b: 'b' })
    const orders: [source: string, less: boolean, same: boolean, more: boolean][] = [
      ['<', true, false, false],
      ['<=', true, true, false],
      ['>', false, false, true],
      ['>=', false, true, true],
    ]
    for (const [order, ...holds] of orders)
      assert.deepEqual(
        [`args.a ${order} args.b`, `args.a ${order} args.a`, `args.b ${order} args.a`].map(asked),
        holds,
        order,
      )
  })

  test('makes numbers of texts only where a server would read the same', () => {
    const asked = withArgs({})
    assert.equal(asked('int("42") == 42 && int("-7") == -7 && double("2.5e3") == 2500'), true)
    assert.equal(asked('string(3.0) == "3" && string(2.5) == "2.5" && int(3.9) == 3'), true)
    const written = ['1e10', '2.55', '1E+5', '1e-05', '-0.5', '10', '-10', '0', '120.25e12']
    for (const text of written) assert.equal(asked(`double("${text}") == ${text}`), true, text)
    for (const text of ['1.', '1.x', '1e', '1e+x', '1e5x', '-9007199254740993', '--1', '0x'])
      assert.deepEqual(asked(`double("${text}") == 0.0`), {
        error: 'double takes a text that is a number of JSON',
      })
    for (const text of ['', ' 1', '0x10', '1e3', '+1', '9223372036854775808'])
      assert.deepEqual(asked(`int("${text}") == 0`), { error: 'int takes a text of digits' })
    for (const text of ['', ' 1', '0x10', 'NaN', 'Infinity', '.5', '01', '9007199254740993'])
      assert.deepEqual(asked(`double("${text}") == 0.0`), {
        error: 'double takes a text that is a number of JSON',
      })
  })

  test('asks whether something is there also inside a list or a map', () => {
    const asked = withArgs({ nothing: null, ids: ['a', 'b'], by: { 1: 'x', true: 'y' } })
    assert.equal(asked('[has(args.nothing)][0] && {"a": has(args.nothing)}.a'), true)
    assert.equal(asked('args.ids.all(id, [has(args.nothing)][0])'), true)
    assert.equal(asked('args.by["1"] == "x"'), true)
    for (const source of ['args.by[1] == "x"', 'args.by[1.0] == "x"', 'args.by[true] == "y"'])
      assert.notEqual(asked(source), true, source)
    assert.equal(asked('1 in args.by || true in args.by'), false)
    assert.equal(ask('run.id == "run_1"'), true)
  })

  test('errs where a value is none that JSON knows', () => {
    for (const odd of [undefined, 1n, () => 1, Symbol('x')])
      assert.deepEqual(ask('args.odd == 1', { args: { odd } }), {
        error: 'there is a value that JSON does not know',
      })
    assert.equal(ask('args.a == true && args.b == "true"', { args: { a: true, b: 'true' } }), true)
  })

  test('goes through lists and maps', () => {
    const asked = withArgs({ ids: ['a-1', 'a-2', 'b-1'], by: { a: 1, b: 2 } })
    assert.equal(asked('args.ids.exists(id, id == "b-1")'), true)
    assert.equal(asked('args.ids.all(id, id.startsWith("a-"))'), false)
    assert.equal(asked('args.ids.exists_one(id, id.startsWith("b-"))'), true)
    assert.equal(asked('args.ids.filter(id, id.startsWith("a-")) == ["a-1", "a-2"]'), true)
    assert.equal(asked('args.ids.map(id, id + "!")[2] == "b-1!"'), true)
    assert.equal(asked('args.ids.map(id, id != "b-1", id.size()) == [3, 3]'), true)
    assert.equal(asked('args.by.all(key, key in ["a", "b"]) && args.by.size() == 2'), true)
    assert.equal(asked('args.by == {"b": 2, "a": 1.0} && args.by != {"a": 1}'), true)
    assert.equal(asked('(args.ids + ["c"]).size() == 4 && args.ids.size() == 3'), true)
  })

  test('gathers into a list of its own, which other loops do not share', () => {
    const asked = withArgs({ ids: ['a', 'b'] })
    const kept = '[args.ids.map(x, x)].all(l, (l + ["z"]).size() == 3 && l.size() == 2)'
    assert.equal(asked(kept), true)
    assert.deepEqual(asked('args.ids.exists(x, ["a"])'), {
      error: 'something other than true or false is joined',
    })
    const twice = 'args.ids.map(x, x) + args.ids.map(x, x)'
    assert.equal(asked(`${twice} == ["a", "b", "a", "b"]`), true)
    assert.equal(
      asked('args.ids.filter(x, false) == [] && args.ids.filter(x, true).size() == 2'),
      true,
    )
  })

  test('counts characters as CEL does: a pair of surrogates is one', () => {
    const asked = withArgs({ text: 'a😀é', lone: '\ud83d', low: 'a\ude00', high: 'a\ud83da' })
    assert.equal(asked('size(args.low) == 2 && size(args.high) == 3'), true)
    assert.equal(
      asked('size(args.text) == 3 && args.text.size() == 3 && size(args.lone) == 1'),
      true,
    )
  })

  test('reads the clock of a zone, also in the hour that is there twice or not at all', () => {
    const at = (utc: string) => ({ now: Date.parse(utc) })
    const office =
      'now.getHours("Europe/Istanbul") >= 8 && now.getHours("Europe/Istanbul") < 18 && now.getDayOfWeek("Europe/Istanbul") in [1, 2, 3, 4, 5]'
    assert.equal(ask(office, at('2026-11-27T05:00:00Z')), true)
    assert.equal(ask(office, at('2026-11-27T04:59:59Z')), false)
    assert.equal(ask(office, at('2026-11-27T15:00:00Z')), false)
    assert.equal(ask(office, at('2026-11-28T09:00:00Z')), false)
    // Berlin leaves out the hour from 2 on 2026-03-29, and has it twice on 2026-10-25.
    const berlin = (utc: string, hour: number) =>
      ask(`now.getHours("Europe/Berlin") == ${hour}`, at(utc))
    assert.equal(berlin('2026-03-29T00:59:59Z', 1), true)
    assert.equal(berlin('2026-03-29T01:00:00Z', 3), true)
    assert.equal(berlin('2026-10-25T00:30:00Z', 2), true)
    assert.equal(berlin('2026-10-25T01:30:00Z', 2), true)
    assert.equal(berlin('2026-10-25T02:30:00Z', 3), true)
    assert.equal(ask('now.getHours("+05:30") == 2 && now.getMinutes("-00:45") == 45'), true)
    assert.equal(ask('now.getHours("05:30") == 2 && now.getHours("-01:00") == 19'), true)
    // Until 1972-01-07 Liberia was 44 minutes and 30 seconds behind: its clocks were changed within a minute.
    assert.equal(ask('now.getHours("Africa/Monrovia") == 23', at('1972-01-07T00:44:29Z')), true)
    assert.equal(ask('now.getMinutes("Africa/Monrovia") == 44', at('1972-01-07T00:44:31Z')), true)
  })

  test('takes a time apart: months and days count from 0, days of the week from Sunday', () => {
    const time = 'timestamp("2028-12-31T23:59:58.250Z")'
    const parts = {
      getFullYear: 2028,
      getMonth: 11,
      getDate: 31,
      getDayOfMonth: 30,
      getDayOfWeek: 0,
      getDayOfYear: 365,
      getHours: 23,
      getMinutes: 59,
      getSeconds: 58,
      getMilliseconds: 250,
    }
    for (const [name, part] of Object.entries(parts))
      assert.equal(ask(`${time}.${name}() == ${part} && ${time}.${name}("UTC") == ${part}`), true)
    assert.equal(ask(`${time}.getDayOfYear("Asia/Tokyo") == 0`), true)
  })

  test('measures time in durations', () => {
    const asked = withArgs({ until: '2026-11-28T08:00:00+03:00' })
    assert.equal(asked('timestamp(args.until) - now < duration("12h")'), true)
    assert.equal(asked('now + duration("1h30m") == timestamp("2026-11-27T22:00:00Z")'), true)
    assert.equal(
      asked('duration("90s").getMinutes() == 1 && duration("36h").getHours() == 36'),
      true,
    )
    assert.equal(
      asked('timestamp("2026-01-01T00:00:00.250Z") != timestamp("2026-01-01T00:00:00Z")'),
      true,
    )
    assert.deepEqual(ask('now > timestamp("2026-01-01T00:00:00Z")', { now: Number.NaN }), {
      error: 'it could not be worked out',
    })
  })
})

describe('The time zone of the machine', () => {
  // In the hour that New York leaves out, a Date in local time shows another one.
  test('changes no answer', () => {
    const before = process.env.TZ
    process.env.TZ = 'America/New_York'
    try {
      const now = Date.parse('2026-03-08T02:30:00Z')
      assert.equal(new Date(2026, 2, 8, 2, 30).getHours(), 3)
      assert.equal(ask('now.getHours() == 2 && now.getHours("UTC") == 2', { now }), true)
      const summer = Date.parse('2026-07-01T00:30:00Z')
      assert.equal(ask('now.getDayOfYear() == 181', { now: summer }), true)
    } finally {
      if (before === undefined) delete process.env.TZ
      else process.env.TZ = before
    }
  })
})
