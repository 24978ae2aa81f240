// What Node's own parts take before anything of ours runs: node:http in front, undici behind, the body
// collected, nothing read and nothing checked.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { serveParent } from './process.ts'

const pool = new Pool(`http://127.0.0.1:${process.argv[2]}`, { connections: 128, pipelining: 1 })
const passed = ['content-type', 'accept', 'mcp-protocol-version', 'mcp-method', 'mcp-name']

const headersOf = ({ headers }: IncomingMessage): string[] =>
  passed.flatMap((name) => [name, String(headers[name])])

const relay = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
  const chunks: Buffer[] = []
  let status = 0
  const options = { method: 'POST', path: '/mcp', headers: headersOf(request), body } as const
  pool.dispatch(options, {
    onRequestStart() {},
    onResponseStart(_, given) {
      status = given
    },
    onResponseData(_, chunk) {
      chunks.push(chunk)
    },
    onResponseEnd() {
      const bytes = Buffer.concat(chunks)
      const head = { 'content-type': 'application/json', 'content-length': bytes.length }
      response.writeHead(status, head).end(bytes)
    },
    onResponseError() {
      response.destroy()
    },
  })
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => relay(request, response, Buffer.concat(chunks)))
})
server.listen(0, '127.0.0.1', () =>
  serveParent({ port: (server.address() as AddressInfo).port }, () => undefined),
)
