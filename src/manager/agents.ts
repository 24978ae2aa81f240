import type { PlanePolicy } from '#change/change.ts'
import type { Eras } from '#domain/capability.ts'
import type { AgentDocument } from '#domain/documents.ts'
import { type PlaneId, splitClientId } from '#domain/name.ts'
import type { Installation } from '#gateway/installation.ts'
import { Fault } from '#lib/fault.ts'
import { changer, choosePlanes, type Desk, findClient, findItem, findPlane } from './desk.ts'

export interface AgentRow {
  readonly plane: string
  readonly agent: string
  readonly consumers: readonly string[]
  readonly owner: string
  /**
   * How it gets tokens from the issuer: by a secret, by a key that it alone holds, or by a token of its
   * workload's issuer. `operator`: only this terminal mints them.
   */
  readonly authenticates: 'secret' | 'key' | 'issuer' | 'operator'
  readonly grants: number
}

export interface TokenAnswer {
  readonly token: string
  readonly expiresInS: number
  readonly plane: string
  readonly client: string
  readonly resource: string
  /** What the server speaks, where the resource is one server. */
  readonly eras: Eras | undefined
}

/** A short-lived token of an agent, for its own address: the plane's, or one server's. */
export const mintToken = async (
  desk: Desk,
  input: {
    plane?: string | undefined
    client?: string | undefined
    server?: string | undefined
    resource?: string | undefined
  },
): Promise<TokenAnswer> => {
  const { installation } = desk
  if (desk.stop === undefined)
    throw new Fault('not_running', {
      detail: 'A token is good only where the gateway runs.',
      fix: 'bailiwick start',
    })
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  const client = findClient(policy, input.client)
  const resource = input.resource ?? addressOf(installation, id, policy, input.server)
  checkResource(installation, id, resource)
  const { token, expiresInS } = await installation.identity.mint(id, client, resource, [], desk.by)
  const server = resource.slice(`${installation.origin}/mcp/${id}/`.length)
  const eras =
    installation.upstreams.find(id, server)?.eras ??
    // What is offered of an API is offered by the gateway itself.
    (policy.apis.get(server)?.tools ? { modern: true, legacy: undefined } : undefined)
  return { token, expiresInS, plane: id, client, resource, eras }
}

const addressOf = (
  installation: Installation,
  plane: PlaneId,
  policy: PlanePolicy,
  server: string | undefined,
): string => {
  const address = `${installation.origin}/mcp/${plane}`
  if (server === undefined) return address
  const item = findItem(policy, server)
  if (item.kind === 'Server' || item.tools) return `${address}/${item.name}`
  const rest = `${installation.origin}/rest/${plane}/${item.name}`
  throw new Fault('usage', {
    detail: `The operations of ${item.name} are not offered as tools; they are called at ${rest}.`,
    fix: `curl -H "Authorization: Bearer $(bailiwick token AGENT --resource ${rest})" ${rest}/…`,
  })
}

const checkResource = (installation: Installation, plane: PlaneId, resource: string): void => {
  const { origin } = installation
  const address = `${origin}/mcp/${plane}`
  const apis = `${origin}/rest/${plane}/`
  if (resource === address || resource.startsWith(`${address}/`) || resource.startsWith(apis))
    return
  throw new Fault('usage', {
    detail: `The resource is not an address of plane ${plane}: those begin with ${address} or ${apis}.`,
  })
}

export const listAgents = (desk: Desk, input: { plane?: string | undefined }): AgentRow[] => {
  const all = desk.installation.change.current()
  return choosePlanes(all, input.plane).flatMap((id) => {
    const policy = all.planes.get(id)
    return policy ? agentsOf(id, policy) : []
  })
}

const agentsOf = (plane: PlaneId, policy: PlanePolicy): AgentRow[] =>
  [...policy.agents.values()].map((agent) => ({
    plane,
    agent: agent.name,
    consumers: agent.consumers,
    owner: agent.owner,
    authenticates: waysOf(agent.authenticate),
    grants: [...policy.grants.values()].filter((grant) => grant.agent === agent.name).length,
  }))

const waysOf = (ways: AgentDocument['authenticate']): AgentRow['authenticates'] => {
  if (ways?.jwks) return 'key'
  if (ways?.secret) return 'secret'
  return ways?.issuer === undefined ? 'operator' : 'issuer'
}

/** A new client secret, shown this once; the one before it is void. */
export const newAgentSecret = async (
  desk: Desk,
  input: { plane?: string | undefined; client: string },
): Promise<{ plane: string; client: string; secret: string; issuer: string }> => {
  const { installation } = desk
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  const client = findClient(policy, input.client)
  const agent = policy.agents.get(splitClientId(client)?.agent ?? '')
  if (agent?.authenticate?.secret !== true)
    throw new Fault('usage', {
      detail: `Agent "${agent?.name}" does not authenticate with a secret.`,
      fix: `add "authenticate: { secret: true }" to its document and apply it`,
    })
  const secret = await installation.identity.setSecret(id, client, changer(desk))
  return { plane: id, client, secret, issuer: `${installation.origin}/oauth/${id}` }
}
