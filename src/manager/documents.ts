import type { ApplyAnswer } from '#change/change.ts'
import { Fault } from '#lib/fault.ts'
import { changer, type Desk, findPlane } from './desk.ts'
import { refreshServer } from './refresh.ts'

export interface AppliedAnswer extends ApplyAnswer {
  readonly set: string | undefined
  /** Servers that were added or changed, and what asking them for their capabilities came to. */
  readonly servers: readonly { plane: string; server: string; problem: string | undefined }[]
}

export const apply = async (
  desk: Desk,
  input: {
    files: { name: string; text: string }[]
    set?: string | undefined
    prune: boolean
    dryRun: boolean
    revision?: number | undefined
  },
): Promise<AppliedAnswer> => {
  const { change, runners } = desk.installation
  const answer = await change.apply({
    ...input,
    set: input.set,
    ...changer(desk),
    permit: unlessChangedSince(input.revision, desk.permit),
    runners,
  })
  // Where nothing serves, no server is asked anything.
  const touched =
    answer.dryRun || !desk.stop
      ? []
      : answer.changes.filter((one) => one.kind === 'Server' && one.op !== 'remove')
  const servers = await Promise.all(
    touched.map(async ({ plane, name }) => ({
      plane,
      server: name,
      problem: await refreshServer(desk, plane, name),
    })),
  )
  return { ...answer, set: input.set, servers }
}

/** Two people's drafts meet here, not by the loss of one (RFC 9110 §13.1): asked when their turn has come. */
const unlessChangedSince = (
  revision: number | undefined,
  permit: Desk['permit'],
): Desk['permit'] =>
  revision === undefined
    ? permit
    : (edits, policy) => {
        permit?.(edits, policy)
        for (const { plane, kind, before, after } of edits) {
          const name = (before ?? after)?.name ?? ''
          const changed = policy.planes.get(plane)?.revisions.get(`${kind}/${name}`) ?? 0
          if (changed > revision)
            throw new Fault('stale', {
              detail: `${kind} ${name} was changed in revision ${changed}; this was made on ${revision}.`,
              fix: 'look at what changed, and make it anew',
            })
        }
      }

export const exportDocuments = (
  desk: Desk,
  input: { plane?: string | undefined },
): { yaml: string } => {
  const { change } = desk.installation
  const plane = input.plane === undefined ? undefined : findPlane(change.current(), input.plane).id
  return { yaml: change.exportDocuments(plane) }
}
