import { Agent, request } from 'node:http'
import { modern } from '../peers/wire.ts'

/** What one call came to: the HTTP status and the JSON-RPC message, or `undefined` where the connection broke. */
export type Told =
  | { status: number; text: string; headers: NodeJS.Dict<string | string[]> }
  | undefined

/** A caller that keeps its connections, for many calls at once. */
export function createCaller(url: string, token: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const send = (body: string, headers: Record<string, string>): Promise<Told> =>
    new Promise((resolve) => {
      const outbound = request(url, {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token}`,
          'content-length': String(Buffer.byteLength(body)),
          ...headers,
        },
      })
      outbound.on('error', () => resolve(undefined))
      outbound.on('response', (inbound) => {
        const chunks: Buffer[] = []
        inbound.on('data', (chunk: Buffer) => chunks.push(chunk))
        inbound.on('error', () => resolve(undefined))
        inbound.on('aborted', () => resolve(undefined))
        inbound.on('end', () =>
          resolve({
            status: inbound.statusCode ?? 0,
            text: Buffer.concat(chunks).toString(),
            headers: inbound.headers,
          }),
        )
      })
      outbound.end(body)
    })
  return {
    send,
    /** One tools/call of 2026-07-28. */
    call(name: string, args: Record<string, unknown>): Promise<Told> {
      const { headers, body } = modern('tools/call', { name, arguments: args } as { name: string })
      return send(JSON.stringify(body), headers)
    },
    close: () => agent.destroy(),
  }
}

/** Runs `count` tasks, at most `atOnce` under way. */
export async function inParallel(
  count: number,
  atOnce: number,
  task: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await task(next++)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
