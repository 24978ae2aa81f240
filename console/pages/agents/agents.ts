import { type All, useAll } from '../../api/all.ts'
import { type Answer, ask } from '../../api/client.ts'

const path = '/api/v1/planes/{plane}/status/agents'
export type AgentRow = Answer<'get', typeof path>['items'][number]

/** Every agent of these planes. */
export const useAgents = (planes: readonly string[]): All<AgentRow> =>
  useAll<AgentRow>(path, planes, (plane, query, signal) =>
    ask('get', path, { params: { path: { plane }, query }, signal }),
  )

const consumers = '/api/v1/planes/{plane}/consumers'
export type ConsumerDocument = Answer<'get', typeof consumers>['items'][number]['document']

export const useConsumers = (planes: readonly string[]): All<ConsumerDocument> =>
  useAll(consumers, planes, async (plane, query, signal) => {
    const page = await ask('get', consumers, { params: { path: { plane }, query }, signal })
    return { ...page, items: page.items.map(({ document }) => document) }
  })
