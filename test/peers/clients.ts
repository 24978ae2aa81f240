import { StreamableHTTPClientTransport, Client as V2Client } from '@modelcontextprotocol/client'
import { StdioClientTransport as V2Stdio } from '@modelcontextprotocol/client/stdio'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as V1Stdio } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as V1Http } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport as V1Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { baseEnv } from './program.ts'
import type { StdioServer } from './servers.ts'

/** Where a client connects to. */
export type Target = { url: string; token?: string } | StdioServer

/** What every scripted client can do, whichever SDK it is made of. */
export type Peer = {
  readonly era: 'legacy' | 'modern'
  listTools(): Promise<{ name: string; description: string }[]>
  /** Text is all text content in one; a protocol error rejects. */
  callTool(name: string, args?: Record<string, unknown>, told?: Told): Promise<ToolAnswer>
  listResources(): Promise<string[]>
  /** The templates as they are written. */
  listTemplates(): Promise<string[]>
  /** The text of the first content. */
  readResource(uri: string): Promise<string>
  listPrompts(): Promise<string[]>
  /** The text of the first message. */
  getPrompt(name: string, args: Record<string, string>): Promise<string>
  /** Calls back for each `notifications/tools/list_changed`; returns when the server listens. */
  onToolsChanged(changed: () => void): Promise<void>
  close(): Promise<void>
}

export type ToolAnswer = { text: string; structured: unknown; isError: boolean }
export type Told = (progress: number, total: number | undefined) => void

/** The v2 SDK's ways to settle the era, and the v1 SDK, which knows only the handshake. */
export const dialects = {
  'SDK v1': (target: Target) => connectV1(target),
  'SDK v2 legacy': (target: Target) => connectV2(target, 'legacy'),
  'SDK v2 auto': (target: Target) => connectV2(target, 'auto'),
  'SDK v2 pinned to 2026-07-28': (target: Target) => connectV2(target, { pin: '2026-07-28' }),
} as const

export const legacyDialects = ['SDK v1', 'SDK v2 legacy'] as const
export const modernDialects = ['SDK v2 auto', 'SDK v2 pinned to 2026-07-28'] as const

const info = { name: 'scripted-agent', version: '1.0.0' }

/** The bearer header as `requestInit`, for those who have a token. */
const withToken = (token: string | undefined) =>
  token === undefined ? {} : { requestInit: { headers: { authorization: `Bearer ${token}` } } }

const childOf = ({ command, args, env }: StdioServer) => ({
  command,
  args,
  env: { ...baseEnv(), ...env },
  stderr: 'ignore' as const,
})

export async function connectV1(target: Target): Promise<Peer> {
  const client = new V1Client(info)
  const http = 'url' in target
  const transport = http
    ? new V1Http(new URL(target.url), withToken(target.token))
    : new V1Stdio(childOf(target))
  // The SDK's own declarations do not fit together under exactOptionalPropertyTypes.
  await client.connect(transport as V1Transport)
  return {
    era: 'legacy',
    async listTools() {
      const { tools } = await client.listTools()
      return tools.map(({ name, description = '' }) => ({ name, description }))
    },
    async callTool(name, args = {}, told) {
      const answer = await client.callTool(
        { name, arguments: args },
        undefined,
        told ? { onprogress: ({ progress, total }) => told(progress, total) } : {},
      )
      return toolAnswer(answer)
    },
    listResources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    listTemplates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(
        ({ uriTemplate }) => uriTemplate,
      ),
    readResource: async (uri) => firstText((await client.readResource({ uri })).contents),
    listPrompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    getPrompt: async (name, args) =>
      firstText(
        (await client.getPrompt({ name, arguments: args })).messages.map((one) => one.content),
      ),
    async onToolsChanged(changed) {
      client.setNotificationHandler(ToolListChangedNotificationSchema, changed)
    },
    async close() {
      if (transport instanceof V1Http) await transport.terminateSession()
      await client.close()
    },
  }
}

type Mode = 'legacy' | 'auto' | { pin: string }

export async function connectV2(target: Target, mode: Mode): Promise<Peer> {
  const client = new V2Client(info, { versionNegotiation: { mode } })
  const transport =
    'url' in target
      ? new StreamableHTTPClientTransport(new URL(target.url), withToken(target.token))
      : new V2Stdio(childOf(target))
  await client.connect(transport)
  const era = client.getProtocolEra() ?? 'legacy'
  return {
    era,
    async listTools() {
      const { tools } = await client.listTools(undefined, { cacheMode: 'refresh' })
      return tools.map(({ name, description = '' }) => ({ name, description }))
    },
    async callTool(name, args = {}, told) {
      const answer = await client.callTool(
        { name, arguments: args },
        told ? { onprogress: ({ progress, total }) => told(progress, total) } : {},
      )
      return toolAnswer(answer)
    },
    listResources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    listTemplates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(
        ({ uriTemplate }) => uriTemplate,
      ),
    readResource: async (uri) => firstText((await client.readResource({ uri })).contents),
    listPrompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    getPrompt: async (name, args) =>
      firstText(
        (await client.getPrompt({ name, arguments: args })).messages.map((one) => one.content),
      ),
    async onToolsChanged(changed) {
      client.setNotificationHandler('notifications/tools/list_changed', changed)
      if (era === 'modern') await client.listen({ toolsListChanged: true })
    },
    async close() {
      if (era === 'legacy' && transport instanceof StreamableHTTPClientTransport)
        await transport.terminateSession()
      await client.close()
    },
  }
}

function toolAnswer(answer: Record<string, unknown>): ToolAnswer {
  const content = Array.isArray(answer.content) ? answer.content : []
  const text = content.flatMap((part) => textOf(part) ?? []).join('\n')
  return { text, structured: answer.structuredContent, isError: answer.isError === true }
}

const firstText = (parts: unknown[]): string => textOf(parts[0]) ?? ''

function textOf(part: unknown): string | undefined {
  if (part === null || typeof part !== 'object' || !('text' in part)) return undefined
  return typeof part.text === 'string' ? part.text : undefined
}
