import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type Facts, factNames } from '#domain/facts.ts'
import { bounds } from '#policy/condition/bounds.ts'
import { checkCondition } from '#policy/condition/check.ts'
import { compileCondition } from '#policy/condition/condition.ts'
import { functionNames } from '#policy/condition/functions.ts'

const page = readFileSync(new URL('../../docs/conditions.md', import.meta.url), 'utf8')

/** What stands between ```WORD and ```. */
const blocks = (word: string): readonly string[] =>
  [...page.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text = '']) =>
    name === word ? [text] : [],
  )

/** The rows of the table with these heads. */
const rows = (...heads: readonly string[]): readonly (readonly string[])[] => {
  const [, after = ''] = page.split(`| ${heads.join(' | ')} |\n`)
  return after
    .split('\n\n')[0]
    ?.split('\n')
    .slice(1)
    .map((row) => row.slice(2, -2).split(' | ')) as string[][]
}
const bare = (cell = ''): string => cell.replace(/^`(.*)`$/, '$1')

const shape = {
  name: 'mes/read_orders',
  args: JSON.parse(blocks('json schema')[0] ?? '') as Record<string, unknown>,
  hasUri: false,
}
const claims = new Set(['line', 'role', 'limit'])

const call: Facts = {
  args: {
    line: '3',
    amount: 250,
    count: 3,
    mode: 'fast',
    tags: ['internal', 'line-3'],
    orders: [
      { id: 'DE-1', amount: 100 },
      { id: 'DE-2', amount: 150 },
    ],
    window: { from: '2026-11-01', until: '2026-11-30' },
  },
  uri: undefined,
  caller: {
    agent: 'planner',
    client: 'planner@workplace-ai',
    owner: 'alice@example.com',
    groups: ['line-operators'],
    claims: { line: '3', role: 'clerk', limit: 10 },
    scopes: [],
    acr: '',
  },
  consumer: { name: 'workplace-ai', owner: 'alice@example.com' },
  user: undefined,
  item: {
    name: 'mes',
    kind: 'server',
    owner: 'factory',
    labels: ['internal'],
    capability: 'read_orders',
    class: 'read',
  },
  run: { id: 'run_1' },
  now: Date.UTC(2026, 10, 27, 20, 30),
}

const isRight = (source: string) => {
  assert.deepEqual(checkCondition(source, [shape], claims), [], source)
  const condition = compileCondition(source)
  assert.ok('holds' in condition)
  assert.equal(typeof condition.holds(call), 'boolean', source)
  return condition.holds(call)
}

describe('docs/conditions.md', () => {
  test('has no example that the check or a call does not take', () => {
    const examples = blocks('cel').flatMap((block) => block.trim().split('\n'))
    assert.ok(examples.length >= 30)
    for (const example of examples) isRight(example)
    assert.equal(isRight(blocks('yaml')[0]?.replace('when: ', '').trim() ?? ''), true)
  })

  test('has an example for every function, which holds, and for no other', () => {
    const table = rows('function', 'for example')
    assert.deepEqual(table.map(([name]) => bare(name)).toSorted(), functionNames.toSorted())
    for (const [name, example] of table) {
      assert.ok(bare(example).includes(`${bare(name)}(`))
      assert.equal(isRight(bare(example)), true, example)
    }
  })

  test('has every name that a condition speaks of', () => {
    assert.deepEqual(
      rows('name', 'what it is').map(([name]) => bare(name)),
      [...factNames],
    )
  })

  test('says of every mistake what is said', () => {
    for (const [written, said] of rows('written', 'what is said'))
      assert.deepEqual(
        checkCondition(bare(written), [shape], claims).map(({ message }) => message),
        [said],
        written,
      )
  })

  test('has every bound as it is', () => {
    const told = [
      ...[bounds.sourceBytes, bounds.nodes, bounds.brackets, bounds.depth, bounds.textLength],
      ...[bounds.elements, bounds.loops, bounds.patternLength],
    ].map((bound) => bound.toLocaleString('en-US'))
    const table = rows('what', 'at most').map(([, most = '']) => most.split(' ')[0])
    assert.deepEqual(table, told)
    assert.ok(page.includes(`more than ${bounds.steps.toLocaleString('en-US')} steps`))
  })

  test('says how much a call may bring', () => {
    const asks = (source: string, args: Facts['args']) => {
      const condition = compileCondition(source)
      assert.ok('holds' in condition)
      return typeof condition.holds({ ...call, args }) === 'boolean'
    }
    const list = (length: number) => ({ list: new Array(length).fill(1) })
    assert.ok(asks('args.list.all(x, x < 5)', list(4000)))
    assert.ok(asks('args.text.contains("secret")', { text: 'a'.repeat(390_000) }))
    assert.ok(asks('args.text.matches("^[a-z-]+$")', { text: 'a'.repeat(5000) }))
  })
})
