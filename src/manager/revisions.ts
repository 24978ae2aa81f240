import { toYaml } from '#change/canonical.ts'
import type { ApplyAnswer } from '#change/change.ts'
import { unifiedDiff } from '#change/diff.ts'
import { type Document, type Kind, kinds } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { Placed, Revision, RevisionChange } from '#store/store.ts'
import type { Desk } from './desk.ts'

type Sees = (plane: PlaneId) => boolean

export interface RevisionRow {
  readonly revision: number
  readonly at: number
  readonly by: string
  readonly why: string
  readonly set: string | undefined
  readonly summary: string
  readonly planes: readonly string[]
}

export interface RevisionAnswer extends RevisionRow {
  readonly changes: readonly {
    op: 'add' | 'change' | 'remove'
    plane: string
    kind: string
    name: string
  }[]
  readonly diff: string
}

const atOnce = 200
/** Revisions of others are read over, not for ever. */
const reach = 2000

/** Newest first; only those that touched a plane that is seen, and of their planes those alone. */
export const listRevisions = async (
  { installation }: Desk,
  { after, limit, sees }: { after: string | undefined; limit: number; sees: Sees },
): Promise<{ items: RevisionRow[]; next?: string }> => {
  const items: RevisionRow[] = []
  let before = after === undefined ? undefined : Number(after)
  for (let looked = 0; looked < reach; looked += atOnce) {
    const page = await installation.revisions.page(before, atOnce)
    for (const one of page) {
      before = one.revision
      const row = rowOf(one, sees)
      if (row) items.push(row)
      if (items.length === limit && before > 1) return { items, next: String(before) }
    }
    if (page.length < atOnce) return { items }
  }
  return { items, ...(before !== undefined && { next: String(before) }) }
}

export const findRevision = async (
  { installation }: Desk,
  { revision, sees }: { revision: number; sees: Sees },
): Promise<RevisionAnswer> => {
  const found = await installation.revisions.find(revision)
  const row = found && rowOf(found, sees)
  if (!row) throw new Fault('unknown_name', { detail: `There is no revision ${revision}.` })
  const changes = (await installation.revisions.changesAfter(revision - 1, 1)).filter(
    (one) => one.revision === revision && one.topic === 'document' && sees(one.plane),
  )
  return { ...row, changes: changes.map(editOf), diff: changes.map(diffOf).join('') }
}

/** All of them, for who sees every plane. */
export const newestRevisions = async (
  desk: Desk,
  { most }: { most: number },
): Promise<RevisionRow[]> =>
  (await listRevisions(desk, { after: undefined, limit: most, sees: () => true })).items

export const oneRevision = (
  desk: Desk,
  { revision }: { revision: number },
): Promise<RevisionAnswer> => findRevision(desk, { revision, sees: () => true })

/** Makes the documents say what they said then, as a new revision. */
export const restore = (
  { installation, by }: Desk,
  { revision, dryRun, reason }: { revision: number; dryRun: boolean; reason?: string | undefined },
): Promise<ApplyAnswer> => installation.change.restore(revision, { by, why: reason, dryRun })

/** Those above one, in their order; without a row where nothing of them is seen. */
export async function* revisionsAfter(
  { installation: { revisions } }: Desk,
  after: number,
  sees: Sees,
): AsyncGenerator<{ revision: number; row: RevisionRow | undefined }> {
  let last = after
  for (;;) {
    const changes = await revisions.changesAfter(last, 50)
    if (changes.length === 0) return
    for (const revision of new Set(changes.map((one) => one.revision))) {
      const found = await revisions.find(revision)
      yield { revision, row: found && rowOf(found, sees) }
      last = revision
    }
  }
}

const rowOf = (revision: Revision, sees: Sees): RevisionRow | undefined => {
  const { at, by, why, set, summary } = revision
  const planes = revision.planes.filter(sees)
  if (planes.length === 0) return undefined
  return { revision: revision.revision, at, by, why, set, summary, planes }
}

const editOf = ({ before, after, plane, kind, name }: RevisionChange) => ({
  op: before ? (after ? ('change' as const) : ('remove' as const)) : ('add' as const),
  plane,
  kind,
  name,
})

const diffOf = (change: RevisionChange): string =>
  unifiedDiff(sideOf(change, change.before), sideOf(change, change.after))

const sideOf = (
  { plane, kind, name }: RevisionChange,
  placed: Placed | undefined,
): { name: string; text: string } => {
  const known = kinds.find((one) => one === kind)
  if (!placed || !known) return { name: '/dev/null', text: '' }
  return { name: `${plane}/${kind}/${name}`, text: toYaml(documentOf(known, plane, name, placed)) }
}

/** As it stood: what an earlier version wrote is shown, not judged. */
const documentOf = (kind: Kind, plane: string, name: string, { body }: Placed): Document =>
  ({
    apiVersion: 'bailiwick/v1',
    kind,
    ...(kind !== 'Plane' && { plane }),
    name,
    ...body,
  }) as unknown as Document
