import type { Check, DocumentName, Objection, PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Selector } from '#domain/selector.ts'
import { variablesOf } from '#mcp/template.ts'
import { itemDocument } from './compile.ts'
import { type ConditionProblem, checkCondition, type Shape } from './condition/check.ts'
import type { Offers } from './proposal.ts'
import { compileSelectors, itemsOf } from './select.ts'
import { labelsOf } from './served.ts'

/** A condition that stands in a document, and the capabilities that it is about. */
export interface Written {
  readonly of: DocumentName
  readonly key: 'when' | 'require'
  readonly source: string
  readonly over: readonly Selector[]
}

/** More capabilities than this are not looked at: most of a kind are alike. */
const mostShapes = 500

/**
 * Conditions are judged when they are written, by the definitions of what they are about: of a word
 * that no call has, every call would be denied. What nobody has discovered yet is not judged.
 */
export const checkConditions =
  (offers: Offers): Check =>
  async ({ after, documents }, breathe) => {
    const objections: Objection[] = []
    for (const name of documents) {
      const policy = after.planes.get(name.plane)
      for (const written of policy ? conditionsIn(policy, name) : []) {
        if (policy) objections.push(...judge(policy, written, offers).map(objecting(written)))
        await breathe()
      }
    }
    return objections
  }

const objecting =
  ({ of, key }: Written) =>
  ({ message, at }: ConditionProblem): Objection => ({
    code: 'bad condition',
    message: `${of.kind} ${of.name}: ${key}${at ? ` at character ${at + 1}` : ''}: ${message}`,
    at: { ...of, path: [key] },
  })

/** What is wrong with a condition by what its capabilities are now; empty where nothing is. */
export const judge = (
  policy: PlanePolicy,
  { of, source, over }: Written,
  offers: Offers,
): readonly ConditionProblem[] =>
  checkCondition(source, shapesOf(policy, of.plane, over, offers), claimsIn(policy))

/** The conditions of a Grant or a Rule; other documents have none. */
export const conditionsIn = (policy: PlanePolicy, of: DocumentName): Written[] => {
  const written = (over: readonly Selector[], said: Partial<Record<Written['key'], string>>) =>
    (['when', 'require'] as const).flatMap((key): Written[] => {
      const source = said[key]
      return source === undefined ? [] : [{ of, key, source, over }]
    })
  const grant = of.kind === 'Grant' && policy.grants.get(of.name)
  if (grant) return written(grant.allow, grant.when === undefined ? {} : { when: grant.when })
  const rule = of.kind === 'Rule' && policy.rules.get(of.name)
  if (!rule) return []
  const { when, require } = rule
  return written(rule.over, {
    ...(when !== undefined && { when }),
    ...(require !== undefined && { require }),
  })
}

const shapesOf = (
  policy: PlanePolicy,
  plane: PlaneId,
  over: readonly Selector[],
  offers: Offers,
): Shape[] => {
  const selects = compileSelectors(over)
  const items = itemsOf(over) ?? [...policy.servers.keys(), ...policy.apis.keys()]
  const shapes: Shape[] = []
  for (const item of items) {
    const document = itemDocument(policy, item)
    if (!document) continue
    const labels = labelsOf(document)
    for (const one of offers(plane, document)) {
      if (one.state === 'absent' || !selects(one, labels)) continue
      shapes.push(shapeOf(one))
      if (shapes.length === mostShapes) return shapes
    }
  }
  return shapes
}

const text = { type: 'string' }

/** What its arguments are, as a condition sees them. */
const shapeOf = ({ server, kind, name, definition }: Capability): Shape => {
  const about = { name: `${server}/${name}`, hasUri: kind === 'resource' || kind === 'template' }
  switch (kind) {
    case 'tool':
    case 'operation':
      return { ...about, args: definition.inputSchema as Shape['args'] }
    case 'prompt':
      return { ...about, args: objectOf(promptArguments(definition.arguments), false) }
    case 'resource':
      return { ...about, args: objectOf([], true) }
    case 'template':
      return { ...about, args: objectOf(variablesOf(name) ?? [], true) }
  }
}

const objectOf = (names: readonly string[], isWhole: boolean): NonNullable<Shape['args']> => ({
  type: 'object',
  properties: Object.fromEntries(names.map((one) => [one, text])),
  ...(isWhole && { required: names }),
  additionalProperties: false,
})

const promptArguments = (written: unknown): string[] =>
  Array.isArray(written)
    ? written.flatMap((one) => (typeof one?.name === 'string' ? [one.name as string] : []))
    : []

const claims = new WeakMap<PlanePolicy['agents'], ReadonlySet<string> | undefined>()

/** Those that somebody is vouched for; where nobody is, any may come. */
const claimsIn = ({ agents }: PlanePolicy): ReadonlySet<string> | undefined => {
  if (!claims.has(agents)) {
    const names = new Set([...agents.values()].flatMap((one) => Object.keys(one.claims ?? {})))
    claims.set(agents, names.size > 0 ? names : undefined)
  }
  return claims.get(agents)
}
