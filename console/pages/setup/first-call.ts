import type { Answer } from '../../api/client.ts'

export type Row = Answer<'get', '/api/v1/planes/{plane}/calls'>['items'][number]
export type Offered = Answer<'get', '/api/v1/planes/{plane}/catalogue'>['items'][number]

/** An agent with nothing granted: it carries the name of the server that it calls first. */
const prefix = 'first-call-'
export const agentFor = (server: string): string => `${prefix}${server}`
export const serverOf = (agent: string): string | undefined =>
  agent.startsWith(prefix) ? agent.slice(prefix.length) : undefined
/** Names are paged by the one before: what follows this are such agents, if there are any. */
export const beforeAgents = prefix

/** What the stepper stands at, from what the server holds: the same in every browser. */
export type Stage = 'server' | 'call' | 'grant' | 'again' | 'done'

export const stageOf = (held: {
  readonly agent: string | undefined
  readonly isGranted: boolean
  readonly calls: readonly Row[]
}): Stage => {
  if (held.agent === undefined) return 'server'
  if (held.calls.some(({ decision }) => decision === 'permitted')) return 'done'
  if (held.isGranted) return 'again'
  return held.calls.length > 0 ? 'grant' : 'call'
}

/** What only reads, and touches nothing that is personal: the preset that one click grants. */
export const readTools = ({ capabilities }: Offered): readonly string[] =>
  capabilities
    .filter(
      (one) => one.kind === 'tool' && one.class === 'read' && !one.labels.includes('personal'),
    )
    .map(({ name }) => name)

/** A list is asked for without arguments more often than anything else is. */
export const firstTool = (tools: readonly string[]): string | undefined =>
  tools.find((name) => /list/i.test(name)) ?? tools[0]

export const commandFor = (plane: string, server: string, tool: string): string =>
  `bailiwick call ${plane}/${server}/${tool} --as ${agentFor(server)}`

const apiVersion = 'bailiwick/v1' as const

export const agentDocument = (about: {
  readonly plane: string
  readonly server: string
  readonly consumer: string
  readonly title: string
}) => ({
  apiVersion,
  kind: 'Agent' as const,
  plane: about.plane,
  name: agentFor(about.server),
  title: about.title,
  // Nobody's own: whoever owns an agent does not decide what it may do, and setup has one person.
  owner: 'first-call',
  consumers: [about.consumer],
  authenticate: { secret: true as const },
})

export const grantDocument = (about: {
  readonly plane: string
  readonly server: string
  readonly consumer: string
  readonly tools: readonly string[]
  readonly reason: string
}) => ({
  apiVersion,
  kind: 'Grant' as const,
  plane: about.plane,
  name: agentFor(about.server),
  agent: agentFor(about.server),
  consumer: about.consumer,
  allow: [{ server: about.server, tools: [...about.tools] }],
  reason: about.reason,
})
