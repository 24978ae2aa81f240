import { once } from 'node:events'
import { createServer } from 'node:http'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, type McpServer } from '@modelcontextprotocol/server'
import { addAskingRounds } from './fixture/asking-rounds.ts'
import { createFixture } from './fixture.ts'
import type { HttpServer } from './servers.ts'

type Handler = ReturnType<typeof createMcpHandler>

/** Serves 2026-07-28 and nothing older, on the official SDK, on a free port of loopback. */
export async function serveModern(
  make: (notify: Handler['notify']) => McpServer,
): Promise<HttpServer & { notify: Handler['notify'] }> {
  const handler = createMcpHandler(() => make(handler.notify), { legacy: 'reject' })
  const serve = toNodeHandler(handler)
  const listener = createServer((request, response) => {
    // The SDK's declaration does not fit exactOptionalPropertyTypes.
    serve(request as NodeIncomingMessageLike, response).catch(() => response.destroy())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    notify: handler.notify,
    async stop() {
      await handler.close()
      listener.close()
      listener.closeAllConnections()
      await once(listener, 'close')
    },
  }
}

/** The server that the conformance suite asks for, in that era alone. */
export const startModernFixture = (): Promise<HttpServer> =>
  serveModern((notify) => createFixture(notify, addAskingRounds))
