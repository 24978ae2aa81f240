// tools/node test test/cases/pairs.ts > test/cases/pairs.yaml
// Writes cases until every pair of values of every two dimensions has met in one. What must come of each
// is worked out by the naive evaluator, and not by the one that is tested.
import { Document, isPair, isSeq, visit } from 'yaml'
import { type CaseText, caseOf } from './case.ts'
import { compose } from './compose.ts'
import { allPairs, isPossible, keyOf, mustBeAlone, type Pair, pairsOf } from './coverage.ts'
import { dimensionOf, type Name, names, valuesOf } from './dimensions.ts'
import { expectedOf } from './expected.ts'
import { sentenceOf } from './sentence.ts'

type All = Record<Name, string>

/** The same numbers in each run: Lehmer's, by Park and Miller. */
let seed = 20261125
const below = (most: number): number => {
  seed = (seed * 48271) % 2147483647
  return seed % most
}
const shuffled = <T>(all: readonly T[]): T[] =>
  all
    .map((one) => [below(1_000_000), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one)

const pairOf = (a: Name, one: string, b: Name, other: string): Pair =>
  names.indexOf(a) < names.indexOf(b) ? [a, one, b, other] : [b, other, a, one]
const meets = (given: Partial<All>, name: Name, value: string): Pair[] =>
  names.flatMap((other) => {
    const its = given[other]
    return its === undefined || other === name ? [] : [pairOf(other, its, name, value)]
  })

const open = new Map(
  allPairs()
    .filter(isPossible)
    .map((pair) => [keyOf(pair), pair]),
)
const isRefusing = (name: Name, value: string): boolean => dimensionOf(name).refuse.includes(value)

/** Fills up a case around a pair with what meets most that has not met; crowded, with what refuses as well. */
const fill = ([a, one, b, other]: Pair, isCrowded: boolean): All | undefined => {
  const given: Partial<All> = { [a]: one, [b]: other }
  for (const name of shuffled(names)) {
    if (given[name] !== undefined) continue
    const gain = (value: string) =>
      meets(given, name, value).filter(
        (pair) => open.has(keyOf(pair)) && (isCrowded || mustBeAlone(pair)),
      ).length
    const [best] = shuffled(dimensionOf(name).values)
      .filter((value) => isCrowded || !isRefusing(name, value))
      .filter((value) => meets(given, name, value).every(isPossible))
      .map((value) => [gain(value), value] as const)
      .sort(([x], [y]) => y - x)
    if (best === undefined) return undefined
    given[name] = best[1]
  }
  return given as All
}

const textOf = (values: All): CaseText => {
  const said = compose(values)
  const one = caseOf({ it: '', ...said, expect: { permitted: '' } })
  const expect = expectedOf(one)
  const bare = 'counted' in expect && expect.counted.length === 0
  return {
    it: sentenceOf(values),
    ...said,
    expect: bare ? { permitted: expect.permitted } : expect,
  }
}

/** What a case claims is what is read from it. */
const isSound = (text: CaseText, values: All): boolean => {
  const found = valuesOf(caseOf(text))
  return names.every((name) => found[name] === values[name])
}

const closes = (values: All): string[] =>
  [...pairsOf(values)]
    .filter(({ pair, alone }) => alone || !mustBeAlone(pair))
    .map(({ pair }) => keyOf(pair))
    .filter((key) => open.has(key))

const cases: CaseText[] = []
for (let failed = 0; open.size > 0; ) {
  const seeds = shuffled([...open.values()]).slice(0, 4)
  const made = seeds.flatMap((pair) =>
    Array.from({ length: 6 }, () => fill(pair, !mustBeAlone(pair))).flatMap((values) =>
      values ? [{ values, closed: closes(values) }] : [],
    ),
  )
  const [best] = made.sort((a, b) => b.closed.length - a.closed.length)
  const text = best && textOf(best.values)
  if (!best || !text || best.closed.length === 0 || !isSound(text, best.values)) {
    if (++failed > 500) throw new Error(`These meet nowhere:\n${[...open.keys()].join('\n')}`)
    continue
  }
  failed = 0
  cases.push(text)
  for (const key of best.closed) open.delete(key)
}

const head = `# Written by test/cases/pairs.ts: ${cases.length} cases in which every two values of the dimensions of
# dimensions.ts meet, and any two of which one at most refuses meet where nothing else refuses.
`
/** A line for each document and each capability. */
const inLines = ({ it, ...one }: CaseText): string => {
  const written = new Document([one], { aliasDuplicateObjects: false })
  visit(written, {
    Collection(_, node, path) {
      if (path.length < 3) return
      const [key, ...deeper] = path.filter(isPair).map((one) => `${one.key}`)
      const isOfItem = key === 'server' || key === 'api'
      const isOpen = isOfItem ? deeper.length < 2 && deeper[0] !== 'require' : deeper.length < 1
      if (isSeq(node) || !isOpen || !(isOfItem || several.has(key ?? ''))) node.flow = true
    },
  })
  const text = written.toString({ lineWidth: 0, singleQuote: true })
  const bare = text.replaceAll('[ ', '[').replaceAll(' ]', ']')
  return `- it: >-\n    ${folded(it)}\n  ${bare.slice(2)}`
}
const several = new Set(['groups', 'grants', 'rules', 'quotas'])
const folded = (sentence: string): string => sentence.replaceAll(/(.{60,94}) /g, '$1\n    ')

console.log(head + cases.map(inLines).join('\n').trimEnd())
