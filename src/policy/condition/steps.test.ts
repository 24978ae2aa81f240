import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Facts } from '#domain/facts.ts'
import { bounds } from './bounds.ts'
import { compileCondition, type Verdict } from './condition.ts'
import { stepsTaken } from './meter.ts'

const facts = (args: Facts['args']): Facts => ({
  args,
  uri: undefined,
  caller: { agent: 'a', client: 'a@c', owner: '', groups: [], claims: {}, scopes: [], acr: '' },
  consumer: { name: 'c', owner: '' },
  user: undefined,
  item: { name: 'i', kind: 'server', owner: '', labels: [], capability: 't', class: 'read' },
  run: { id: '' },
  now: 0,
})

const ask = (source: string, args: Facts['args']): { answer: Verdict; steps: number } => {
  const condition = compileCondition(source)
  assert.ok('holds' in condition, 'problem' in condition ? condition.problem : '')
  return { answer: condition.holds(facts(args)), steps: stepsTaken() }
}

const args = {
  text: 'x'.repeat(6400),
  same: 'x'.repeat(6400),
  half: 'x'.repeat(3200),
  end: 'x'.repeat(640),
  long: 'y'.repeat(251),
  most: 'y'.repeat(250),
  list: new Array(100).fill(1),
  few: new Array(10).fill('1h'),
  map: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`k${n}`, 1])),
}

describe('The steps of an evaluation', () => {
  // Which call is denied for them is what a caller meets: who changes one of these changes that.
  test('are as many as its work is', () => {
    const rows: readonly (readonly [source: string, steps: number])[] = [
      ['true', 0],
      ['args.end == "a"', 1],
      ['args.text == args.same', 102],
      ['args.text == args.half', 1],
      ['args.text < args.half', 51],
      ['args.half >= args.text', 51],
      ['args.list == args.list', 301],
      ['args.list == args.few', 111],
      ['args.map == args.map', 194],
      ['1 in args.list', 101],
      ['"k1" in args.map', 0],
      ['args.list.size() == 100', 101],
      ['args.text.size() == 6400', 402],
      ['(args.text + args.half).endsWith("x")', 602],
      ['(args.list + args.few).size() == 110', 221],
      ['args.text.startsWith(args.end)', 11],
      ['args.text.endsWith(args.end)', 11],
      ['args.text.contains("y")', 1601],
      ['args.text.contains(args.most)', 1601],
      ['args.text.contains(args.long)', 26701],
      ['args.text.matches("^x")', 51200],
      ['args.few.all(x, x == "1h")', 240],
      ['args.few.all(x, x.a.b == 1) || true', 280],
      ['args.few.exists(x, [x, x] == [x])', 350],
      ['args.few.exists(x, {"a": x, "b": x} == {})', 320],
      ['args.few.all(x, x.size() > 0)', 260],
      ['args.few.all(x, x.startsWith("1"))', 230],
      ['args.few.all(x, int(x) > 0) || true', 320],
      ['args.few.all(x, double(x) > 0.0) || true', 1020],
      ['args.few.all(x, duration(x) > now - now)', 5020],
      ['args.few.all(x, now.getHours() == 0)', 1830],
      ['args.few.all(x, now.getHours("UTC") == 0)', 3460],
      ['args.few.map(x, x).size() == 10', 162],
      ['args.few.filter(x, x == "").size() == 0', 321],
      ['args.map.all(k, k != "")', 342],
    ]
    const taken = rows.map(([source]) => [source, ask(source, args).steps])
    assert.deepEqual(taken, rows)
  })

  test('may be as many as their bound, and not one more', () => {
    const text = (characters: number) => ({ text: 'x'.repeat(characters) })
    const most = (bounds.steps - 2) * 16
    assert.equal(ask('args.text.size() > 0', text(most)).answer, true)
    assert.equal(ask('args.text.size() > 0', text(most)).steps, bounds.steps - 1)
    assert.equal(ask('args.text.size() > 0', text(most + 16)).steps, bounds.steps)
    assert.equal(ask('args.text.size() > 0', text(most + 16)).answer, true)
    assert.deepEqual(ask('args.text.size() > 0', text(most + 32)).answer, {
      error: `it takes more than ${bounds.steps} steps`,
    })
  })
})
