import { randomBytes } from 'node:crypto'

/** What shows that an answer is the one that was asked for: one of the statuses, and a text of its body. */
export interface Expected {
  readonly statuses: readonly number[]
  readonly text: string
}

/** Where calls go and what an answer must hold to count as one. */
export interface Target {
  readonly port: number
  readonly path: string
  readonly tool: string
  readonly expect: Expected
}

/** Text at the beginning of every answer of the bench's server, so that no refusal passes for one. */
export const answerMark = 'measured:'
export const answered: Expected = { statuses: [200], text: answerMark }

/** A token stays with ten calls: so one call in ten carries one that nobody has seen yet. */
export const callsPerToken = 10

const body = (tool: string) =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: tool,
      arguments: { query: 'how the invoices of last week were paid, and by whom' },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  })

/** One request of 2026-07-28 as it goes over the wire, head and body in one; no token, no Authorization. */
export const requestBytes = ({ port, path, tool }: Target, token: string | undefined): Buffer => {
  const text = body(tool)
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    'MCP-Protocol-Version: 2026-07-28',
    'Mcp-Method: tools/call',
    `Mcp-Name: ${tool}`,
    ...(token === undefined ? [] : [`Authorization: Bearer ${token}`]),
    `Content-Length: ${Buffer.byteLength(text)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`)
}

/** As long as a token of ours, for those who do not look at it. */
export const strangeTokens = (count: number): string[] =>
  Array.from({ length: count }, () => randomBytes(400).toString('base64url'))
