import type { Policy } from '#change/change.ts'
import type { AgentDocument, PlaneDocument } from '#domain/documents.ts'
import { durationMs } from '#domain/fields.ts'
import { type ClientId, clientId, namePattern, type PlaneId, splitClientId } from '#domain/name.ts'
import { tellSuspension } from '#domain/suspension.ts'

import { stoppedBy } from './compile.ts'
import { type AtManager, type Issuers, issuersAtManager, issuersOf } from './issuers.ts'

/** What the issuer and the verifier ask of policy (their own `ClientView`, in the words of this room). */
interface ClientView {
  findClient(plane: PlaneId, client: ClientId): AgentDocument | undefined
  suspended(plane: PlaneId, client: ClientId, user?: string): string | undefined
  signIn(plane: PlaneId): PlaneDocument['signIn']
  maySignIn(
    plane: PlaneId,
    client: ClientId,
    person: { readonly name: string; readonly teams: readonly string[] },
  ): boolean
  resolveClient(plane: PlaneId, written: string): ClientId | undefined
  tokenLifetimeMs(plane: PlaneId): number
  longestKeyMs(plane: PlaneId): number | undefined
  hasPlane(plane: PlaneId): boolean
  isResource(plane: PlaneId, resource: string): boolean
  issuers(plane: PlaneId): Issuers
  atManager(): readonly AtManager[]
  revision(): number
}

/**
 * Who may have a token, and for what: the policy as the issuer and the verifier ask it. `origin` is
 * where the endpoints lie (RFC 8707: each is a resource).
 */
export const createClientView = (origin: string, policy: () => Policy): ClientView => {
  const agentOf = (plane: PlaneId, client: ClientId) => {
    const documents = policy().planes.get(plane)
    const name = splitClientId(client)
    if (!name || !documents?.consumers.has(name.consumer)) return undefined
    const agent = documents.agents.get(name.agent)
    return agent?.consumers.includes(name.consumer) ? agent : undefined
  }
  return {
    findClient: agentOf,
    suspended(plane, client, user) {
      const documents = policy().planes.get(plane)
      const name = splitClientId(client)
      const stopped = documents && name && stoppedBy(documents, { ...name, user })
      return stopped && tellSuspension(stopped.suspension)
    },
    signIn: (plane) => policy().planes.get(plane)?.plane.signIn,
    maySignIn(plane, client, person) {
      const agent = agentOf(plane, client)
      if (!agent) return false
      const teams = policy().planes.get(plane)?.teams
      const named = agent.signIn?.teams
      return (
        !named ||
        named.some(
          (team) =>
            teams?.get(team)?.people.includes(person.name) ||
            (teams?.has(team) && person.teams.includes(team)),
        )
      )
    },
    resolveClient(plane, written) {
      if (splitClientId(written))
        return agentOf(plane, written as ClientId) ? (written as ClientId) : undefined
      const consumers = policy().planes.get(plane)?.agents.get(written)?.consumers ?? []
      return consumers.length === 1 ? clientId(written, consumers[0] as string) : undefined
    },
    tokenLifetimeMs: (plane) => durationMs(policy().planes.get(plane)?.plane.tokenLifetime ?? '5m'),
    longestKeyMs(plane) {
      const longest = policy().planes.get(plane)?.plane.apiKeys?.longest
      return longest === undefined ? undefined : durationMs(longest)
    },
    hasPlane: (plane) => policy().planes.has(plane),
    isResource(plane, resource) {
      const endpoint = `${origin}/mcp/${plane}`
      const isBelow = (base: string) =>
        resource.startsWith(base) && namePattern.test(resource.slice(base.length))
      return (
        resource === endpoint ||
        isBelow(`${endpoint}/`) ||
        // REST APIs have no endpoint of the plane: each is one by itself.
        isBelow(`${origin}/rest/${plane}/`)
      )
    },
    issuers: (plane) => issuersOf(policy().planes.get(plane)?.issuers),
    atManager: () => issuersAtManager(policy()),
    revision: () => policy().revision,
  }
}
