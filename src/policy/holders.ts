import type { AgentGroupDocument, GrantDocument } from '#domain/documents.ts'
import { clientId } from '#domain/name.ts'
import type { SortedMap } from '#lib/sorted-map.ts'

/**
 * Whom a grant is for, as a key: a client, or a group × consumer. No name has a `+`, so a group is
 * never taken for an agent.
 */
export const holderOf = ({ agent, group, consumer }: GrantDocument): string =>
  agent === undefined ? groupHolder(group ?? '', consumer) : clientId(agent, consumer)

export const groupHolder = (group: string, consumer: string): string => `+${group}@${consumer}`

/** The groups of each agent that is in one, in order of name. */
export type Groups = SortedMap<readonly string[]>

/** Brings them to a change of a group, in time proportional to whom it took in and let go. */
export const patchGroups = (
  groups: Groups,
  before: AgentGroupDocument | undefined,
  after: AgentGroupDocument | undefined,
): Groups => {
  const name = (after ?? before)?.name ?? ''
  const [were, are] = [new Set(before?.agents), new Set(after?.agents)]
  const gone = [...were].filter((agent) => !are.has(agent))
  const come = [...are].filter((agent) => !were.has(agent))
  if (gone.length + come.length === 0) return groups
  const without = (agent: string) => (groups.get(agent) ?? []).filter((one) => one !== name)
  return groups.with([
    ...gone.map((agent) => [agent, orNone(without(agent))] as const),
    ...come.map((agent) => [agent, [...without(agent), name].sort()] as const),
  ])
}

const orNone = (names: readonly string[]): readonly string[] | undefined =>
  names.length === 0 ? undefined : names
