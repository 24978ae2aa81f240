import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import type { ClientId } from '#domain/name.ts'
import type { Started } from './composition.ts'

/** What to type next, from what stands: a call that is refused, one that is permitted, and both in the ledger. */
export const nextSteps = async ({
  installation,
  plane,
}: Pick<Started, 'installation' | 'plane'>): Promise<[command: string, says: string][]> => {
  const id = [...installation.change.current().planes.keys()].find((one) => one === plane)
  const policy = id && installation.change.current().planes.get(id)
  if (!id || !policy)
    return [['bailiwick apply -f FILE --set NAME', 'a plane, servers, agents and grants']]
  const { listClients } = await import('#edge/control/desk.ts')
  const classified = installation.registry
    .capabilities(id)
    .filter((one) => one.kind === 'tool' && one.state === 'pinned' && one.classification)
  const [client] = listClients(policy)
  if (!client || classified.length === 0) return [['bailiwick status', 'what agents can get']]
  const decision = ({ server, kind, name }: Capability) =>
    installation.explain({ plane: id, client, server, kind, name }).decision
  const denied = classified.find((one) => decision(one) === 'denied')
  const permitted = classified.find((one) => decision(one) === 'permitted')
  const call = ({ server, name }: Capability) =>
    `bailiwick call ${id}/${server}/${name}${asWhom(policy, client)}`
  return [
    ...(denied ? [[call(denied), 'is refused; it says why'] as [string, string]] : []),
    ...(permitted ? [[call(permitted), 'is permitted'] as [string, string]] : []),
    ['bailiwick calls', 'where each of them ended'],
  ]
}

/** As short as it can be typed. */
const asWhom = (policy: PlanePolicy, client: ClientId): string => {
  const agent = policy.agents.get(client.split('@')[0] ?? '')
  if (policy.agents.size === 1 && agent?.consumers.length === 1) return ''
  return ` --as ${agent?.consumers.length === 1 ? agent.name : client}`
}
