import { type All, type RowOf, useAll } from '../../api/all.ts'

const path = '/api/v1/planes/{plane}/status/agents'
export type AgentRow = RowOf<typeof path>

/** Every agent of these planes. */
export const useAgents = (planes: readonly string[]): All<AgentRow> => useAll(path, planes)

const consumers = '/api/v1/planes/{plane}/consumers'
export type ConsumerDocument = RowOf<typeof consumers>['document']

export const useConsumers = (planes: readonly string[]): All<ConsumerDocument> => {
  const all = useAll(consumers, planes)
  return { ...all, rows: all.rows.map(({ document }) => document) }
}
