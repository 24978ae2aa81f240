// What the suite starts as the client under test: an agent behind a gateway whose one server is the
// suite's own. What the suite then hears is what the gateway says to servers.

import { setTimeout as pause } from 'node:timers/promises'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { reachRunning } from '#cli/control.ts'
import { startGateway } from '../peers/gateway.ts'
import { agent, openPlane, plane } from '../peers/plane.ts'

const url = String(process.argv.at(-1))
const { MCP_CONFORMANCE_SCENARIO: scenario = '', MCP_CONFORMANCE_PROTOCOL_VERSION: revision } =
  process.env
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}') as {
  toolCalls?: { name: string; arguments: Record<string, unknown> }[]
}

/** What a gateway that starts anew finds at the suite's server. */
interface Found {
  readonly kind: string
  readonly name: string
}

/** Once it has asked; a server may offer nothing at all. */
const found = async (): Promise<readonly Found[]> => {
  for (let tries = 0; tries < 200; tries++) {
    const { state, capabilities } = await ask('serverShow', { plane, server: 'suite' })
    if (state === 'up' && (capabilities.length > 0 || tries > 100)) return capabilities
    await pause(50)
  }
  throw new Error(`the suite's server never came up: ${gateway.output()}`)
}

const documentsFor = (all: readonly Found[]): string => {
  const named = (...kinds: string[]) =>
    all.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name)
  const offers = {
    tools: named('tool'),
    prompts: named('prompt'),
    resources: named('resource', 'template'),
  }
  return openPlane([{ name: 'suite', upstream: { url }, offers }])
}

type Schemas = ReadonlyMap<string, unknown>
/** What the suite wants to be called with, where it does not say so itself. */
const argumentsFor: Readonly<Record<string, (schemas: Schemas) => Record<string, unknown>>> = {
  add_numbers: () => ({ a: 5, b: 3 }),
  valid_tool: () => ({ region: 'us-west1' }),
  lookup_user: () => ({ id: 'u-1' }),
  json_schema_echo: (schemas) => ({ schema: schemas.get('json_schema_2020_12_tool') }),
}

/** The suite calls with null what its own schema says is a boolean: the gateway refuses that, and an agent leaves it out. */
const withoutNull = (call: { name: string; arguments: Record<string, unknown> }) => ({
  ...call,
  arguments: Object.fromEntries(
    Object.entries(call.arguments).filter(([, value]) => value !== null),
  ),
})

/** Everything that the agent is offered is used once; what is refused is no matter of the suite's. */
const useAll = async (client: Client): Promise<void> => {
  const tried = (work: Promise<unknown>) =>
    work.catch((thrown: unknown) => console.error(`${scenario}: ${thrown}`))
  const { tools } = await client.listTools()
  const schemas = new Map(tools.map(({ name, inputSchema }) => [name, inputSchema]))
  const calls =
    context.toolCalls ??
    tools.map(({ name }) => ({ name, arguments: argumentsFor[name]?.(schemas) ?? {} }))
  for (const call of calls) await tried(client.callTool(withoutNull(call)))
  const { resources = [], prompts = [] } = {
    ...(await client.listResources().catch(() => ({}))),
    ...(await client.listPrompts().catch(() => ({}))),
  }
  for (const { uri } of resources) await tried(client.readResource({ uri }))
  for (const { name } of prompts) await tried(client.getPrompt({ name }))
}

const gateway = await startGateway({})
const { ask } = await reachRunning(gateway.data)
try {
  const apply = (text: string) =>
    ask('apply', { files: [{ name: 'suite', text }], set: 'suite', prune: false, dryRun: false })
  await apply(documentsFor([]))
  await apply(documentsFor(await found()))
  const endpoint = `${gateway.origin}/mcp/${plane}/suite`
  const authorization = `Bearer ${await gateway.token(agent, endpoint)}`
  const client = new Client(
    { name: 'agent', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: { applyDefaults: true } } },
      versionNegotiation: { mode: revision === '2026-07-28' ? 'auto' : 'legacy' },
    },
  )
  client.setRequestHandler('elicitation/create', async () => ({
    action: 'accept',
    content: context.toolCalls || revision !== '2026-07-28' ? {} : { confirmed: true },
  }))
  // A plane without anything for this agent answers like one that is not there.
  const reached = await client
    .connect(
      new StreamableHTTPClientTransport(new URL(endpoint), {
        requestInit: { headers: { authorization } },
      }),
    )
    .then(
      () => true,
      (thrown: unknown) => {
        console.error(`${scenario}: ${thrown}`)
        return false
      },
    )
  if (reached) await useAll(client)
  await client.close()
} finally {
  await gateway.stop()
}
process.exit(0)
