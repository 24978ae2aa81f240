import type { LifeCycle } from '#domain/item-documents.ts'
import { changer, type Desk, findItem, findPlane } from './desk.ts'
import { untilCurrent } from './until-current.ts'

export interface LifeCycleAnswer {
  readonly plane: string
  readonly server: string
  readonly lifeCycle: LifeCycle
  readonly revision: number
  /** The set whose files should say the same, or its next apply takes this back. */
  readonly set: string | undefined
}

/** Writes where an item stands in its life into its document, through the same door as a file. */
export const setLifeCycle = (
  desk: Desk,
  input: { plane?: string | undefined; server: string; lifeCycle: LifeCycle },
): Promise<LifeCycleAnswer> =>
  untilCurrent(async () => {
    const { change, runners } = desk.installation
    const { id, policy } = findPlane(change.current(), input.plane)
    const item = findItem(policy, input.server)
    const { kind, name } = item
    const ifRevision = change.revisionOf({ plane: id, kind, name })
    // A draft may name a runner that the operator does not have; what is published may not.
    const about = {
      ...changer(desk),
      summary: `${name} is ${input.lifeCycle}`,
      ifRevision,
      runners,
    }
    const revision = await change.put({ ...item, lifeCycle: input.lifeCycle }, about)
    const set = policy.sets.get(`${kind}/${name}`)
    return { plane: id, server: name, lifeCycle: input.lifeCycle, revision, set }
  })
