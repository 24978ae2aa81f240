import { acceptedContent, inputRequired, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'

/** A program that speaks 2026-07-28 alone over its pipes, with one tool that asks first. */
const requestedSchema = {
  type: 'object' as const,
  properties: { name: { type: 'string' as const } },
  required: ['name'],
}
serveStdio(
  () => {
    const server = new McpServer(
      { name: 'piped', version: '1.0.0' },
      { capabilities: { tools: { listChanged: true }, logging: {} } },
    )
    const about = { description: 'asks', inputSchema: z.object({}) }
    server.registerTool('asks', about, (_args, { mcpReq }) => {
      const said = acceptedContent<{ name: string }>(mcpReq.inputResponses, 'who')?.name
      if (said !== undefined) return { content: [{ type: 'text', text: said }] }
      const who = inputRequired.elicit({ message: 'Who?', requestedSchema })
      return inputRequired({ inputRequests: { who } })
    })
    return server
  },
  { legacy: 'reject' },
)
