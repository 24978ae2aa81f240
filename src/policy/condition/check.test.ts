import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkCondition, type Shape } from './check.ts'

const read: Shape = {
  name: 'mes/read_telemetry',
  hasUri: false,
  args: {
    type: 'object',
    properties: {
      line: { type: 'string' },
      count: { type: 'integer' },
      ratio: { type: 'number' },
      force: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
      parts: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
      mode: { enum: ['fast', 'exact'] },
      level: { const: 3 },
      device: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
      'time-zone': { type: 'string' },
      note: { type: ['string', 'null'] },
      title: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      place: { $ref: '#/$defs/place' },
      open: { type: 'object', additionalProperties: true },
      counts: { type: 'object', additionalProperties: { type: 'number' } },
      mixed: {
        type: 'object',
        properties: { a: { type: 'string' } },
        additionalProperties: true,
      },
      bare: { type: 'object' },
      none: { anyOf: [] },
      many: { anyOf: Array.from({ length: 50 }, () => ({ type: 'string' })) },
      pair: { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      maybe: { type: 'string', nullable: true },
      empty: { type: 'object', additionalProperties: false },
      both: { allOf: [{ properties: { a: {} } }], properties: { b: { type: 'string' } } },
      elsewhere: { $ref: 'https://example.com/schema' },
      lost: { $ref: '#/$defs/nowhere' },
      modes: { type: 'array', items: { enum: ['fast', 'exact'] } },
      words: { enum: ['very fast', 'exact!', 'slow'] },
      step: { enum: [null, 5] },
      amount: { type: ['number', 'boolean'] },
      anyList: { type: 'array' },
      either: {
        type: ['array', 'object'],
        items: { type: 'string' },
        properties: { a: { type: 'string' } },
      },
      in: { type: 'string' },
      true: { type: 'string' },
      false: { type: 'string' },
      null: { type: 'string' },
      'a b': { type: 'object', properties: { c: { type: 'string' } } },
    },
    required: ['line'],
    $defs: {
      place: {
        type: 'object',
        properties: { name: { type: 'string' }, inside: { $ref: '#/$defs/place' } },
      },
    },
  },
}
const stop: Shape = {
  name: 'mes/stop',
  hasUri: false,
  args: { type: 'object', properties: { reason: { type: 'string' } }, required: ['reason'] },
}
const state: Shape = {
  name: 'mes/mes://{line}/state',
  hasUri: true,
  args: { type: 'object', properties: { line: { type: 'string' } }, required: ['line'] },
}
const later: Shape = { name: 'mes/later', hasUri: false, args: undefined }

const claims = new Set(['line', 'clearance'])
const check = (source: string, ...shapes: readonly Shape[]) =>
  checkCondition(source, shapes, claims)
const messages = (source: string, ...shapes: readonly Shape[]) =>
  check(source, ...shapes).map(({ message }) => message)

const right = (...sources: readonly string[]) => {
  for (const source of sources) assert.deepEqual(check(source, read), [], source)
}
/** Each is wrong in one place, which is where the mark stands. */
const wrong = (...rows: readonly (readonly [marked: string, message: string])[]) => {
  for (const [marked, message] of rows) {
    const at = marked.indexOf('▸')
    assert.deepEqual(check(marked.replace('▸', ''), read), [{ message, at }], marked)
  }
}

describe('A condition checked against the schema of a capability', () => {
  test('is right where everything it speaks of is there and is compared with its like', () => {
    right(
      'args.line == caller.claims.line',
      'args.count > 3 && args.count == 3 && args.ratio <= 2.5 && args.count + 1.0 < 9',
      'args.tags.exists(tag, tag.startsWith("a")) && "a" in args.tags && args.tags[0] == "a"',
      'args.parts.all(part, has(part.sku) && part.sku != "")',
      'args.mode == "fast" || args.mode in ["exact"] || args.level == 3',
      'args.device.id == "x" && has(args.device.id)',
      'args["time-zone"] == "UTC" && "time-zone" in args',
      'args.force && !args.force || args.line.matches("^[0-9]+$")',
      'int(args.count) % 2 == 1 && string(args.count) == "3" && size(args.line) == 1',
      'has(args.line) ? args.count == 1 : args.count == 2',
      'args.tags.filter(tag, tag != "").map(tag, tag + "!").exists_one(tag, tag == "a!")',
      'args.count <= {"clerk": 100, "head": 1000}[caller.claims.clearance]',
      'now.getHours("Europe/Istanbul") >= 8 && now - timestamp("2026-01-01T00:00:00Z") > duration("1h")',
      'user != null && user.name == "bob" && run.id != "" && item.class == "read"',
      'consumer.name == "floor" && "soc" in caller.groups && caller.scopes.size() > 0',
    )
  })

  test('knows an argument that is misspelt, wherever it stands, and says which was meant', () => {
    const says = 'mes/read_telemetry has no argument lnie; did you mean line?'
    wrong(
      ['args.▸lnie == "3"', says],
      ['has(args.▸lnie)', says],
      ['▸"lnie" in args', says],
      ['args[▸"lnie"] == "3"', says],
      ['args.tags.exists(tag, tag == args.▸lnie)', says],
      ['args.device.▸idd == "x"', 'args.device has no field idd; did you mean id?'],
      ['args.empty.▸a == ""', 'args.empty has no field a; it has none'],
      ['has(args.device.▸idd)', 'args.device has no field idd; did you mean id?'],
      ['args.parts.all(part, part.▸skuu == "x")', 'part has no field skuu; did you mean sku?'],
      [
        'args.place.inside.inside.▸nam == ""',
        'args.place.inside.inside has no field nam; did you mean name?',
      ],
      [
        'args[▸"time_zone"] == ""',
        'mes/read_telemetry has no argument time_zone; did you mean time-zone?',
      ],
    )
  })

  test('knows names, fields of the caller and claims that there are not', () => {
    wrong(
      ['▸arg.line == "3"', 'there is no name arg; did you mean args?'],
      ['▸line == "3"', 'there is no name line; an argument is written args.line'],
      [
        'args.time-▸zone == ""',
        'there is no name zone; a field with a hyphen is written args["a-b"]',
      ],
      ['caller.▸agnet == "a"', 'caller has no field agnet; did you mean agent?'],
      ['caller.claims.▸lien == "3"', 'caller.claims has no claim lien; did you mean line?'],
      ['item.▸lables == []', 'item has no field lables; did you mean labels?'],
      ['run.▸idd == ""', 'run has no field idd; did you mean id?'],
    )
    assert.deepEqual(checkCondition('caller.claims.lien == "3"', [read]), [])
  })

  test('knows what is never equal, and how the literal would be written', () => {
    wrong(
      ['args.line ▸== 3', 'args.line is text and never equal to 3; write "3"'],
      ['3 ▸!= args.line', 'args.line is text and never equal to 3; write "3"'],
      [
        'args.count ▸== "3"',
        'args.count is a number and never equal to "3"; write 3 without quotes',
      ],
      [
        'args.force ▸== "true"',
        'args.force is true or false and never equal to "true"; write true without quotes',
      ],
      ['args.line ▸== null', 'args.line is text and never equal to null'],
      ['args.note ▸== 3', 'args.note is text or null and never equal to 3; write "3"'],
      ['args.title ▸== 3', 'args.title is text or null and never equal to 3; write "3"'],
      [
        'args.line ▸== args.count',
        'args.line is text and never equal to args.count, which is a number',
      ],
      ['args.tags.exists(t, t ▸== 3)', 't is text and never equal to 3; write "3"'],
      [
        'args.count ▸in args.tags',
        'args.count is a number and never equal to an element of args.tags, which is text',
      ],
      ['args.line in ["1", ▸2]', 'args.line is text and never equal to 2; write "2"'],
      [
        'now ▸== "2026"',
        'now is a time and never equal to "2026"; write timestamp("2027-06-30T18:00:00Z")',
      ],
    )
  })

  test('offers to write a literal otherwise only where that is meant', () => {
    const never = (what: string) => `args.count is a number and never equal to ${what}`
    wrong(
      ['args.count ▸== "12"', `${never('"12"')}; write 12 without quotes`],
      ['args.count ▸== "-1.25"', `${never('"-1.25"')}; write -1.25 without quotes`],
      ['args.count ▸== "x3"', never('"x3"')],
      ['args.count ▸== "3x"', never('"3x"')],
      ['args.count ▸== "1.x"', never('"1.x"')],
      ['args.count ▸== "true"', never('"true"')],
      ['args.force ▸== "untrue"', 'args.force is true or false and never equal to "untrue"'],
      ['args.force ▸== "truely"', 'args.force is true or false and never equal to "truely"'],
      ['args.tags ▸== "x"', 'args.tags is a list and never equal to "x"'],
      ['args.tags ▸== 3', 'args.tags is a list and never equal to 3'],
      ['args.tags[0] ▸== 3', 'args.tags[…] is text and never equal to 3; write "3"'],
      ['(args.count > 3) ▸== 3', 'this is true or false and never equal to 3'],
      ['has(args.note) ▸== 3', 'has(args.note) is true or false and never equal to 3'],
      ['[].exists(x, x ▸== 3)', 'x is nothing and never equal to 3'],
      ['now - now ▸== "36h"', 'this is a duration and never equal to "36h"; write duration("36h")'],
    )
    right('args.mode == args.line && args.line == args.mode')
  })

  test('writes a name that is a word of CEL as a text', () => {
    for (const word of ['in', 'true', 'false', 'null'])
      wrong([`args["${word}"] ▸== 3`, `args["${word}"] is text and never equal to 3; write "3"`])
  })

  test('knows a literal that an enum does not have', () => {
    wrong(
      [
        'args.mode ▸== "fats"',
        'args.mode is never "fats": it is fast or exact; did you mean fast?',
      ],
      [
        'args.mode ▸!= "fats"',
        'args.mode is never "fats": it is fast or exact; did you mean fast?',
      ],
      [
        'args.mode in ["fast", ▸"exakt"]',
        'args.mode is never "exakt": it is fast or exact; did you mean exact?',
      ],
      ['args.level ▸== 4', 'args.level is never 4: it is 3'],
      ['args.level ▸== 2', 'args.level is never 2: it is 3'],
      ['args.step ▸== 0', 'args.step is never 0: it is null or 5'],
      [
        'args.words ▸== "slw"',
        'args.words is never "slw": it is "very fast", "exact!" or slow; did you mean slow?',
      ],
      [
        'args.modes.exists(m, m ▸== "fats")',
        'm is never "fats": it is fast or exact; did you mean fast?',
      ],
      [
        'args.modes[0] ▸== "fats"',
        'args.modes[…] is never "fats": it is fast or exact; did you mean fast?',
      ],
      [
        '"fats" ▸in args.modes',
        'an element of args.modes is never "fats": it is fast or exact; did you mean fast?',
      ],
      [
        'item.class ▸== "reed"',
        'item.class is never "reed": it is read, write, destructive or unclassified; did you mean read?',
      ],
    )
  })

  test('explains the two kinds of numbers', () => {
    const mixed = 'takes two ints or two doubles, and a number of JSON is a double; write'
    wrong(
      ['args.count ▸+ 1 > 3', `+ ${mixed} 1.0`],
      ['2 ▸* args.ratio > 3', `* ${mixed} 2.0`],
      ['args.count ▸- size(args.line) > 3', `- ${mixed} double(size(…))`],
      [
        'args.count ▸% 2 == 1',
        '% is for ints, and a number of JSON is a double; write int(args.count)',
      ],
      ['caller.claims.line ▸+ 1 == 3', `+ ${mixed} 1.0`],
      [
        '7 ▸% args.count == 1',
        '% is for ints, and a number of JSON is a double; write int(args.count)',
      ],
    )
  })

  test('knows what an operator or a function does not take', () => {
    wrong(
      [
        'args.count.▸startsWith("a")',
        'startsWith takes text, and args.count is a number; write string(args.count)',
      ],
      ['args.line.▸contains(3)', 'contains takes text, and 3 is a whole number; write string(3)'],
      ['args.line ▸< 3', '< has no meaning here: args.line is text and 3 is a whole number'],
      [
        'args.line ▸+ args.count == ""',
        '+ has no meaning here: args.line is text and args.count is a number; write string(args.count)',
      ],
      [
        'args.line ▸+ 1 == ""',
        '+ has no meaning here: args.line is text and 1 is a whole number; write "1"',
      ],
      [
        'now ▸> "2026"',
        '> has no meaning here: now is a time and "2026" is text; write timestamp("2027-06-30T18:00:00Z")',
      ],
      [
        'now ▸+ 3600 > now',
        '+ has no meaning here: now is a time and 3600 is a whole number; write duration("36h")',
      ],
      [
        'args.line.▸exists(x, true)',
        'exists looks at the elements of a list, and args.line is text',
      ],
      ['args.line.▸id == 3', 'args.line is text and has no fields'],
      ['has(args.line.▸id)', 'args.line is text and has no fields'],
      ['▸size(3) == 1', 'size takes text or a list or a map, and 3 is a whole number'],
      [
        'args.count.▸getHours() == 1',
        'getHours takes a time or a duration, and args.count is a number',
      ],
      [
        'duration("1h").▸getHours("UTC") == 1',
        'getHours takes a time, and duration(…) is a duration',
      ],
      [
        'args.force.▸startsWith("t")',
        'startsWith takes text, and args.force is true or false; write string(args.force)',
      ],
      ['args.tags.▸startsWith("t")', 'startsWith takes text, and args.tags is a list'],
      [
        'duration("1h") ▸> "36h"',
        '> has no meaning here: duration(…) is a duration and "36h" is text; write duration("36h")',
      ],
      [
        'now ▸> args.amount',
        '> has no meaning here: now is a time and args.amount is a number or true or false; write timestamp("2027-06-30T18:00:00Z")',
      ],
      [
        'args.elsewhere ▸> null',
        '> has no meaning here: args.elsewhere is of any kind and null is null',
      ],
      ['3 ▸in args.device', 'a key of args.device is text, and 3 is a whole number'],
      ['3 ▸in args.count', 'in looks into a list or a map, and args.count is a number'],
      ['▸size(1, 2) == 3', 'size is written size(text)'],
      ['args.line.▸startsWith("a", "b")', 'startsWith is written text.startsWith("mes-")'],
      ['▸startsWith(args.line, "a")', 'startsWith is written text.startsWith("mes-")'],
      ['args.line.▸int() == 3', 'int is written int(number)'],
      ['args.tags.▸exists(1)', 'exists is written args.tags.exists(tag, tag == "a")'],
      ['timestamp(▸"today") > now', 'a time is written "2027-06-30T18:00:00Z"'],
      ['duration(▸"a day") == now - now', 'a duration is written "90s", "36h" or "1h30m"'],
      ['args.line.▸startWith("a")', 'there is no function startWith; did you mean startsWith?'],
      [
        'args.line.▸lower() == ""',
        'there is no function lower; there are has, exists, all, exists_one, filter, map, size, startsWith, endsWith, contains, matches, int, double, string, timestamp, duration, getFullYear, getMonth, getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getHours, getMinutes, getSeconds, getMilliseconds',
      ],
      [
        'args.tags.▸id == 3',
        'args.tags is a list and has no fields; write args.tags.exists(one, …) or args.tags[0]',
      ],
      [
        'args.line ▸in "345"',
        'in looks into a list or a map, and "345" is text; of a text write "345".contains(…)',
      ],
      ['args.count ▸in {"a": 1}', 'a key of this is text, and args.count is a number'],
      ['args.count▸[0] == 3', 'args.count is a number and has no elements'],
      ['args.tags▸[true] == ""', 'args.tags is a list and has none by true or false'],
    )
  })

  test('knows what is neither true nor false', () => {
    wrong(
      [
        'args.▸line',
        'a condition is true or false, and args.line is text; compare it with something',
      ],
      [
        '▸size(args.line)',
        'a condition is true or false, and size(…) is a whole number; compare it with something',
      ],
      [
        'args.force && args.▸line',
        '&& joins what is true or false, and args.line is text; compare it with something',
      ],
      [
        'args.▸line || args.force',
        '|| joins what is true or false, and args.line is text; compare it with something',
      ],
      [
        '!args.▸line',
        '! turns around what is true or false, and args.line is text; compare it with something',
      ],
      [
        'args.▸line ? true : false',
        'what ? asks is true or false, and args.line is text; compare it with something',
      ],
      [
        'args.tags.exists(t, ▸t)',
        'a test is true or false, and t is text; compare it with something',
      ],
    )
  })

  test('knows what the elements of a list and the members of a map are that it writes out', () => {
    const text = 'x is text and never equal to 3; write "3"'
    wrong(
      ['[args.line].exists(x, x ▸== 3)', text],
      ['(args.tags + [args.line]).exists(x, x ▸== 3)', text],
      ['(args.tags + args.tags).exists(x, x ▸== 3)', text],
      ['args.tags.filter(t, true).exists(x, x ▸== 3)', text],
      ['args.tags.map(t, t + "!").exists(x, x ▸== 3)', text],
      ['args.tags.map(t, t != "", t + "!").exists(x, x ▸== 3)', text],
      ['args.device.exists(x, x ▸== 3)', text],
      ['{"a": args.line}.a ▸== 3', 'this.a is text and never equal to 3; write "3"'],
      ['{"a": args.line}[args.line] ▸== 3', 'this[…] is text and never equal to 3; write "3"'],
      ['args.tags.exists_one(x, x ▸== 3)', text],
      ['args.tags.existsOne(x, x ▸== 3)', text],
      ['args.tags.filter(x, x ▸== 3) == []', text],
      ['args.tags.all(x, x ▸== 3)', text],
      ['args.tags.map(x, x ▸== 3, x) == []', text],
      ['args.tags.map(x, x == "", x ▸== 3) == []', text],
      ['{args.▸line: 1}.a == 1', 'a key of a map is a text in quotes'],
      ['{"a": 1, ▸2: 1}.a == 1', 'a key of a map is a text in quotes'],
      ['args.tags.exists(tag, ▸tga == "")', 'there is no name tga; did you mean tag?'],
    )
    right(
      '(args.tags + args.anyList).exists(x, x == 3)',
      'args.anyList.exists(x, x == 3) && 3 in args.anyList && args.anyList[0] == 3',
      'args.either.exists(x, x == 3) && args.either["a"] == "x" && args.either[0] == "x"',
      '3 in args.either && "b" in args.either && "a" in args.either',
      'args.line in {"a": 1}',
    )
    assert.deepEqual(
      check('args.line in [1, 2]', read).map(({ at }) => at),
      [14, 17],
    )
  })

  test('knows the members of a map by a key that is worked out, unless there are a great many', () => {
    const shaped = (count: number) => {
      const properties = Object.fromEntries(
        Array.from({ length: count }, (_, n) => [`k${n}`, { type: 'string' }]),
      )
      return {
        name: 'x/y',
        hasUri: false,
        args: {
          type: 'object',
          properties: { m: { type: 'object', properties }, key: { type: 'string' } },
        },
      }
    }
    assert.equal(check('args.m[args.key] == 3', shaped(256)).length, 1)
    assert.equal(check('args.m[args.key] == 3', shaped(257)).length, 0)
  })

  test('looks at what may be asked, and not at what is decided whatever a call says', () => {
    right(
      'true || args.lnie == ""',
      'args.lnie == "" || true',
      'args.lnie == "" && false',
      'false ? args.lnie == "" : true',
      '!false || args.lnie == ""',
      'has(caller.agent) ? true : args.lnie == ""',
      '(has(args.line) && has(args.device.id)) || has(args.device)',
    )
    const finds = (source: string, ...at: readonly number[]) =>
      assert.deepEqual(
        check(source, read).map((one) => one.at),
        at,
        source,
      )
    finds('args.force ? args.lnie == "" : args.idd == ""', 18, 36)
    finds('!args.force ? args.lnie == "" : args.idd == ""', 19, 37)
    finds('(has(args.line) && args.force) ? true : args.lnie == ""', 45)
    finds('(has(args.line) || args.force) ? true : args.lnie == ""'.replace('line', 'note'), 45)
    finds('has(caller.claims.line) ? args.lnie == "" : args.idd == ""', 31, 49)
    finds('3 ? args.lnie == "" : args.idd == ""', 0, 9, 27)
    finds('args.line == (args.lnie == "x")', 10, 19)
  })

  test('says nothing of what a schema leaves open', () => {
    right(
      'args.open.anything == 3 && args.open.deep.er[0] == "x" && has(args.open.other)',
      'args.counts.whatever == 3',
      'args.mixed.a == "" && args.mixed.b == 3',
      'args.maybe == null',
      'args.bare.a == 1 && has(args.bare.b)',
      'args.none == 1 && args.many == 1',
      'args.pair[0] == "a" && args.pair[1] == 1',
      'args.both.a == 1 && args.both.c == 2',
      'args.elsewhere.a == 1 && args.elsewhere == "x" && args.elsewhere + 1.0 > 2',
      'args.lost == 1',
      'args.note == null || args.note.startsWith("x")',
    )
  })

  test('follows a hostile schema no further than it must', () => {
    const around = { $ref: '#/$defs/a' }
    const many = Array.from({ length: 40 }, () => ({ $ref: '#/$defs/b' }))
    const args = {
      type: 'object',
      properties: { a: around, b: { $ref: '#/$defs/b' }, c: { $ref: '#' } },
      $defs: { a: around, b: { anyOf: many } },
    }
    const shape = { name: 'x/y', args, hasUri: false }
    const source = 'args.a == 1 && args.b == 1 && args.c.c.c.c.a == 1'
    assert.deepEqual(checkCondition(source, [shape]), [])
    assert.deepEqual(messages('args.constructor == 1', shape), [
      'x/y has no argument constructor; it has a, b and c',
    ])
  })

  test('names nothing of a hostile schema that a terminal would obey, or at length', () => {
    const names = ['line\u202e', `x${'y'.repeat(5000)}`, '\u001b[2J']
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
    const mode = { enum: ['fast\u202e', '\u001b[2J', 'z'.repeat(5000)] }
    const shape = {
      name: 'x/y\u202e',
      args: { type: 'object', properties: { ...properties, mode } },
      hasUri: false,
    }
    for (const source of ['args.line == ""', 'args.mode == "fast"', 'args.other == ""']) {
      const [message = ''] = messages(source, shape)
      assert.match(message, /^[\x20-\x7e…]{20,300}$/, source)
    }
  })

  test('is told of with everything that is wrong with it, in order', () => {
    assert.deepEqual(
      check('args.lnie == "3" && args.count == "3" && caller.agnet == ""', read).map(
        ({ at }) => at,
      ),
      [5, 31, 48],
    )
  })
})

describe('A condition for several capabilities', () => {
  const names = 'mes/read_telemetry and mes/stop'

  test('may speak of an argument that only some have, where it asks first whether it is there', () => {
    const guarded = [
      'has(args.line) && args.line == "3"',
      'args.line == "3" && has(args.line)',
      '"line" in args && args.line == "3"',
      '!has(args.line) || args.line == "3"',
      'has(args.line) ? args.line == "3" : args.reason == "x"',
      'has(args.reason) ? args.reason != "" : args.line == "3"',
      '!(has(args.line) && true) || args.line == "3"',
      '(has(args.line) || has(args.count)) && args.line == "3"',
      'has(args.line) && (args.count > 3 || args.line == "3")',
    ]
    for (const source of guarded) assert.deepEqual(check(source, read, stop), [], source)
    assert.deepEqual(messages('args.line == "3"', read, stop), [
      'mes/stop has no argument line, so every call would be denied; write has(args.line) && …, or let another document select them',
    ])
    assert.deepEqual(messages('args["time-zone"] == ""', read, stop), [
      'mes/stop has no argument time-zone, so every call would be denied; write "time-zone" in args && …, or let another document select them',
    ])
  })

  test('may not speak of an argument that none has, even to ask', () => {
    const says = `none of ${names} has an argument lnie; did you mean line?`
    assert.deepEqual(messages('args.lnie == "3"', read, stop), [says])
    assert.deepEqual(messages('has(args.lnie) && args.lnie == "3"', read, stop), [says])
  })

  test('names what lacks an argument, or a member of one', () => {
    const some = [1, 2, 3, 4].map((n) => ({ ...stop, name: `mes/s${n}` }))
    const told = (source: string, ...shapes: readonly Shape[]) => messages(source, ...shapes)[0]
    const fix = 'so every call would be denied; write has(args.line) && …, or let another document'
    assert.equal(
      told('args.line == "3"', read, ...some.slice(0, 2)),
      `mes/s1 and mes/s2 have no argument line, ${fix} select them`,
    )
    assert.equal(
      told('args.line == "3"', read, ...some),
      `mes/s1, mes/s2, mes/s3 and mes/s4 have no argument line, ${fix} select them`,
    )
    assert.equal(
      told('args.line == "3"', read, stop, ...some),
      `mes/stop, mes/s1, mes/s2 and 2 more have no argument line, ${fix} select them`,
    )
    const of = (name: string, device: object, more: object): Shape => ({
      name,
      hasUri: false,
      args: {
        type: 'object',
        properties: {
          device: { type: 'object', properties: device },
          'a-b': { type: 'object', properties: more },
        },
      },
    })
    const [full, bare] = [of('x/full', { id: {} }, { c: {} }), of('x/bare', { serial: {} }, {})]
    assert.equal(
      told('args.device.id == 1', full, bare),
      'x/bare has no args.device.id, so every call would be denied; write has(args.device.id) && …, or let another document select them',
    )
    assert.equal(
      told('args["a-b"].c == 1', full, bare),
      'x/bare has no args["a-b"].c, so every call would be denied; write has(args["a-b"].c) && …, or let another document select them',
    )
  })

  test('names those for which it is wrong', () => {
    const other = { ...stop, name: 'mes/other', args: read.args }
    assert.deepEqual(messages('has(args.line) && args.line == 3', read, stop), [
      'of mes/read_telemetry: args.line is text and never equal to 3; write "3"',
    ])
    assert.deepEqual(messages('args.line == 3', read, other), [
      'args.line is text and never equal to 3; write "3"',
    ])
  })

  test('judges by no capability whose schema is not known', () => {
    assert.deepEqual(check('args.lnie + 1.0 == 3', later), [])
    assert.deepEqual(check('has(args.lnie)', read, later), [])
    assert.deepEqual(messages('args.lnie == "3"', read, later), [
      'mes/read_telemetry has no argument lnie, so every call would be denied; did you mean line?',
    ])
    assert.deepEqual(checkCondition('args.lnie == 3 && uri == ""', []), [])
    assert.deepEqual(messages('caller.agnet == ""'), [
      'caller has no field agnet; did you mean agent?',
    ])
  })

  test('may speak of a URI where each has one', () => {
    assert.deepEqual(check('uri.startsWith("mes://line3/") && args.line == "3"', state), [])
    assert.deepEqual(messages('uri == ""', read), [
      'mes/read_telemetry is no resource and has no URI; speak of args',
    ])
    assert.deepEqual(messages('uri == ""', read, stop, state), [
      `${names} are no resources and have no URI; let another document select them`,
    ])
    assert.deepEqual(
      check('has(args.reason) ? args.reason != "" : uri.startsWith("mes:")', stop, state),
      [],
    )
  })
})
