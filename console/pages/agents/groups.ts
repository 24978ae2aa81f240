import { useAll } from '../../api/all.ts'
import { ask } from '../../api/client.ts'

const path = '/api/v1/planes/{plane}/agent-groups'

/** The names of the groups that an agent is in. */
export const useGroupsOf = (plane: string, agent: string): readonly string[] =>
  useAll(path, [plane], async (of, query, signal) => {
    const page = await ask('get', path, { params: { path: { plane: of }, query }, signal })
    return { ...page, items: page.items.map(({ document }) => document) }
  })
    .rows.filter(({ agents }) => agents.includes(agent))
    .map(({ name }) => name)
