import type { IssuerDocument } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { managerId } from '#domain/name.ts'
import type { ClientView } from '../identity.ts'
import type { Issuers } from '../issuers.ts'
import { planeResource } from '../resources.ts'
import { managerClients } from './clients.ts'

const lifetimeMs = 12 * 60 * 60_000

/** What the Manager's issuer asks of policy: programs of our own, one endpoint, and the organisations of all planes. */
export const createManagerView = ({
  origin,
  view,
}: {
  origin: string
  view: ClientView
}): ClientView & { planesOf(issuer: IssuerDocument): readonly PlaneId[] } => {
  const issuers = (): Issuers => {
    const signIns = view.atManager().map(({ issuer }) => issuer)
    return {
      ...{ size: signIns.length, taken: [], signIns },
      find: (iss) => signIns.find(({ issuer }) => issuer === iss),
      get: (name) => signIns.find((one) => one.name === name),
    }
  }
  const ours = managerClients(origin)
  const find = (written: string) =>
    ours.find(({ client }) => written === client.id || written === client.client)
  return {
    findClient: (_, client) => find(client)?.document,
    resolveClient: (_, written) => find(written)?.client.client,
    suspended: () => undefined,
    signIn: () => undefined,
    maySignIn: (_, client) => find(client) !== undefined,
    tokenLifetimeMs: () => lifetimeMs,
    longestKeyMs: () => undefined,
    hasPlane: (plane) => plane === managerId,
    isResource: (_, resource) => resource === planeResource(origin, managerId),
    issuers,
    atManager: view.atManager,
    revision: view.revision,
    planesOf: ({ name }) =>
      view.atManager().find(({ issuer }) => issuer.name === name)?.planes ?? [],
  }
}
