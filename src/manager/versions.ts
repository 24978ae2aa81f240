import type { CapabilityKind } from '#domain/capability.ts'
import { Fault } from '#lib/fault.ts'
import { parseJson } from '#lib/json.ts'
import { diffFields, type FieldChange } from '#registry/field-diff.ts'
import { type Desk, findPlane, findServer } from './desk.ts'

/** A definition that was pinned once, and what it changed. */
export interface VersionRow {
  readonly kind: CapabilityKind
  readonly name: string
  readonly version: number
  readonly fingerprint: string
  /** UTC milliseconds; undefined where it was pinned before this was kept. */
  readonly at: number | undefined
  /** `registry` where it was the first that the server told, and nobody had classified it. */
  readonly by: string
  readonly revision: number
  /** How many fields differ from the version before; 0 for the first. */
  readonly changed: number
}

export interface VersionsAnswer {
  readonly plane: string
  readonly server: string
  readonly versions: readonly VersionRow[]
  /** Between two versions of one capability: the two that were asked for, else the last two. */
  readonly diff:
    | { readonly from: number; readonly to: number; readonly changes: readonly FieldChange[] }
    | undefined
}

interface Asked {
  readonly plane?: string | undefined
  readonly server: string
  readonly name?: string | undefined
  readonly kind?: CapabilityKind | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Every definition of a server, or of one of its capabilities, that was ever pinned. */
export const versions = async (desk: Desk, input: Asked): Promise<VersionsAnswer> => {
  const { change, registry } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const { name: server } = findServer(policy, input.server)
  const kept = (await registry.versions(id, server, input.name)).filter(
    ({ kind }) => (input.kind ?? kind) === kind,
  )
  if (input.name !== undefined && kept.length === 0)
    throw new Fault('unknown_name', {
      detail: `Nothing named "${input.name}" was ever pinned at ${id}/${server}.`,
      fix: `bailiwick server versions ${id}/${server}`,
    })
  const rows = kept.map(({ kind, name, version, fingerprint, at, by, revision }, index) => {
    const before = kept[index - 1]
    const isNext = before?.name === name && before.kind === kind
    const changed = isNext ? diffFields(parse(before), parse(kept[index])).length : 0
    const since = at === 0 ? undefined : at
    return { kind, name, version, fingerprint, at: since, by, revision, changed }
  })
  return { plane: id, server, versions: rows, diff: input.name ? diffOf(kept, input) : undefined }
}

type Kept = Awaited<ReturnType<Desk['installation']['registry']['versions']>>

const parse = (one: Kept[number] | undefined): unknown => one && parseJson(one.definition)

const diffOf = (kept: Kept, input: Asked): VersionsAnswer['diff'] => {
  const last = kept.at(-1)
  const of = kept.filter(({ kind }) => kind === last?.kind)
  const to = input.to ?? last?.version ?? 1
  const from = input.from ?? Math.max(1, to - 1)
  const [before, after] = [from, to].map((version) => of.find((one) => one.version === version))
  if (!before || !after)
    throw new Fault('unknown_name', {
      detail: `"${input.name}" has the versions 1 to ${last?.version}.`,
    })
  return { from, to, changes: diffFields(parse(before), parse(after)) }
}
