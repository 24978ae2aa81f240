import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { Classification } from '#domain/item-documents.ts'
import type { Selector } from '#domain/selector.ts'

/** `labels`: those of the item, its data classes included. */
export type Matches = (capability: Capability, labels: readonly string[]) => boolean

const kindsOf = {
  tools: ['tool'],
  prompts: ['prompt'],
  resources: ['resource', 'template'],
  operations: ['operation'],
} as const

/**
 * Compiles selectors into one test: a capability is selected when any of them selects it. The keys of
 * a selector are ANDed. What nobody has classified is selected by nothing.
 */
export const compileSelectors = (selectors: readonly Selector[]): Matches => {
  const tests = selectors.map(compileSelector)
  return (capability, labels) => {
    const { classification } = capability
    return (
      classification !== undefined && tests.some((test) => test(capability, classification, labels))
    )
  }
}

type Test = (one: Capability, of: Classification, itemLabels: readonly string[]) => boolean

const compileSelector = (selector: Selector): Test => {
  const tests: Test[] = []
  const items = setOf(selector.server ?? selector.api)
  if (items) tests.push(({ server }) => items.has(server))
  for (const key of ['tools', 'prompts', 'resources', 'operations'] as const) {
    const names = setOf(selector[key])
    const kinds: readonly CapabilityKind[] = kindsOf[key]
    if (names) tests.push((one) => kinds.includes(one.kind) && names.has(one.name))
  }
  const classes = setOf<string>(selector.class)
  if (classes) tests.push((_, of) => classes.has(of.class))
  const { labels, scopes } = selector
  if (labels)
    tests.push((_, of, itemLabels) =>
      labels.every((label) => itemLabels.includes(label) || hasLabel(of, label)),
    )
  if (scopes) tests.push((_, of) => scopes.every((scope) => of.scopes?.includes(scope)))
  return (one, of, itemLabels) => tests.every((test) => test(one, of, itemLabels))
}

const hasLabel = ({ labels, data }: Classification, label: string): boolean =>
  labels?.includes(label) === true || data?.includes(label) === true

const setOf = <T extends string>(
  value: T | readonly T[] | undefined,
): ReadonlySet<T> | undefined =>
  value === undefined ? undefined : new Set(typeof value === 'string' ? [value] : value)

/** Items that a selector can reach at all, or undefined where it may reach any: for the index. */
export const itemsOf = (selectors: readonly Selector[]): ReadonlySet<string> | undefined => {
  const named = selectors.map((one) => setOf(one.server ?? one.api))
  return named.every((one) => one !== undefined)
    ? new Set(named.flatMap((one) => [...one]))
    : undefined
}
