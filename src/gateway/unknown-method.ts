import { errorBytes, METHOD_NOT_FOUND } from '#mcp/messages.ts'
import type { Ask } from './exchange.ts'
import type { Reply } from './reply.ts'

/** −32601; with 404 in the modern era (2026-07-28, transports §Error Handling). */
export const unknownMethod = (ask: Ask, reply: Reply): void =>
  reply.finish(errorBytes(ask.id, METHOD_NOT_FOUND, 'Method not found'), {
    status: ask.era === 'modern' ? 404 : 200,
  })
