import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PlanePolicy } from '#change/change.ts'
import type { Capability } from '#domain/capability.ts'
import { type ClientId, clientId, type PlaneId, planeId } from '#domain/name.ts'
import { capabilityClasses } from '#domain/selector.ts'
import type { Installation } from '#gateway/installation.ts'
import type { Started } from './composition.ts'

interface Step {
  readonly command: string
  readonly says: string
}

/** What to type next, from what stands: a call that is refused, one that is permitted, and both in the ledger. */
export const nextSteps = async (
  { installation, plane }: Pick<Started, 'installation' | 'plane'>,
  { sample }: { sample: boolean },
): Promise<Step[]> => {
  const steps = (sample && sampleSteps(installation)) || undefined
  if (steps) return steps
  const id = plane === undefined ? undefined : planeId(plane)
  const policy = id && installation.change.current().planes.get(id)
  if (!id || !policy)
    return [
      { command: 'bailiwick apply -f FILE --set NAME', says: 'a plane, its servers and agents' },
    ]
  return await planeSteps(installation, id, policy)
}

/** The sample's own story, as long as it has not been told yet: its grant lies beside it. */
const sampleSteps = (installation: Installation): Step[] | undefined => {
  const grant = fileURLToPath(new URL('../../sample/grant.yaml', import.meta.url))
  const about = {
    plane: planeId('ops'),
    client: clientId('planner', 'workplace-ai'),
    server: 'bank',
    kind: 'tool',
    name: 'transfer_create',
  } as const
  if (!existsSync(grant) || !installation.change.current().planes.has(about.plane)) return undefined
  if (installation.explain(about).because !== 'no grant') return undefined
  const call =
    'bailiwick call ops/bank/transfer_create from=acc-1001 to=acc-1003 amountCents=2500 --as planner'
  return [
    { command: call, says: 'refused; it says why' },
    { command: `bailiwick apply -f ${relative(process.cwd(), grant)}`, says: 'the grant' },
    { command: call, says: 'permitted' },
    { command: 'bailiwick calls', says: 'both, and where each of them ended' },
  ]
}

const planeSteps = async (
  installation: Installation,
  plane: PlaneId,
  policy: PlanePolicy,
): Promise<Step[]> => {
  const { listClients } = await import('#manager/desk.ts')
  const classified = installation.registry
    .capabilities(plane)
    .filter((one) => one.kind === 'tool' && one.state === 'pinned' && one.classification)
    .sort((a, b) => harm(a) - harm(b))
  const [client] = listClients(policy)
  if (!client || classified.length === 0)
    return [{ command: 'bailiwick status', says: 'what agents can get' }]
  const decision = ({ server, kind, name }: Capability) =>
    installation.explain({ plane, client, server, kind, name }).decision
  const call = (found: Capability | undefined, says: string): Step[] =>
    found
      ? [
          {
            command: `bailiwick call ${plane}/${found.server}/${found.name}${asWhom(policy, client)}`,
            says,
          },
        ]
      : []
  return [
    ...call(
      classified.find((one) => decision(one) === 'denied'),
      'refused; it says why',
    ),
    ...call(
      classified.find((one) => decision(one) === 'permitted'),
      'permitted',
    ),
    { command: 'bailiwick calls', says: 'where each of them ended' },
  ]
}

/** What only reads is offered first. */
const harm = ({ classification }: Capability): number =>
  capabilityClasses.indexOf(classification?.class ?? 'destructive')

/** As short as it can be typed. */
const asWhom = (policy: PlanePolicy, client: ClientId): string => {
  const agent = policy.agents.get(client.split('@')[0] ?? '')
  if (policy.agents.size === 1 && agent?.consumers.length === 1) return ''
  return ` --as ${agent?.consumers.length === 1 ? agent.name : client}`
}
