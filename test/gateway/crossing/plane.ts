import { pathOf, startProgram } from '../../peers/program.ts'
import { document, documents } from '../plane.ts'

const program = pathOf('test/gateway/crossing/server.ts')

/** Two programs behind pipes that all callers share, and two servers over HTTP: each era, each way. */
export const servers = ['piped-old', 'piped-new', 'old', 'new'] as const
export type ServerName = (typeof servers)[number]

export const eraOf = (server: string): string => (server.endsWith('old') ? 'legacy' : 'modern')

export const runners = Object.fromEntries(
  servers
    .filter((server) => server.startsWith('piped'))
    .map((server) => [server, { command: process.execPath, arguments: [program, eraOf(server)] }]),
)

export interface Count {
  ran: number
  open: number
  most: number
  overtaken: number
  sessions: number
}

export async function startServers() {
  const start = (server: string) =>
    startProgram({
      args: [program, eraOf(server), '--http'],
      ready: /^listening (http:\S+)$/,
    })
  const [older, newer] = await Promise.all([start('old'), start('new')])
  return {
    upstreams: {
      'piped-old': { runner: 'piped-old' },
      'piped-new': { runner: 'piped-new' },
      old: { url: older.ready },
      new: { url: newer.ready },
    } satisfies Record<ServerName, object>,
    /** What the two over HTTP count, asked beside the gateway. */
    counts: () =>
      Promise.all(
        [older, newer].map(async ({ ready }) => (await fetch(new URL('/count', ready))).json()),
      ) as Promise<Count[]>,
    stop: () => Promise.all([older.stop(), newer.stop()]),
  }
}

/** What a client may be asked is a matter of sessions in the older era, which neither pipes nor the plane's endpoint have there. */
export const canAsk = (server: ServerName, era: 'legacy' | 'modern', isAtPlane: boolean) =>
  eraOf(server) === 'modern' || (server === 'old' && (era === 'modern' || !isAtPlane))

const named = (what: string, count: number) =>
  Array.from({ length: count }, (_, n) => `${what}-${n}`)
const agents = named('agent', 20)
const consumers = named('consumer', 10)

/** Every agent acts for every consumer: two hundred principals. */
export const clients = agents.flatMap((agent) =>
  consumers.map((consumer) => `${agent}@${consumer}`),
)

export const crossingPlane = (upstreams: Record<ServerName, object>): string => {
  const inPlane = { plane: 'ops', owner: 'tests' }
  return documents(
    document('Plane', { name: 'ops', tokenLifetime: '1h' }),
    ...consumers.map((name) => document('Consumer', { ...inPlane, name })),
    ...agents.map((name) => document('Agent', { ...inPlane, name, consumers })),
    ...servers.map((name) =>
      document('Server', {
        ...{ ...inPlane, name, upstream: upstreams[name] },
        tools: { relay: { class: 'read' }, count: { class: 'read' } },
      }),
    ),
    ...agents.flatMap((agent) =>
      consumers.map((consumer) =>
        document('Grant', {
          ...{ plane: 'ops', name: `${agent}-${consumer}`, agent, consumer, reason: 'a test' },
          allow: servers.map((server) => ({ server })),
        }),
      ),
    ),
  )
}
