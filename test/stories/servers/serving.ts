import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  localhostHostValidation,
  type NodeIncomingMessageLike,
  toNodeHandler,
} from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server'

/** MCP servers on one free port of loopback, each at a path of its own. */
export type Serving = { url(name: string): string; stop(): Promise<void> }

/** With the headers of the request that it is made for. */
export type Make = (asked: { headers: Headers | undefined }) => McpServer

/** Each is made anew for every request, as the official SDK does it, and speaks both eras. */
export async function serve(servers: Record<string, Make>): Promise<Serving> {
  const handlers = new Map(
    Object.entries(servers).map(([name, make]) => [
      `/${name}`,
      createMcpHandler(({ requestInfo }) => make({ headers: requestInfo?.headers })),
    ]),
  )
  const checkHost = localhostHostValidation()
  const listener = createServer((request, response) => {
    const handler = handlers.get(request.url ?? '')
    if (!handler || !checkHost(request, response)) return void response.writeHead(404).end()
    // The SDK's declaration does not fit exactOptionalPropertyTypes.
    const handle = toNodeHandler(handler)
    handle(request as NodeIncomingMessageLike, response).catch(() => response.destroy())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: (name) => `http://127.0.0.1:${port}/${name}`,
    async stop() {
      for (const handler of handlers.values()) await handler.close()
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
}

export const text = (words: string): { type: 'text'; text: string } => ({
  type: 'text',
  text: words,
})
