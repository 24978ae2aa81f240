import type { Kind } from '#domain/documents.ts'
import type { SuspensionKind } from '#domain/suspension.ts'
import { asFault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Commit, DocumentChange, RevisionChange, Store } from '#store/store.ts'
import type { Enter, Moved, Policy } from './change.ts'
import type { Step } from './describe.ts'
import { bodyOf, fromRow, type Patch, patch, planeOf, type Standing } from './policy.ts'

/** The steps as rows. */
export const documentsOf = (steps: readonly Step[]): DocumentChange[] =>
  steps.flatMap(({ before, after }) => {
    const document = (after ?? before)?.document
    if (!document) return []
    const { kind, name } = document
    return [{ plane: planeOf(document), kind, name, before: placed(before), after: placed(after) }]
  })

const placed = (standing: Standing | undefined) =>
  standing && { body: bodyOf(standing.document), set: standing.set }

/** What a commit changed, as followers read it from the store. */
export const changesOf = (commit: Commit, revision: number): RevisionChange[] => [
  ...commit.documents.map((one) => ({ ...one, revision, topic: 'document' as const })),
  ...commit.rows.map(({ topic, plane, name, ...rest }) => ({
    revision,
    topic,
    plane,
    kind: 'kind' in rest ? rest.kind : '',
    name,
    before: undefined,
    after: undefined,
  })),
]

/**
 * A policy brought to what revisions after its own changed. Suspensions are read from the store, once
 * for each plane where any moved: a feed names them only.
 */
export async function followed(
  store: Store,
  policy: Policy,
  changes: readonly RevisionChange[],
): Promise<Moved> {
  const revision = Math.max(policy.revision, ...changes.map((one) => one.revision))
  const last = new Map(
    changes.map((one) => [`${one.topic} ${one.plane} ${one.kind}/${one.name}`, one]),
  )
  const put: Patch['put'][number][] = []
  const remove: Patch['remove'][number][] = []
  for (const one of last.values()) {
    if (one.topic !== 'document') continue
    const { plane, name, before, after } = one
    const kind = one.kind as Kind
    if (after)
      put.push({
        document: fromRow(plane, { kind, name, body: after.body }),
        set: after.set,
        revision: one.revision,
      })
    else if (before) remove.push(fromRow(plane, { kind, name, body: before.body }))
  }
  const suspend = await suspensionsOf(
    store,
    [...last.values()].filter(({ topic }) => topic === 'suspension'),
  )
  return {
    policy: patch(policy, revision, { put, remove, suspend }),
    planes: [...new Set(changes.map(({ plane }) => plane))],
    changes,
  }
}

async function suspensionsOf(
  store: Store,
  changes: readonly RevisionChange[],
): Promise<Patch['suspend']> {
  const found: Patch['suspend'][number][] = []
  for (const [plane, moved] of Map.groupBy(changes, (one) => one.plane)) {
    const stand = await store.plane(plane).suspensions.list()
    for (const { kind, name } of moved) {
      const suspension = stand.find((one) => one.kind === kind && one.name === name)
      found.push({ plane, kind: kind as SuspensionKind, name, suspension })
    }
  }
  return found
}

/**
 * Enters what has no entry yet, oldest first, and marks each when its entries are durable. What cannot
 * be entered before a person has looked at a ledger is left for later, and the others go on.
 */
export async function enterAll(store: Store, enter: Enter): Promise<void> {
  const waiting = await store.revisions.listUnentered()
  for (const revision of [...waiting].sort((a, b) => a.revision - b.revision)) {
    if ((await enter(revision)) === 'later') continue
    await store.revisions.markEntered(revision.revision)
  }
}

/** The change stands and is in force; its entry is written before the next change, or at the next start. */
export function logUnentered(log: Log, revision: number, thrown: unknown): void {
  const { code, detail } = asFault(thrown)
  log.error('change.not_entered', { revision, code, detail })
}
