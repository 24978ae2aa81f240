import { readFileSync } from 'node:fs'
import { clients, connectLibrary } from './callers.ts'
import type { Gateway } from './gateway.ts'
import { agent, plane } from './plane.ts'
import { pathOf } from './program.ts'
import { packageCommand } from './servers.ts'
import type { Caller } from './terminals.ts'

/** A server of the matrix, as the gateway has it. */
export interface MatrixServer {
  readonly name: string
  /** As the table names it. */
  readonly title: string
  /** Undefined where there is none that needs nothing of the machine. */
  readonly harmless: { readonly tool: string; readonly args: object } | undefined
}

export interface MatrixClient {
  readonly name: string
  readonly era: 'legacy' | 'modern'
  connect(gateway: Gateway, server: string): Promise<Caller>
}

/** `name 1.2.3`, as it is installed here. */
export const versioned = (name: string): string => {
  const file = readFileSync(pathOf(`node_modules/${name}/package.json`), 'utf8')
  return `${name.replace('@modelcontextprotocol/', '')} ${(JSON.parse(file) as { version: string }).version}`
}

const target = async (gateway: Gateway, server: string) => {
  const url = `${gateway.origin}/mcp/${plane}/${server}`
  return { url, token: await gateway.token(agent, url) }
}

/** Every client that comes in over HTTP, and two programs that are a stdio server to theirs. */
export const matrixClients: readonly MatrixClient[] = [
  ...clients.map(({ name, era, connect }) => ({
    ...{ name, era },
    connect: async (gateway: Gateway, server: string) => connect(await target(gateway, server)),
  })),
  {
    name: 'mcp-remote',
    era: 'legacy',
    async connect(gateway, server) {
      const { url, token } = await target(gateway, server)
      const args = [url, '--allow-http', '--silent', '--header', `Authorization: Bearer ${token}`]
      const env = { HOME: gateway.data, MCP_REMOTE_CONFIG_DIR: `${gateway.data}.mcp-remote` }
      return connectLibrary('SDK v1', packageCommand('mcp-remote/dist/proxy.js', args, env))
    },
  },
  {
    name: 'bailiwick connect',
    era: 'legacy',
    connect(gateway, server) {
      const where = [`${plane}/${server}`, '--as', agent, '--data', gateway.data]
      const args = [pathOf('src/main.ts'), 'connect', ...where]
      return connectLibrary('SDK v1', { command: process.execPath, args, env: {} })
    },
  },
]

/** What came of a client at a server: what it listed and called, or why it could not. */
export async function cellOf(
  gateway: Gateway,
  client: MatrixClient,
  { name, harmless }: MatrixServer,
  cells: ReadonlyMap<string, string>,
): Promise<string> {
  try {
    const caller = await client.connect(gateway, name)
    try {
      const listed = `tools ${(await caller.toolNames()).length}`
      if (harmless === undefined) return listed
      const { isError } = await caller.callTool(harmless.tool, harmless.args)
      return `${listed}, ${isError ? 'call failed' : 'called'}`
    } finally {
      await caller.close()
    }
  } catch (thrown) {
    // Some swallow what they were told: an SDK of their era was told the same.
    const witness = cells.get(`${witnesses[client.era]} ${name}`)
    return witness === otherEra ? otherEra : whyNot(String(thrown))
  }
}

const witnesses = { legacy: 'SDK v1', modern: 'SDK v2 pinned to 2026-07-28' } as const
const otherEra = 'refused: the server is of the other era'

/** The gateway names the revisions that a server can be spoken to in; each client tells it in its own words. */
function whyNot(said: string): string {
  const isEra = /-32022|unsupported[ _]?protocol|the server behind this address speaks/i
  if (isEra.test(said)) return otherEra
  const words = said.replaceAll(/https?:\S+|\/\S+/g, '…').replaceAll(/[\s|]+/g, ' ')
  return `failed: ${words.slice(0, 100)}`
}

export function tableOf(
  servers: readonly MatrixServer[],
  cells: ReadonlyMap<string, string>,
): string {
  const heads = ['server', ...matrixClients.map(({ name }) => name)]
  const rows = servers.map(({ name, title }) => [
    title,
    ...matrixClients.map((client) => cells.get(`${client.name} ${name}`) ?? ''),
  ])
  return [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
