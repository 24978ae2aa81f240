import type { Policy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { PlaneId } from '#domain/name.ts'
import { compilePlane, type PlaneSnapshot } from './compile.ts'

/** What each plane permits, compiled; a plane's is replaced as a whole when policy or registry change. */
export interface Snapshots {
  recompile(plane: PlaneId): void
  /** A plane that is not known permits nobody anything. */
  of(plane: PlaneId): PlaneSnapshot
}

export const createSnapshots = (
  policy: () => Policy,
  capabilities: (plane: PlaneId) => readonly Capability[],
): Snapshots => {
  const compiled = new Map<PlaneId, PlaneSnapshot>()
  const nobody: PlaneSnapshot = { revision: 0, caller: () => undefined }
  return {
    recompile(plane) {
      const { revision, planes } = policy()
      const documents = planes.get(plane)
      if (!documents) return void compiled.delete(plane)
      const known = capabilities(plane)
      compiled.set(plane, compilePlane({ plane, policy: documents, capabilities: known, revision }))
    },
    of: (plane) => compiled.get(plane) ?? nobody,
  }
}
