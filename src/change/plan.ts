import type { Document, Kind } from '#domain/documents.ts'
import { kinds } from '#domain/documents.ts'
import { namePattern, type PlaneId, planeId } from '#domain/name.ts'
import type { Policy } from './change.ts'
import type { Finding, Source } from './finding.ts'
import { documentsOf, findStanding, keyInPlane, planeOf, type Standing } from './policy.ts'
import { mayBeSecret } from './secrets.ts'

/** A document as it was given; without a body where it has problems of its own, so that its name is known. */
export interface Given {
  readonly kind: Kind
  readonly plane: PlaneId
  readonly name: string
  /** As it was read. */
  readonly value: Readonly<Record<string, unknown>>
  readonly document: Document | undefined
  readonly source: Source | undefined
}

/** What would be done, and what speaks against it. */
export interface Plan {
  /** By plane/kind/name. */
  readonly given: ReadonlyMap<string, Given>
  readonly remove: readonly Standing[]
}

export const keyOf = (plane: string, kind: Kind, name: string): string =>
  `${plane}/${keyInPlane(kind, name)}`

/** Undefined where the document does not say who it is, or says it with what may be a secret. */
export function headOf(
  value: Readonly<Record<string, unknown>>,
): Pick<Given, 'kind' | 'plane' | 'name'> | undefined {
  const kind = kinds.find((one) => one === value.kind)
  const { name } = value
  const plane = kind === 'Plane' ? name : value.plane
  if (!kind || !isName(name) || !isName(plane)) return undefined
  if (mayBeSecret(name) || mayBeSecret(plane)) return undefined
  return { kind, plane: planeId(plane), name }
}

export const isName = (value: unknown): value is string =>
  typeof value === 'string' && namePattern.test(value)

/** Each document once, and none that another set of files manages. */
export function planApply(
  policy: Policy,
  all: readonly Given[],
  about: { set: string | undefined; prune: boolean },
): { plan: Plan; findings: Finding[] } {
  const findings: Finding[] = []
  const given = new Map<string, Given>()
  for (const one of all) {
    const key = keyOf(one.plane, one.kind, one.name)
    const first = given.get(key)
    if (first) findings.push(duplicate(one, first))
    else given.set(key, one)
    const set = findStanding(policy, one.plane, one.kind, one.name)?.set
    if (set !== undefined && set !== about.set) findings.push(managedElsewhere(one, set))
  }
  const remove = about.prune && about.set !== undefined ? notGiven(policy, given, about.set) : []
  return { plan: { given, remove }, findings }
}

function notGiven(policy: Policy, given: ReadonlyMap<string, Given>, set: string): Standing[] {
  return [...policy.planes.values()].flatMap((plane) =>
    documentsOf(plane)
      .filter(({ kind, name }) => plane.sets.get(keyInPlane(kind, name)) === set)
      .filter((one) => !given.has(keyOf(planeOf(one), one.kind, one.name)))
      .map((document) => ({ document, set })),
  )
}

const duplicate = (one: Given, first: Given): Finding => ({
  code: 'duplicate',
  message: `${one.kind} ${one.name}: plane ${one.plane} has a second ${one.kind} of this name in ${first.source?.file.name ?? 'the input'}; remove one or rename it`,
  at: one.source && { source: one.source, path: ['name'], part: 'value' },
})

const managedElsewhere = (one: Given, set: string): Finding => ({
  code: 'managed elsewhere',
  message: `${one.kind} ${one.name}: the set ${set} manages it; change it there, or remove it there first`,
  at: one.source && { source: one.source, path: ['name'], part: 'value' },
})
