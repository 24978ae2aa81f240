import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bounds } from './bounds.ts'
import { type Condition, compileCondition } from './condition.ts'
import type { Problem } from './problem.ts'

const takes = (source: string) => {
  const made: Condition | Problem = compileCondition(source)
  assert.ok('holds' in made, `${source.slice(0, 80)}: ${'problem' in made && made.problem}`)
}
/** The mark stands where the problem is. */
const refuses = (...rows: readonly (readonly [marked: string, problem: string])[]) => {
  for (const [marked, problem] of rows) {
    const source = marked.replace('▸', '')
    assert.deepEqual(compileCondition(source), { problem, at: marked.indexOf('▸') }, source)
  }
}

describe('A condition that is not understood', () => {
  const behind = 'it is not understood from here on;'

  test('says where, and what is written instead in CEL', () => {
    refuses(
      ['args.a ▸= 1', `${behind} write == to compare`],
      ['args.a ▸=== 1', `${behind} write == to compare`],
      ['args.a ▸<> 1', `${behind} write != for "is not"`],
      ['args.a == 1 ▸and true', `${behind} write && for "and"`],
      ['args.a == 1 ▸AND true', `${behind} write && for "and"`],
      ['args.a == 1 ▸or true', `${behind} write || for "or"`],
      ['args.a == 1 ▸& true', `${behind} write && for "and"`],
      ['args.a == 1 ▸| true', `${behind} write || for "or"`],
      ['▸“x” == args.a', `${behind} texts stand in straight quotes`],
      ['args.a ▸? 1', `${behind} write condition ? one : other`],
      ['args.a ▸in ("a", "b")', `${behind} a list stands in [ ]`],
      ['args.a == 1 ▸"x"', `${behind} is this text closed?`],
      ['▸"abc', `${behind} is this text closed?`],
      ['args.a ▸in   ("a", "b")', `${behind} a list stands in [ ]`],
      ['args.a == 1 ▸b ? 1', `${behind} is something missing behind it, or not closed?`],
      ['args.a == 1 ▸b in (1)', `${behind} is something missing behind it, or not closed?`],
    )
  })

  test('says which bracket is wrong, and what has no end', () => {
    refuses(
      ['args.a▸)', `${behind} this bracket closes nothing`],
      ['args.a▸[0', `${behind} is this bracket closed?`],
      ['true ▸{', `${behind} is this bracket closed?`],
      ['(args.a == 1▸', 'it ends too early'],
      ['(args.a == 1▸  ', 'it ends too early'],
      ['args.a == 1 ▸#', `${behind} is something missing behind it, or not closed?`],
      ['1 ▸2', `${behind} is something missing behind it, or not closed?`],
    )
  })

  test('tells a word of another language from a name that begins with it', () => {
    refuses(
      ['not ▸args.a', 'write ! for "not"'],
      ['not \n ▸args.a', 'write ! for "not"'],
      ['cannot ▸args.a', `${behind} is something missing behind it, or not closed?`],
      ['args.not ▸args.a', 'write ! for "not"'],
      ['args.a == "not " ▸= 1', `${behind} write == to compare`],
      ['1 ▸android', `${behind} is something missing behind it, or not closed?`],
      ['▸if == 1', 'this is a reserved word; of a field write args["in"]'],
      ['args.▸in == 1', 'this is a reserved word; of a field write args["in"]'],
    )
  })

  test('has a place where there is one', () => {
    assert.deepEqual(compileCondition('  '), {
      problem: 'a condition is missing; true holds always',
    })
    assert.deepEqual(compileCondition('x'.repeat(5000)), {
      problem: 'a condition has at most 4096 bytes',
    })
  })
})

describe('A number with a fraction or an exponent', () => {
  test('is taken where a double holds it', () => {
    for (const written of ['1.5', '12.25', '.5', '1e3', '1.5e-3', '12e+10', '25e2', '-1.5', '0.1'])
      takes(`args.a == ${written}`)
    takes('args.a == true && args.b == false')
    assert.equal('holds' in compileCondition('false'), true)
  })

  test('is refused where a double holds another one, wherever the digits stand', () => {
    const problem = 'a number of JSON does not hold this one exactly; write fewer digits'
    refuses(
      ['args.a == ▸.12345678901234567891', problem],
      ['args.a == ▸1.12345678901234567891', problem],
      ['args.a == ▸1234567890123.1234567891', problem],
      // So small that it would be nought, by the exponent alone.
      ['args.a == ▸12e-400', problem],
      ['args.a == ▸1.5e-400', problem],
      ['args.a == ▸1.5E-400', problem],
      ['args.a == ▸.5e-400', problem],
      ['args.a == ▸9007199254740993e0', problem],
    )
  })
})

describe('A zone', () => {
  const refused = (zone: string) => {
    const made = compileCondition(`now.getHours("${zone}") == 1`)
    assert.ok('problem' in made, zone)
  }

  test('is one of IANA by its name, or hours and minutes from UTC', () => {
    for (const zone of ['Europe/Berlin', 'UTC', 'Etc/GMT+5', '+05:30', '-01:00', '05:30'])
      takes(`now.getHours("${zone}") == 1`)
    for (const zone of [
      '',
      'Europe',
      'x+05:30',
      '+05:30x',
      '+5:30',
      '+05:3',
      ' UTC',
      'UTC ',
      '1UTC',
    ])
      refused(zone)
    refused('Europe/Nowhere')
  })
})

describe('A character that nobody sees', () => {
  test('is named by its number, and as a text would write it', () => {
    refuses(
      ['args.a == "▸\u202e"', 'U+202E is a character that nobody sees; in a text write \\u202e'],
      ['args.a == "▸\u0000"', 'U+0000 is a character that nobody sees; in a text write \\u0000'],
      ['▸\u00ad', 'U+00AD is a character that nobody sees; in a text write \\u00ad'],
      [
        'args.a == "▸\u{e0041}"',
        'U+E0041 is a character that nobody sees; in a text write \\U000e0041',
      ],
    )
    takes('args.a == "\\u202e\\U000e0041"')
    takes('args.a\n\t==\r\n1')
  })
})

describe('A condition may be as large as its bounds, and no larger:', () => {
  const padded = (bytes: number, text = 'true') =>
    `${text} ${' '.repeat(bytes - Buffer.byteLength(text) - 1)}`
  const inside = (count: number, open: string, middle: string, close: string) =>
    open.repeat(count) + middle + close.repeat(count)
  const joined = (count: number, one: string, by: string) =>
    Array.from({ length: count }, () => one).join(by)
  const refused = (source: string, problem: RegExp) => {
    const made = compileCondition(source)
    assert.match('problem' in made ? made.problem : 'taken', problem)
  }

  test('its bytes', () => {
    takes(padded(bounds.sourceBytes))
    refused(padded(bounds.sourceBytes + 1), /at most 4096 bytes/)
    takes(padded(bounds.sourceBytes, 'args.a == "é"'))
    refused(padded(bounds.sourceBytes + 1, 'args.a == "é"'), /at most 4096 bytes/)
  })

  test('brackets inside brackets, those in a text or behind a backslash not counted', () => {
    takes(inside(bounds.brackets, '(', 'true', ')'))
    refused(inside(bounds.brackets + 1, '(', 'true', ')'), /at most 32 brackets/)
    assert.deepEqual(compileCondition(`${'['.repeat(40)}`), {
      problem: 'at most 32 brackets may stand inside each other',
      at: 32,
    })
    takes(`args.a == "${'('.repeat(40)}" && args.a == '${'['.repeat(40)}'`)
    takes(`args.a == "\\"${'('.repeat(40)}"`)
    takes(`args.a == "'" && args.b == "${'('.repeat(40)}"`)
    takes(`args.a == """"${'('.repeat(40)}"""`)
    refused(`args.a == "'" && ${inside(40, '(', 'true', ')')}`, /at most 32 brackets/)
    refused(`args.a == "\\"" && ${inside(40, '(', 'true', ')')}`, /at most 32 brackets/)
  })

  test('expressions inside expressions, and all of them together', () => {
    takes(`args${'.a'.repeat(bounds.depth - 1)} == 1`)
    refused(`args${'.a'.repeat(bounds.depth)} == 1`, /at most 64 expressions/)
    // `&&` joins any number at once; a list is one more.
    takes(`1 in [${joined(249, '1', ',')}] && 1 in [${joined(244, '1', ',')}]`)
    refused(`1 in [${joined(249, '1', ',')}] && 1 in [${joined(245, '1', ',')}]`, /at most 500/)
  })

  test('elements, characters of a text, loops', () => {
    takes(`1 in [${joined(bounds.elements, '1', ',')}]`)
    refused(`1 in [${joined(bounds.elements + 1, '1', ',')}]`, /at most 256 elements/)
    takes(`args.a == "${'x'.repeat(bounds.textLength)}"`)
    refused(`args.a == "${'x'.repeat(bounds.textLength + 1)}"`, /at most 1024 characters/)
    takes(joined(bounds.loops, 'args.a.all(x, x)', '&&'))
    refused(joined(bounds.loops + 1, 'args.a.all(x, x)', '&&'), /at most 8 loops/)
  })

  test('the length of a pattern, and what it compiles to', () => {
    takes(`args.a.matches("${'a'.repeat(240)}[a-z]+[0-9]+")`)
    takes(`args.a.matches("${'(?:)'.repeat(64)}")`)
    refused(`args.a.matches("${'(?:)'.repeat(64)}a")`, /at most 256 characters/)
    takes('args.a.matches("a{254}")')
    refused('args.a.matches("a{255}")', /repeats too much/)
  })

  test('integers that JSON tells exactly', () => {
    takes('args.a == 9007199254740991 && args.a == -9007199254740991')
    refused('args.a == -9007199254740992', /tells integers exactly/)
  })
})
