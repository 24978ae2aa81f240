import type { OwnSession } from './found.ts'
import type { HttpWire } from './http-wire.ts'
import type { Outbound } from './upstream.ts'

/**
 * MCP 2025-11-25, transports §Session Management: a client that needs a session no longer SHOULD
 * delete it. Never rejects.
 */
export function leaveSession(
  wire: HttpWire,
  { id }: OwnSession,
  loan: Outbound['loan'],
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (id === undefined) resolve()
  else {
    const headers = ['mcp-session-id', id]
    const sink = { head() {}, message: () => true, end: () => resolve(), fail: () => resolve() }
    wire.send({ ...DELETE, headers, loan }, sink)
  }
  return promise
}

const DELETE = {
  httpMethod: 'DELETE',
  era: 'legacy',
  body: new Uint8Array(0),
  id: undefined,
  method: '',
  timeoutMs: 2000,
  endMs: 2000,
} as const
