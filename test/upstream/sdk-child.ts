/** A server on the official SDK over standard input and output, in the era that it is first spoken to in. */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

serveStdio(() => {
  const server = new McpServer({ name: 'sdk', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.registerTool('hello', { description: 'Says hello.' }, () => ({
    content: [{ type: 'text', text: 'hello' }],
  }))
  return server
})
