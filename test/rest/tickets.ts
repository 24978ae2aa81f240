import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it reached the API. */
export interface Reached {
  readonly method: string
  readonly target: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A real API of tickets, and all that reached it. */
export interface Tickets {
  readonly url: string
  readonly reached: Reached[]
  /** Answers what waits at /slow, which else is never answered. */
  answerSlow(): void
  close(): Promise<void>
}

const text = { type: 'string' }

/** Its OpenAPI document; `more` are paths beside these. */
export const ticketsDocument = (more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: {
    '/tickets': {
      get: {
        operationId: 'listTickets',
        summary: 'All tickets of a line.',
        parameters: [
          { name: 'q', in: 'query', schema: text },
          { name: 'line', in: 'query', schema: { type: 'integer' } },
        ],
      },
      post: {
        operationId: 'createTicket',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { type: 'object', properties: { title: text }, required: ['title'] },
            },
          },
        },
      },
    },
    '/tickets/{id}': {
      get: {
        operationId: 'getTicket',
        parameters: [
          { name: 'id', in: 'path', required: true, schema: text },
          { name: 'X-Tag', in: 'header', schema: text },
        ],
      },
      head: {
        operationId: 'hasTicket',
        parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
      },
      delete: {
        operationId: 'deleteTicket',
        parameters: [{ name: 'id', in: 'path', required: true, schema: text }],
      },
    },
    '/tickets/export': { get: { operationId: 'exportTickets' } },
    '/moved': { get: { operationId: 'moved' } },
    '/broken': { get: { operationId: 'broken' } },
    '/large': { get: { operationId: 'large' } },
    '/slow': { get: { operationId: 'slow' } },
    ...more,
  },
})

const ticket = { id: '42', title: 'The press is loud', email: 'ada@example.com' }

export async function startTickets(): Promise<Tickets> {
  const reached: Reached[] = []
  const slow: (() => void)[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: target = '', headers } = request
    reached.push({ method, target, headers, body: Buffer.concat(chunks).toString() })
    const json = (status: number, body: unknown, more: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...more })
      response.end(method === 'HEAD' ? undefined : JSON.stringify(body))
    }
    const path = target.split('?')[0]
    if (path === '/v1/moved') return json(302, {}, { location: '/v1/tickets' })
    if (path === '/v1/broken') return json(500, { error: 'out of paper' })
    if (path === '/v1/large') return json(200, 'x'.repeat(200_000))
    if (path === '/v1/slow') {
      slow.push(() => json(200, ticket))
      return
    }
    if (method === 'POST')
      return json(201, ticket, {
        location: '/v1/tickets/42',
        'set-cookie': 'a=b',
        etag: '"1"',
        link: '</v1/tickets>; rel="next"',
        'access-control-allow-origin': '*',
      })
    if (path === '/v1/tickets')
      return json(200, [ticket], { 'cache-control': 'public, max-age=60' })
    return json(200, ticket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    reached,
    answerSlow() {
      for (const answer of slow.splice(0)) answer()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
