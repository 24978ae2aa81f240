import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * The dumbest balancer: every request goes to the next process, whatever connection, session or caller
 * it belongs to. One that refuses the connection is passed over; what was sent to one that dies is lost.
 */
export const startRoundRobin = async () => {
  let backends: number[] = []
  let turn = 0
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })

  const pass = (
    { method, url, rawHeaders }: IncomingMessage,
    body: Buffer,
    answer: ServerResponse,
    tries: number,
  ): void => {
    const port = backends[turn++ % backends.length]
    const about = { host: '127.0.0.1', port, method, path: url, headers: rawHeaders, agent }
    const out = request(about, (came) => {
      answer.writeHead(came.statusCode ?? 502, came.rawHeaders)
      answer.flushHeaders()
      came.pipe(answer)
      came.once('error', () => answer.destroy())
      came.once('close', () => came.complete || answer.destroy())
    })
    answer.once('close', () => out.destroy())
    out.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && tries < backends.length)
        return pass({ method, url, rawHeaders } as IncomingMessage, body, answer, tries + 1)
      if (answer.headersSent) answer.destroy()
      else answer.writeHead(502).end()
    })
    out.end(body)
  }

  const server = createServer((asked, answer) => {
    const chunks: Buffer[] = []
    asked.on('data', (chunk: Buffer) => chunks.push(chunk))
    asked.once('end', () => pass(asked, Buffer.concat(chunks), answer, 1))
    asked.once('error', () => answer.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    /** Ports of the processes that take turns from now on. */
    turnTo(ports: readonly number[]) {
      backends = [...ports]
    },
    async stop() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
