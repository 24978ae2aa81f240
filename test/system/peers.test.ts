// Writes docs/peers.md where UPDATE_PEERS is set: UPDATE_PEERS=1 npm run test:system -- system/peers
// Takes minutes.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { connectV1 } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { cellOf, type MatrixServer, matrixClients, tableOf, versioned } from '../peers/matrix.ts'
import { openPlane } from '../peers/plane.ts'
import { pathOf } from '../peers/program.ts'
import {
  everythingCommand,
  type HttpServer,
  packageCommand,
  type StdioServer,
  startEverything,
  startEverythingSse,
  startMcpProxy,
} from '../peers/servers.ts'

const page = pathOf('docs/peers.md')
const official = (name: string) => `@modelcontextprotocol/server-${name}/dist/index.js`
const echo = { tool: 'echo', args: { message: 'hello' } }
const thought = {
  tool: 'sequentialthinking',
  args: { thought: 'one', thoughtNumber: 1, totalThoughts: 1, nextThoughtNeeded: false },
}
const everything = versioned('@modelcontextprotocol/server-everything')
const proxy = versioned('mcp-proxy')

const servers: readonly MatrixServer[] = [
  { name: 'everything-stdio', title: `${everything}, stdio`, harmless: echo },
  { name: 'everything-http', title: `${everything}, streamable HTTP`, harmless: echo },
  { name: 'everything-sse', title: `${everything}, HTTP+SSE`, harmless: echo },
  { name: 'proxy', title: `${proxy} before it, streamable HTTP`, harmless: echo },
  {
    name: 'filesystem',
    title: `${versioned('@modelcontextprotocol/server-filesystem')}, stdio`,
    harmless: { tool: 'list_allowed_directories', args: {} },
  },
  {
    name: 'memory',
    title: `${versioned('@modelcontextprotocol/server-memory')}, stdio, one for each caller`,
    harmless: { tool: 'read_graph', args: {} },
  },
  {
    name: 'thinking',
    title: `${versioned('@modelcontextprotocol/server-sequential-thinking')}, stdio`,
    harmless: thought,
  },
  { name: 'playwright', title: `${versioned('@playwright/mcp')}, stdio`, harmless: undefined },
  { name: 'mongodb', title: `${versioned('mongodb-mcp-server')}, stdio`, harmless: undefined },
]

const commands = (folder: string): Record<string, StdioServer> => ({
  'everything-stdio': everythingCommand(),
  filesystem: packageCommand(official('filesystem'), [folder]),
  memory: packageCommand(official('memory'), [], { MEMORY_FILE_PATH: `${folder}/{caller}.jsonl` }),
  thinking: packageCommand(official('sequential-thinking')),
  playwright: packageCommand('@playwright/mcp/cli.js', ['--headless']),
  mongodb: packageCommand('mongodb-mcp-server/dist/esm/index.js', [], {
    HOME: folder,
    MDB_MCP_TELEMETRY: 'disabled',
  }),
})

const toolsOf = async (command: StdioServer): Promise<string[]> => {
  const peer = await connectV1(command)
  const names = (await peer.listTools()).map(({ name }) => name)
  await peer.close()
  return names
}

describe('Real clients at real servers, through the gateway', () => {
  const started: HttpServer[] = []
  const cells = new Map<string, string>()
  let folder: string
  let gateway: Gateway

  before(async () => {
    folder = await mkdtemp(`${tmpdir()}/peers-`)
    started.push(await startEverything(), await startEverythingSse())
    started.push(await startMcpProxy(everythingCommand()))
    const [http, sse, front] = started
    const urls = new Map([
      ['everything-http', http?.url],
      ['everything-sse', sse?.url],
      ['proxy', front?.url],
    ])
    const runs = commands(folder)
    const planned = servers.map(async ({ name }) => {
      const url = urls.get(name)
      const tools = await toolsOf(runs[name] ?? everythingCommand())
      const upstream = url === undefined ? { runner: name } : { url }
      return { name, upstream, offers: { tools, prompts: [], resources: [] } }
    })
    const runners = Object.fromEntries(
      Object.entries(runs).map(([name, { command, args, env }]) => [
        name,
        {
          ...{ command, arguments: args, environment: env },
          ...(name === 'memory' && { perCaller: {} }),
        },
      ]),
    )
    gateway = await startGateway({
      documents: openPlane(await Promise.all(planned)),
      config: { runners },
    })
  })
  after(async () => {
    await gateway?.stop()
    for (const one of started) await one.stop()
    await rm(folder, { recursive: true, force: true })
  })

  for (const client of matrixClients)
    test(`${client.name} at each of them`, async () => {
      for (const server of servers) {
        const cell = await cellOf(gateway, client, server, cells)
        cells.set(`${client.name} ${server.name}`, cell)
      }
    })

  test('The table of docs/peers.md is what they did', () => {
    const table = tableOf(servers, cells)
    const written = readFileSync(page, 'utf8')
    const at = written.indexOf('| server |')
    if (process.env.UPDATE_PEERS !== undefined) {
      writeFileSync(page, `${written.slice(0, at)}${table}\n`)
      return
    }
    assert.equal(
      written.slice(at).trim(),
      table,
      'Look at what changed; UPDATE_PEERS=1 npm run test:system -- system/peers writes it.',
    )
  })

  test('No cell is a failure that nobody can explain', () => {
    const failed = [...cells].filter(([, cell]) => cell.startsWith('failed'))
    assert.deepEqual(failed, [])
  })
})
