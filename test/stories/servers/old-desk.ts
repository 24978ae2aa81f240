// The same on SDK v1, which knows the older revisions alone, over standard input and output.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { z } from 'zod'

const [name = '', ...tools] = process.argv.slice(2)
const server = new McpServer({ name, version: '1.0.0' })
for (const tool of tools)
  server.registerTool(
    tool,
    { description: `${tool} of ${name}`, inputSchema: { id: z.string() } },
    ({ id }) => ({ content: [{ type: 'text', text: `${name} ${tool} ${id}` }] }),
  )
await server.connect(new StdioServerTransport())
