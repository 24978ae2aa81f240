import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { text } from './serving.ts'

/** A server of a department: tools that say who was asked for what. */
export function createDesk(name: string, tools: readonly string[]): McpServer {
  const server = new McpServer({ name, version: '1.0.0' })
  for (const tool of tools)
    server.registerTool(
      tool,
      { description: `${tool} of ${name}`, inputSchema: z.strictObject({ id: z.string() }) },
      ({ id }) => ({ content: [text(`${name} ${tool} ${id}`)] }),
    )
  return server
}
