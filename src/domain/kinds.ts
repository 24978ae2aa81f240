import type { Kind } from './documents.ts'
import type { Permission } from './roles.ts'

/** Where the documents of a kind stand in the Manager's API, and what reading and writing them needs. */
export interface KindRow {
  /** `/planes/{plane}/SEGMENT`; those of a Plane are the planes themselves. */
  readonly segment: string
  readonly read: Permission
  readonly write: Permission
}

export const kindTable = {
  Plane: { segment: 'planes', read: 'planes.read', write: 'planes.write' },
  Team: { segment: 'teams', read: 'teams.read', write: 'teams.write' },
  RoleBinding: { segment: 'role-bindings', read: 'roles.read', write: 'roles.write' },
  Server: { segment: 'servers', read: 'servers.read', write: 'servers.write' },
  API: { segment: 'apis', read: 'servers.read', write: 'servers.write' },
  Consumer: { segment: 'consumers', read: 'consumers.read', write: 'consumers.write' },
  Agent: { segment: 'agents', read: 'agents.read', write: 'agents.write' },
  AgentGroup: { segment: 'agent-groups', read: 'agents.read', write: 'grants.write' },
  Grant: { segment: 'grants', read: 'grants.read', write: 'grants.write' },
  Rule: { segment: 'rules', read: 'rules.read', write: 'rules.write' },
  Quota: { segment: 'quotas', read: 'quotas.read', write: 'quotas.write' },
  Credential: { segment: 'credentials', read: 'credentials.read', write: 'credentials.write' },
  Issuer: { segment: 'issuers', read: 'issuers.read', write: 'issuers.write' },
  PolicyTest: { segment: 'policy-tests', read: 'rules.read', write: 'rules.write' },
} as const satisfies Record<Kind, KindRow>

/** Kinds that `unbuilt.ts` names: their places are there, and answer that nothing is built. */
export const unbuiltKindTable = {
  Alarm: { segment: 'alarms', read: 'alarms.read', write: 'alarms.write' },
  Channel: { segment: 'channels', read: 'alarms.read', write: 'alarms.write' },
  Sink: { segment: 'sinks', read: 'alarms.read', write: 'alarms.write' },
} as const satisfies Record<string, KindRow>
