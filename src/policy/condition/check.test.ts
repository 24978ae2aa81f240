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
      both: { allOf: [{ properties: { a: {} } }], properties: { b: { type: 'string' } } },
      elsewhere: { $ref: 'https://example.com/schema' },
      lost: { $ref: '#/$defs/nowhere' },
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

  test('says nothing of what a schema leaves open', () => {
    right(
      'args.open.anything == 3 && args.open.deep.er[0] == "x" && has(args.open.other)',
      'args.counts.whatever == 3',
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
