import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Fault } from '#lib/fault.ts'
import { readAsk, type WrittenAsk } from './ask.ts'

const now = Date.UTC(2026, 10, 20, 12)
const problemOf = (written: WrittenAsk): string => {
  try {
    readAsk(written, now)
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'usage') return thrown.detail ?? ''
    throw thrown
  }
  return ''
}

describe('what calls are asked for', () => {
  test('an option is short for a condition, and both say the same', () => {
    const short = readAsk({ agent: 'planner', consumer: 'shop', result: ['denied'] }, now)
    const long = readAsk({ where: ['agent=planner', 'consumer=shop', 'result=denied'] }, now)
    assert.deepEqual(short, long)
    assert.deepEqual(readAsk({ agent: 'planner@shop' }, now).terms, long.terms.slice(0, 2))
  })

  test('any of several capabilities and results, all of several conditions', () => {
    const { terms } = readAsk(
      {
        capability: ['mes/read', 'mes/mes://line{line}/x'],
        result: ['tool-error', 'failed'],
        where: ['arg.line=4', 'arg.shift!=a=b'],
      },
      now,
    )
    assert.deepEqual(terms, [
      { field: 'capability', values: ['mes/read', 'mes/mes://line{line}/x'], not: false },
      { field: 'result', values: ['tool error', 'failed'], not: false },
      { field: 'arg.line', values: ['4'], not: false },
      { field: 'arg.shift', values: ['a=b'], not: true },
    ])
  })

  test('a window is of instants, or of how long ago', () => {
    const { since, until } = readAsk({ since: '7d', until: '90s' }, now)
    assert.equal(since, now - 7 * 86_400_000)
    assert.equal(until, now - 90_000)
    const day = readAsk({ since: '2026-11-20T00:00:00+03:00', until: '2026-11-21T00:00:00Z' }, now)
    assert.equal(day.since, Date.UTC(2026, 10, 19, 21))
    assert.equal(day.until, Date.UTC(2026, 10, 21))
  })

  test('whatever is not understood is an error that says what was probably meant', () => {
    const wrong: [WrittenAsk, RegExp][] = [
      [{ where: ['agnet=x'] }, /no field "agnet"; did you mean agent\?/],
      [{ where: ['line=4'] }, /There is: .*arg\.NAME for an argument/],
      [{ where: ['arg.=4'] }, /no field "arg\."/],
      [{ where: ['arg.a b=4'] }, /no field/],
      [{ where: ['arg.line'] }, /not FIELD=VALUE/],
      [{ where: ['=4'] }, /not FIELD=VALUE/],
      [{ where: ['constructor=4'] }, /no field/],
      [{ where: [`arg.line=${'4'.repeat(129)}`] }, /as long as this/],
      [{ where: ['arg.line=4\n'] }, /control characters/],
      [{ where: ['kind=tol'] }, /no kind "tol"; did you mean tool\?/],
      [{ result: ['complet'] }, /no result "complet"; did you mean complete\?/],
      [{ result: ['tool'] }, /There is: denied, limited, held, permitted, under-way, complete/],
      [{ capability: ['read_line'] }, /not SERVER\/NAME/],
      [{ capability: ['mes/'] }, /not SERVER\/NAME/],
      [{ since: 'yesterday' }, /--since takes an instant/],
      [{ since: '2026-11-20' }, /--since takes an instant/],
      [{ until: '2026-02-30T00:00:00Z' }, /--until takes an instant/],
      [{ since: '1h', until: '2h' }, /ends before it begins/],
      [{ where: Array.from({ length: 17 }, () => 'agent=a') }, /at most 16/],
      [{ result: Array.from({ length: 51 }, () => 'denied') }, /50 values/],
    ]
    for (const [written, told] of wrong) assert.match(problemOf(written), told)
  })
})
