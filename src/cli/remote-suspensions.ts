import { splitCapabilityName } from '#domain/suspension.ts'
import type { OperationInput } from '#edge/control/operations.ts'
import { Fault } from '#lib/fault.ts'
import type { Api } from './api.ts'

/** Each kind has routes of its own, with permissions of their own. */
const addresses = {
  agent: {
    suspend: '/planes/{plane}/agents/{name}/suspend',
    resume: '/planes/{plane}/agents/{name}/resume',
  },
  consumer: {
    suspend: '/planes/{plane}/consumers/{name}/suspend',
    resume: '/planes/{plane}/consumers/{name}/resume',
  },
  user: { suspend: '/planes/{plane}/users/suspend', resume: '/planes/{plane}/users/resume' },
  capability: {
    suspend: '/planes/{plane}/servers/{name}/block',
    resume: '/planes/{plane}/servers/{name}/unblock',
  },
  server: {
    suspend: '/planes/{plane}/servers/{name}/suspend',
    resume: '/planes/{plane}/servers/{name}/resume',
  },
  plane: { suspend: '/planes/{plane}/suspend', resume: '/planes/{plane}/resume' },
} as const

type Meant = Omit<OperationInput<'resume'>, 'plane'>

/** Suspends or resumes who or what is meant in a plane that was found. */
export const overRoutes = (
  api: Api,
  verb: 'suspend' | 'resume',
  plane: string,
  { kind, name, reason }: Meant,
): Promise<unknown> => {
  const address = addresses[kind][verb]
  if (kind === 'user')
    return api.ask('POST', address, { path: { plane, name }, body: { user: name, reason } })
  if (kind !== 'capability')
    return api.ask('POST', address, { path: { plane, name }, body: { reason } })
  const found = splitCapabilityName(name)
  if (!found)
    throw new Fault('usage', { detail: `"${name}" is not SERVER/KIND/NAME of a capability.` })
  const { server, ...capability } = found
  return api.ask('POST', address, {
    path: { plane, name: server },
    body: { ...capability, reason },
  })
}
