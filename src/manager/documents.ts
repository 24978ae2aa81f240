import type { ApplyAnswer } from '#change/change.ts'
import { planeId } from '#domain/name.ts'
import { asFault, Fault } from '#lib/fault.ts'
import { changer, type Desk, findPlane } from './desk.ts'

/** How long `apply` waits for the servers it touched to tell what they offer. */
const refreshPatienceMs = 10_000

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
      problem: await refresh(desk, plane, name),
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

/** A server that does not answer is no reason to undo documents that are in order: it is told, not thrown. */
const refresh = async (desk: Desk, plane: string, server: string): Promise<string | undefined> => {
  const patience = Promise.withResolvers<string>()
  const cancel = desk.clock.after(refreshPatienceMs, () => patience.resolve('has not answered yet'))
  const asked = desk.installation.refresh(planeId(plane), server).then(
    () => undefined,
    (thrown: unknown) => {
      const fault = asFault(thrown)
      return fault.detail ?? fault.message
    },
  )
  try {
    return await Promise.race([asked, patience.promise])
  } finally {
    cancel()
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
