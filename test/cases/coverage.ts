import { dimensionOf, type Name, names, type Values } from './dimensions.ts'

/** Two values of two dimensions. */
export type Pair = readonly [Name, string, Name, string]
export const keyOf = ([a, one, b, other]: Pair): string => `${a}: ${one} × ${b}: ${other}`

const refuses = (name: Name, value: string | undefined): boolean =>
  value !== undefined && dimensionOf(name).refuse.includes(value)

/** Every pair of values of every two dimensions. */
export const allPairs = (): Pair[] =>
  names.flatMap((a, at) =>
    names
      .slice(at + 1)
      .flatMap((b) =>
        dimensionOf(a).values.flatMap((one) =>
          dimensionOf(b).values.map((other): Pair => [a, one, b, other]),
        ),
      ),
  )

/** What no case can have, and why. */
const impossible: readonly { pairs: readonly Pair[]; because: string }[] = [
  {
    because: 'a condition that is not there is neither untrue nor fails',
    pairs: [
      ['condition', 'none', 'the condition is', 'untrue'],
      ['condition', 'none', 'the condition is', 'fails'],
    ],
  },
  {
    because: 'a rule that is not there is not about anything, denies nothing and cannot fail',
    pairs: ['is not about it', 'denies', 'fails'].map(
      (one): Pair => ['rule', 'none', 'the rule', one],
    ),
  },
  {
    because: 'a rule that denies whatever is called cannot be fulfilled',
    pairs: [['rule', 'deny', 'the rule', 'says nothing']],
  },
  {
    because: 'what nobody has classified has no label, no scope and no variant, and is none',
    pairs: [
      ['class', 'unclassified', 'label', 'its own'],
      ...['in the token', 'implied', 'not in the token'].map(
        (one): Pair => ['class', 'unclassified', 'scope', one],
      ),
      ['class', 'unclassified', 'variant', 'it has one'],
      ['class', 'unclassified', 'variant', 'it is one'],
      ['class', 'unclassified', 'suspended', 'what it is a variant of'],
    ],
  },
  {
    because: 'only a variant is suspended with what it is a variant of',
    pairs: ['none', 'it has one'].map(
      (one): Pair => ['variant', one, 'suspended', 'what it is a variant of'],
    ),
  },
  {
    because: 'a user is suspended on whose behalf somebody calls',
    pairs: [['suspended', 'its user', 'user', 'nobody']],
  },
  {
    because: 'a resource is read without arguments',
    pairs: ['resource', 'template'].map(
      (one): Pair => ['capability', one, 'arguments', 'not in order'],
    ),
  },
]
const never = new Set(impossible.flatMap(({ pairs }) => pairs.map(keyOf)))
export const isPossible = (pair: Pair): boolean => !never.has(keyOf(pair))

/** What a third value must refuse, and why: these pairs show nothing of their own. */
const overshadowed: readonly { pairs: readonly Pair[]; because: string }[] = [
  {
    because: 'a selector of a label or scope that is not there selects something else',
    pairs: [
      ['selector', 'label', 'label', 'none'],
      ['selector', 'scope', 'scope', 'none'],
    ],
  },
  {
    because:
      'what nobody has classified is selected by its item and its name, and by its item’s labels',
    pairs: [
      ['class', 'unclassified', 'selector', 'class'],
      ['class', 'unclassified', 'selector', 'scope'],
    ],
  },
]
const overshadowedKeys = new Set(overshadowed.flatMap(({ pairs }) => pairs.map(keyOf)))

/** The pairs of a case; `alone` where no third value of it refuses, so that what comes of it is due to the two. */
export function* pairsOf(values: Values): Generator<{ pair: Pair; alone: boolean }> {
  const has = names.filter((name) => values[name] !== undefined)
  const refusing = has.filter((name) => refuses(name, values[name]))
  for (const [at, a] of has.entries())
    for (const b of has.slice(at + 1)) {
      const alone = refusing.every((name) => name === a || name === b)
      yield { pair: [a, values[a] ?? '', b, values[b] ?? ''], alone }
    }
}

/** Of two that refuse, one is met first: which, `order.yaml` shows. All others are met alone. */
export const mustBeAlone = (pair: Pair): boolean => {
  const [a, one, b, other] = pair
  return !(refuses(a, one) && refuses(b, other)) && !overshadowedKeys.has(keyOf(pair))
}
