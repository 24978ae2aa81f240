import type { Change } from '#change/change.ts'
import type { ClientId, PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { SignInRow, Store } from '#store/store.ts'
import type { ApiKeys } from './api-key/api-keys.ts'
import type { ClientView, Identity } from './identity.ts'
import { revokedUntil } from './revocations.ts'
import { familiesOf } from './sign-in/clients.ts'

/** See `Identity.revoke`. */
export const createRevoke = (parts: {
  store: Store
  change: Pick<Change, 'execute'>
  view: ClientView
  apiKeys: Pick<ApiKeys, 'revokedOf'>
  /** Ends the access tokens that came of sign-ins whose rows went. */
  gone(plane: PlaneId, rows: readonly SignInRow[]): Promise<void>
  clock: Clock
}): Identity['revoke'] => {
  const { store, change, view, apiKeys, gone, clock } = parts

  /** What is left of sign-ins would bring new tokens. */
  const endSignIns = async (plane: PlaneId, kind: 'client' | 'user', name: string) => {
    const { signIns } = store.plane(plane)
    if (kind === 'user') return gone(plane, await signIns.removePerson(name))
    for (const family of await familiesOf(signIns, view, plane, name as ClientId))
      await gone(plane, await signIns.removeFamily(family))
  }

  return async (plane, { kind, name }, about) => {
    const isThere = kind === 'user' || view.findClient(plane, name as ClientId)
    if (!view.hasPlane(plane) || !isThere) throw new Fault('unknown_name', { detail: name })
    const plan = () => ({
      summary: `revoked every token of ${kind} ${name}`,
      diff: '',
      rows: [
        { topic: 'revocation', plane, kind, name, row: revokedUntil(kind, name, clock.now()) },
        // What lives longer than a token is remembered to be revoked by itself.
        ...(kind === 'client' ? apiKeys.revokedOf(plane, name as ClientId) : []),
      ] as const,
    })
    const command = { name: `revoke the tokens of ${plane}/${kind}/${name}`, plan }
    const revision = await change.execute(command, about)
    await endSignIns(plane, kind, name)
    return revision
  }
}
