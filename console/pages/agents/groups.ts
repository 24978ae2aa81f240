import { useAll } from '../../api/all.ts'

/** The names of the groups that an agent is in. */
export const useGroupsOf = (plane: string, agent: string): readonly string[] =>
  useAll('/api/v1/planes/{plane}/agent-groups', [plane])
    .rows.filter(({ document: { agents } }) => agents.includes(agent))
    .map(({ document: { name } }) => name)
