import { dialects, type Peer, type Target } from './clients.ts'
import { type Caller, connectInspector, connectMcpc, type HttpTarget } from './terminals.ts'

/** A real client, as its users run it. */
export type Client = {
  name: string
  /** What it speaks to a server that speaks both. */
  era: 'legacy' | 'modern'
  connect(target: HttpTarget): Promise<Caller>
}

type Dialect = keyof typeof dialects

/** One of the two SDKs, over HTTP or as the parent of a stdio command. */
export const connectLibrary = async (dialect: Dialect, target: Target): Promise<Caller> =>
  callerOf(await dialects[dialect](target))

const library = (name: Dialect, era: Client['era']): Client => ({
  name,
  era,
  connect: (target) => connectLibrary(name, target),
})

export const clients: readonly Client[] = [
  library('SDK v1', 'legacy'),
  library('SDK v2 legacy', 'legacy'),
  library('SDK v2 auto', 'modern'),
  library('SDK v2 pinned to 2026-07-28', 'modern'),
  {
    name: 'Inspector legacy',
    era: 'legacy',
    connect: (target) => connectInspector(target, 'legacy'),
  },
  {
    name: 'Inspector modern',
    era: 'modern',
    connect: (target) => connectInspector(target, 'modern'),
  },
  { name: 'mcpc', era: 'legacy', connect: connectMcpc },
]

function callerOf(peer: Peer): Caller {
  return {
    toolNames: async () => (await peer.listTools()).map(({ name }) => name),
    async callTool(name, args = {}) {
      const { text, isError } = await peer.callTool(name, { ...args })
      return { text, isError }
    },
    close: () => peer.close(),
  }
}
