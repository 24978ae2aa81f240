import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBridge } from '#cli/wire/bridge.ts'
import { createWire } from '#cli/wire/exchange.ts'
import { createTokens } from '#cli/wire/tokens.ts'

/** A request as the scripted gateway got it. */
export interface Seen {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: Message
  /** Resolves when the caller went away before the answer was complete. */
  readonly gone: Promise<void>
}

export interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: unknown
}

export type Script = (seen: Seen, response: ServerResponse) => void | Promise<void>

export const answerJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

export const result = (id: string | number | undefined, value: object = {}) => ({
  jsonrpc: '2.0',
  id,
  result: value,
})

/** An HTTP server that answers as a test says, and a bridge in front of it. */
export const createWorld = async (script: Script) => {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const one: Seen = {
      method: request.method ?? '',
      headers: request.headers,
      body: text === '' ? {} : JSON.parse(text),
      gone: new Promise((resolve) => response.once('close', () => resolve())),
    }
    seen.push(one)
    await script(one, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const written: Message[] = []
  const said: string[] = []
  let wakes: (() => void)[] = []
  let tokens = 0
  const fetch = async () => ({ token: `token-${++tokens}`, expiresInS: 300 })
  const bridge = createBridge({
    wire: createWire(`http://127.0.0.1:${port}/mcp/ops`),
    tokens: createTokens(await fetch(), fetch, () => 0),
    write(line) {
      const text = line.toString()
      if (text.includes('\n')) throw new Error('a message of more than one line')
      written.push(JSON.parse(text))
      for (const wake of wakes) wake()
      wakes = []
    },
    say: (text) => said.push(text),
  })
  return {
    seen,
    written,
    said,
    send: (message: unknown) =>
      bridge.receive(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message))),
    sendTooLong: () => bridge.receive('too long'),
    /** Waits for the message that fits, among those written so far and later. */
    async hear(fits: (message: Message) => boolean): Promise<Message> {
      for (;;) {
        const found = written.find(fits)
        if (found) return found
        await new Promise<void>((resolve) => {
          wakes.push(resolve)
        })
      }
    },
    end: (graceMs: number) => bridge.end(graceMs),
    async close() {
      await bridge.end(0)
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const modernMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

export const modern = (id: number | string, method: string, params: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method,
  params: { ...params, _meta: modernMeta },
})

export const legacy = (id: number | string, method: string, params: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})
