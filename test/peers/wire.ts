import { once } from 'node:events'
import { request } from 'node:http'

/** One HTTP exchange with nothing between the test and the bytes: even Host can be wrong. */
export type Exchange = { status: number; headers: NodeJS.Dict<string | string[]>; body: string }

export type WireRequest = {
  method?: string
  headers?: Record<string, string>
  body?: string | object
}

/** Sends it and reads the answer to its end; an event stream that stays open never returns. */
export async function exchange(
  url: string,
  { method = 'POST', headers = {}, body }: WireRequest,
): Promise<Exchange> {
  const outbound = request(url, { method, headers: { ...usual, ...headers }, agent: false })
  outbound.end(typeof body === 'object' ? JSON.stringify(body) : body)
  const [inbound] = await once(outbound, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of inbound) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  return { status: inbound.statusCode, headers: inbound.headers, body: text }
}

const usual = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** A well-formed request of 2026-07-28: body and the headers that mirror it. */
export function modern(method: string, params: { name?: string; uri?: string } = {}) {
  const name = params.name ?? params.uri
  return {
    headers: {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    } as Record<string, string>,
    body: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: { ...envelope } } },
  }
}

/** A request of the older revisions. */
export const legacy = (method: string, params: object = {}) => ({
  body: { jsonrpc: '2.0', id: 1, method, params },
})
