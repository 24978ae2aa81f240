import { setImmediate as breathe } from 'node:timers/promises'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { capabilityKinds } from '#domain/capability.ts'
import type { PlaneId } from '#domain/name.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import type { Installation } from '#gateway/installation.ts'
import { canonicalJson } from '#lib/json.ts'
import { diffDefinitions } from '#registry/diff.ts'
import { diffFields, type FieldChange } from '#registry/field-diff.ts'
import type { Finding } from '#registry/scan/finding.ts'
import { scanDefinition } from '#registry/scan/scan.ts'
import { type Suggestion, suggestClass } from '#registry/scan/suggest.ts'

export interface CapabilityRow {
  readonly kind: CapabilityKind
  readonly name: string
  readonly state: Capability['state']
  readonly class: CapabilityClass | 'unclassified'
  readonly scopes: readonly string[]
  readonly labels: readonly string[]
  /** Of the pinned definition. */
  readonly fingerprint: string
  readonly version: number | undefined
  readonly title: string
  /** Where it is held: what changed, line by line, with invisible characters spelled out. */
  readonly held: readonly string[] | undefined
  /** The same by field and word. */
  readonly changes: readonly FieldChange[] | undefined
  /** Of what the server tells now, where it is held: what a release has to name. */
  readonly observed: string | undefined
  /** It changed so often that it stays held whatever it becomes. */
  readonly restless: boolean
  /** What a reviewer should see in what the server tells now, the worst first. */
  readonly findings: readonly Finding[]
  /** Where nobody has classified it: what a person could say, and why. */
  readonly suggestion: Suggestion | undefined
  /** Something of the same kind that went, and asked for the same. */
  readonly renamedFrom: string | undefined
}

/** So many are described before others have their turn. */
const breath = 50

/** A server's capabilities for whoever reviews them; those of ten thousand hold up nobody. */
export const describeAll = async (
  { registry }: Pick<Installation, 'registry'>,
  plane: PlaneId,
  server: string,
): Promise<CapabilityRow[]> => {
  const all = [...registry.capabilities(plane, server)].sort(byKindAndName)
  const others = namesOfOthers(registry.capabilities(plane), server)
  const renames = renamesIn(all)
  const rows: CapabilityRow[] = []
  for (const [at, one] of all.entries()) {
    if (at % breath === breath - 1) await breathe()
    rows.push(describe(one, { others, renamedFrom: renames.get(one) }))
  }
  return rows
}

const byKindAndName = (a: Capability, b: Capability): number =>
  capabilityKinds.indexOf(a.kind) - capabilityKinds.indexOf(b.kind) ||
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))

const namesOfOthers = (all: readonly Capability[], server: string): ReadonlySet<string> =>
  new Set(all.flatMap((one) => (one.server === server ? [] : [one.name, one.server])))

export const describe = (
  one: Capability,
  about: { others?: ReadonlySet<string>; renamedFrom?: string | undefined } = {},
): CapabilityRow => {
  const { kind, name, observed, classification } = one
  const told = observed?.definition ?? one.definition
  const { others } = about
  return {
    kind,
    name,
    state: one.state,
    class: classification?.class ?? 'unclassified',
    scopes: classification?.scopes ?? [],
    labels: classification?.labels ?? [],
    fingerprint: one.fingerprint,
    version: one.version,
    title: titleOf(one.definition),
    held: observed && diffDefinitions(one.definition, observed.definition),
    changes: observed && diffFields(one.definition, observed.definition),
    observed: observed?.fingerprint,
    restless: one.restless ?? false,
    findings: scanDefinition({ kind, name, definition: told, ...(others && { others }) }),
    suggestion: classification ? undefined : suggestClass({ kind, name, definition: told }),
    renamedFrom: about.renamedFrom,
  }
}

export const titleOf = ({ title, description }: Readonly<Record<string, unknown>>): string => {
  const told = typeof title === 'string' && title !== '' ? title : description
  return typeof told === 'string' ? (told.split('\n')[0] ?? '') : ''
}

/** What nobody has classified yet beside what went and was classified, where both ask for the very same. */
const renamesIn = (all: readonly Capability[]): ReadonlyMap<Capability, string> => {
  const gone = all.filter(({ state, classification }) => state === 'absent' && classification)
  const fresh = all.filter(({ state, classification }) => state !== 'absent' && !classification)
  if (gone.length === 0 || fresh.length === 0) return new Map()
  const byShape = Map.groupBy(gone, shapeOf)
  return new Map(
    fresh.flatMap((one): [Capability, string][] => {
      const [before, another] = byShape.get(shapeOf(one)) ?? []
      return before && !another ? [[one, before.name]] : []
    }),
  )
}

/** What it asks for and gives; what asks for nothing is known by its description alone. */
const shapeOf = ({ kind, definition }: Capability): string => {
  const { inputSchema, outputSchema, arguments: asked, description, mimeType } = definition
  const { properties } = (inputSchema ?? {}) as { properties?: object }
  const isBare = Object.keys(properties ?? {}).length === 0 && !Array.isArray(asked)
  const shape = { inputSchema, outputSchema, asked, mimeType, ...(isBare && { description }) }
  return `${kind} ${canonicalJson(JSON.parse(JSON.stringify(shape)))}`
}
