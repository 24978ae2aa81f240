import { setTimeout as pause } from 'node:timers/promises'
import type { Control } from '#cli/control.ts'
import { callsPerToken } from './request.ts'
import { lentSecret } from './upstream-answers.ts'

/** What an installation is asked by: through its control socket, or in its own process. */
export type Ask = Control['ask']

export const plane = 'ops'
export const server = 'clerk'
export const client = 'planner'
export const otherPlane = 'finance'
export const looper = 'looper'

const owner = 'platform-team'
const most = 1_000_000_000
const upstreamUrl = (port: number) => `http://127.0.0.1:${port}/mcp`
const read = { class: 'read' }
const credential = { name: 'clerk-key', header: 'Authorization', format: 'Bearer {secret}' }

/** Every control in force: a grant, three windows that never fill, a credential as a header. */
const documents = (port: number, lends: boolean): object[] => [
  { kind: 'Plane', name: plane, owner, tokenLifetime: '1h' },
  { kind: 'Consumer', plane, name: 'workplace-ai', owner },
  { kind: 'Agent', plane, name: client, owner, consumers: ['workplace-ai'] },
  { kind: 'Credential', plane, name: 'clerk-key', owner },
  {
    kind: 'Server',
    plane,
    name: server,
    owner,
    upstream: { url: upstreamUrl(port) },
    ...(lends && { credential }),
    tools: { small: read, large: read },
  },
  {
    kind: 'Grant',
    plane,
    name: 'planner-reads',
    agent: client,
    consumer: 'workplace-ai',
    allow: [{ server, class: 'read' }],
    reason: 'It is measured.',
  },
  {
    kind: 'Quota',
    plane,
    name: 'clerk-reads',
    over: [{ server }],
    per: 'agent',
    allow: { second: most, minute: most, day: most },
  },
]

/** Another plane with an agent that has no grant, and the same server behind it. */
const others = (port: number): object[] => [
  { kind: 'Plane', name: otherPlane, owner, tokenLifetime: '1h' },
  { kind: 'Consumer', plane: otherPlane, name: 'books', owner },
  { kind: 'Agent', plane: otherPlane, name: looper, owner, consumers: ['books'] },
  {
    kind: 'Server',
    plane: otherPlane,
    name: server,
    owner,
    upstream: { url: upstreamUrl(port) },
    tools: { small: read },
  },
]

/**
 * Applies the documents, puts the secret into the vault and waits until the server has told its tools.
 * Where it does not lend, the server's document names no credential.
 */
export const furnish = async (ask: Ask, port: number, lends = true): Promise<void> => {
  const text = [...documents(port, lends), ...others(port)]
    .map((one) => JSON.stringify({ apiVersion: 'bailiwick/v1', ...one }))
    .join('\n---\n')
  const files = [{ name: 'bench.yaml', text }]
  await ask('apply', { files, set: 'bench', prune: false, dryRun: false })
  const secret = Buffer.from(lentSecret).toString('base64')
  await ask('credSet', { plane, credential: 'clerk-key', secret })
  for (let tries = 0; tries < 600; tries++) {
    const { planes } = await ask('status', {})
    const servers = planes.flatMap((one) => one.servers)
    if (servers.every(({ state, counts }) => state === 'up' && counts.visible > 0)) return
    await pause(50)
  }
  throw new Error('the server behind the gateway was never found')
}

/** Tokens that the gateway has made and not seen yet, for the plane's own endpoint. */
export const mint = async (ask: Ask, count: number): Promise<string[]> => {
  const tokens: string[] = []
  const next = async (): Promise<void> => {
    while (tokens.length < count) tokens.push((await ask('token', { plane, client })).token)
  }
  await Promise.all(Array.from({ length: Math.min(8, callsPerToken) }, next))
  return tokens
}
