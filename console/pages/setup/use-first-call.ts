import type { Problem } from '../../api/problem.ts'
import { useAnswer, useAnswers } from '../../api/queries.ts'
import { useMyPlanes } from '../../parts/planes.tsx'
import {
  beforeAgents,
  firstTool,
  type Offered,
  type Row,
  readTools,
  type Stage,
  serverOf,
  stageOf,
} from './first-call.ts'

const soonMs = 1000

/** A server of which something can be called that only reads. */
export interface Choice {
  readonly plane: string
  readonly item: Offered
  readonly tools: readonly string[]
  readonly tool: string
}

export interface FirstCall {
  readonly stage: Stage
  readonly choices: readonly Choice[]
  /** The one that was chosen; absent before that, and where it is offered no more. */
  readonly chosen: Choice | undefined
  readonly consumer: string
  /** Newest first. */
  readonly calls: readonly Row[]
  readonly isPending: boolean
  readonly failed: { readonly problem: Problem; readonly retry: () => unknown } | undefined
}

/** Everything is read of the server, each second as long as something is waited for. */
export const useFirstCall = (): FirstCall => {
  const planes = useMyPlanes()
  const choices = useChoices(planes)
  const agents = useAnswers(
    '/api/v1/planes/{plane}/agents',
    planes.map((plane) => [
      plane,
      { params: { path: { plane }, query: { after: beforeAgents, limit: 1 } } },
    ]),
  )
  const found = agents.flatMap(({ plane, query }) =>
    (query.data?.items ?? []).flatMap(({ document }) => {
      const server = 'name' in document ? serverOf(document.name) : undefined
      return server === undefined || document.kind !== 'Agent'
        ? []
        : [{ plane, server, agent: document.name, consumer: document.consumers[0] ?? '' }]
    }),
  )[0]
  const path = { plane: found?.plane ?? '' }
  const isChosen = found !== undefined
  const agent = found?.agent ?? ''
  const calls = useAnswer(
    '/api/v1/planes/{plane}/calls',
    { params: { path, query: { agent, limit: 50 } } },
    { enabled: isChosen, everyMs: soonMs },
  )
  const grants = useAnswer(
    '/api/v1/planes/{plane}/grants',
    { params: { path, query: { after: beforeAgents, limit: 100 } } },
    { enabled: isChosen },
  )
  const isGranted = (grants.data?.items ?? []).some(
    ({ document }) => document.kind === 'Grant' && document.agent === agent,
  )
  const seen = calls.data?.items ?? []
  const all = [...agents.map(({ query }) => query), ...(isChosen ? [calls, grants] : [])]
  return {
    stage: stageOf({ agent: found?.agent, isGranted, calls: seen }),
    choices: choices.found,
    chosen: choices.found.find(
      ({ plane, item }) => plane === found?.plane && item.name === found.server,
    ),
    consumer: found?.consumer ?? '',
    calls: seen,
    isPending: choices.isPending || all.some((query) => query.isPending),
    failed: all.flatMap(({ error, refetch }) =>
      error ? [{ problem: error, retry: refetch }] : [],
    )[0],
  }
}

/** A server that has just started tells what it offers a moment later: asked again until there is one. */
const useChoices = (planes: readonly string[]) => {
  const answers = useAnswers(
    '/api/v1/planes/{plane}/catalogue',
    planes.map((plane) => [plane, { params: { path: { plane }, query: { limit: 100 } } }]),
    { everyMs: 3 * soonMs },
  )
  const found = answers.flatMap(({ plane, query }) =>
    (query.data?.items ?? []).flatMap((item): Choice[] => {
      const tools = readTools(item)
      const tool = firstTool(tools)
      return item.kind === 'Server' && tool !== undefined ? [{ plane, item, tools, tool }] : []
    }),
  )
  return { found, isPending: answers.some(({ query }) => query.isPending) }
}
