import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Refusal, RuleBecause, UnknownBecause } from '#domain/decision.ts'
import { type SuspensionKind, suspensionKinds } from '#domain/suspension.ts'
import { type Case, readCases } from './case.ts'
import { allPairs, isPossible, keyOf, mustBeAlone, pairsOf } from './coverage.ts'
import { type Decided, decide } from './decided.ts'
import { valuesOf } from './dimensions.ts'
import { expectedOf } from './expected.ts'

const folder = new URL('./', import.meta.url)
const files = globSync('*.yaml', { cwd: fileURLToPath(folder) }).toSorted()
const cases = new Map(files.map((file) => [file, readCases(new URL(file, folder))]))

/** As a case says it. */
const said = (decided: Decided): Case['expect'] => {
  if ('permitted' in decided) return { ...decided, counted: decided.counted.toSorted() }
  const { refusal, because, instead } = decided
  return { refused: refusal.reason, because, ...(instead !== undefined && { instead }) }
}

/** What comes of it is no matter of documents alone: the naive evaluator knows nothing of the rest. */
const isBeyondPolicy = ({ expect, schema, promptArguments, call }: Case): boolean =>
  ('refused' in expect && /^(?:unseen|credential|era|limited)$/.test(expect.refused)) ||
  schema !== undefined ||
  promptArguments !== undefined ||
  call.about === true ||
  // Which of several grants still has room is a matter of windows.
  (call.times !== undefined && 'permitted' in expect && /^grant\//.test(expect.counted.join()))

const decided: Decided[] = []
for (const [file, all] of cases)
  describe(`The cases of ${basename(file)}`, () => {
    for (const one of all)
      test(one.it, async () => {
        const answer = await decide(one)
        decided.push(answer)
        assert.deepEqual(said(answer), one.expect)
        if (!isBeyondPolicy(one)) assert.deepEqual(expectedOf(one), one.expect)
      })
  })

describe('The cases together', () => {
  test('have every pair of values of every two dimensions, each where no third value refuses', () => {
    const met = new Set<string>()
    const metAlone = new Set<string>()
    for (const one of [...cases.values()].flat())
      for (const { pair, alone } of pairsOf(valuesOf(one))) {
        met.add(keyOf(pair))
        if (alone) metAlone.add(keyOf(pair))
      }
    const wanted = allPairs().filter(isPossible)
    assert.ok(wanted.length > 3500, `${wanted.length} pairs`)
    assert.deepEqual(wanted.filter((pair) => !met.has(keyOf(pair))).map(keyOf), [])
    assert.deepEqual(
      wanted.filter((pair) => mustBeAlone(pair) && !metAlone.has(keyOf(pair))).map(keyOf),
      [],
    )
    assert.deepEqual(
      allPairs().filter((pair) => !isPossible(pair) && met.has(keyOf(pair))),
      [],
      'what is said to be impossible is not',
    )
  })

  test('have every reason three times at least, and every why of it', () => {
    const counts = new Map<string, number>()
    for (const one of decided)
      for (const tag of 'refusal' in one ? tagsOf(one.refusal) : [])
        counts.set(tag, (counts.get(tag) ?? 0) + 1)
    assert.deepEqual(
      allTags
        .filter((tag) => (counts.get(tag) ?? 0) < 3)
        .map((tag) => `${tag}: ${counts.get(tag) ?? 0}`),
      [],
    )
    assert.deepEqual(
      [...counts.keys()].filter((tag) => !allTags.includes(tag)),
      [],
    )
  })
})

/** The compiler keeps these lists whole. Which tasks there are no policy says: see `test/gateway/tasks.test.ts`. */
const unknown: Record<Exclude<UnknownBecause, 'no such task'>, true> = {
  'no such capability': true,
  'no grant': true,
  'grant ended': true,
  'condition not met': true,
  unclassified: true,
  'not published': true,
  'no such server': true,
  'not of a variant': true,
}
const rule: Record<RuleBecause, true> = {
  'nobody may': true,
  'not fulfilled': true,
  'outside its hours': true,
  'not for this consumer': true,
  'its condition fails': true,
}
const suspended = Object.fromEntries(suspensionKinds.map((kind) => [kind, true])) as Record<
  SuspensionKind,
  true
>
const reasons: Record<Refusal['reason'], Readonly<Record<string, true>>> = {
  unknown,
  held: {},
  unseen: {},
  suspended,
  arguments: {},
  condition: {},
  rule,
  scope: {},
  token: {},
  credential: {},
  era: {},
  limited: { second: true, minute: true, day: true },
}
const allTags = Object.entries(reasons).flatMap(([reason, whys]) => [
  reason,
  ...Object.keys(whys).map((why) => `${reason}: ${why}`),
])

const tagsOf = (refusal: Refusal): string[] => {
  const { reason } = refusal
  const whys = {
    suspended: 'suspension' in refusal ? refusal.suspension.kind : '',
    limited: 'window' in refusal ? refusal.window : '',
    unknown: 'because' in refusal ? refusal.because : '',
    rule: 'because' in refusal ? refusal.because : '',
  }
  return [reason, ...(reason in whys ? [`${reason}: ${whys[reason as keyof typeof whys]}`] : [])]
}
