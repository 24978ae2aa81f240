import { planeId } from '#domain/name.ts'
import { asFault } from '#lib/fault.ts'
import { type Desk, findItem, findPlane } from './desk.ts'
import { type ServerStatus, serverStatus } from './status.ts'

/** How long somebody waits for a server to tell what it offers; the question goes on behind it. */
const patienceMs = 10_000

/**
 * Undefined where the server told what it offers. One that does not answer is no reason to undo
 * documents that are in order: it is told, not thrown.
 */
export const refreshServer = async (
  { installation, clock }: Desk,
  plane: string,
  server: string,
): Promise<string | undefined> => {
  const patience = Promise.withResolvers<string>()
  const cancel = clock.after(patienceMs, () => patience.resolve('has not answered yet'))
  const asked = installation.refresh(planeId(plane), server).then(
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

export interface RefreshedAnswer extends ServerStatus {
  readonly plane: string
  readonly problem: string | undefined
}

/** Asks a server now what it offers, and says how it is. An API is asked nothing: its document says it. */
export const refresh = async (
  desk: Desk,
  input: { plane?: string | undefined; server: string },
): Promise<RefreshedAnswer> => {
  const { id, policy } = findPlane(desk.installation.change.current(), input.plane)
  const item = findItem(policy, input.server)
  const problem = item.kind === 'Server' ? await refreshServer(desk, id, item.name) : undefined
  return { plane: id, problem, ...serverStatus(desk, id, item) }
}
