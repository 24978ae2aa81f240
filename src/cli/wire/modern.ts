import type { JsonObject } from '#lib/json.ts'
import { classify, HEADER_MISMATCH, isObject, type RequestMessage } from '#mcp/messages.ts'
import type { ParamHeader } from '#mcp/param-headers.ts'
import type { Answer, Asked, Incoming } from './exchange.ts'
import { learnMirrors, modernHeaders } from './mirror.ts'
import { type Awaited, accepts, deliver, parse, relay } from './relay.ts'

/** Pages of `tools/list` read to learn what headers repeat. */
const pageLimit = 50

/**
 * The modern side of the bridge (MCP 2026-07-28, transports/streamable-http): every request stands
 * alone, and headers repeat what its body says. Which arguments of a tool they repeat is learnt from
 * the lists that pass through, and asked for where a call went out without.
 */
export const createModern = ({
  send,
  write,
}: {
  send: (asked: Asked) => Promise<Answer>
  write: (message: Buffer) => void
}): {
  ask(line: Buffer, message: RequestMessage, awaited: Awaited, signal: AbortSignal): Promise<number>
} => {
  const mirrors = new Map<string, readonly ParamHeader[]>()

  const post = (
    method: string,
    params: JsonObject,
    body: Buffer | string,
    signal: AbortSignal,
  ): Promise<Answer> => {
    const declared = method === 'tools/call' ? mirrors.get(String(params.name)) : undefined
    const headers = { ...accepts, ...modernHeaders(method, params, declared ?? []) }
    return send({ method: 'POST', headers, body, signal })
  }

  const hand = async (answer: Answer, awaited: Awaited, method: string): Promise<number> => {
    const hear: Awaited['hear'] = (message) => {
      if (method === 'tools/list' && message.kind === 'result')
        learnMirrors(message.result, mirrors)
    }
    await relay(answer, { ...awaited, hear }, write)
    return answer.status
  }

  /** The tools of the address, asked for as the client would: with its own envelope. */
  const learnTools = async ({ _meta }: JsonObject, signal: AbortSignal): Promise<void> => {
    const { progressToken: _, ...meta } = isObject(_meta) ? _meta : {}
    let cursor: string | undefined
    for (let page = 0; page < pageLimit; page++) {
      const params: JsonObject = { ...(cursor !== undefined && { cursor }), _meta: meta }
      const id = `bridge-${page}`
      const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list', params })
      cursor = undefined
      const answer = await post('tools/list', params, body, signal)
      for await (const { bytes } of answer.messages()) {
        const message = classify(parse(bytes) ?? null)
        if (message.kind !== 'result') continue
        learnMirrors(message.result, mirrors)
        const { nextCursor } = message.result
        if (typeof nextCursor === 'string') cursor = nextCursor
      }
      if (cursor === undefined) return
    }
  }

  return {
    async ask(line, { method, params = {} }, awaited, signal) {
      const first = await post(method, params, line, signal)
      if (first.status !== 400 || method !== 'tools/call') return await hand(first, awaited, method)
      const messages: Incoming[] = []
      for await (const one of first.messages()) messages.push(one)
      // §Client Behavior: after a header mismatch list the tools anew, and try once more.
      if (isHeaderMismatch(messages)) {
        await learnTools(params, signal)
        if ((mirrors.get(String(params.name))?.length ?? 0) > 0)
          return await hand(await post(method, params, line, signal), awaited, method)
      }
      for (const one of messages) deliver(one, awaited, write)
      return first.status
    },
  }
}

const isHeaderMismatch = (messages: readonly Incoming[]): boolean =>
  messages.some(({ bytes }) => {
    const message = classify(parse(bytes) ?? null)
    return message.kind === 'error' && message.error.code === HEADER_MISMATCH
  })
