import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resume, type Suspend, suspend } from '#change/suspend.ts'
import { clientId, planeId } from '#domain/name.ts'
import type { CallRecord } from '#ledger/ledger.ts'
import { startInstallation } from '../../src/compose.ts'
import { mintOnBehalf } from '../identity/signing.ts'

/** What a server saw of its callers. */
export interface Seen {
  readonly method: string
  readonly session: string | undefined
  readonly params: Record<string, unknown> | undefined
}

/** A server of both eras that keeps its streams open, and tells what it saw. */
export async function startWatched() {
  const seen: Seen[] = []
  let sessions = 0
  const open = new Map<ServerResponse, string>()
  const tools = ['streams', 'streams_too', 'detaches', 'quick'].map((name) => ({
    name,
    inputSchema: { type: 'object' },
  }))
  const stream = (response: ServerResponse, what: string, first?: object) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(first ? `data: ${JSON.stringify(first)}\n\n` : ': open\n\n')
    open.set(response, what)
    response.on('close', () => open.delete(response))
  }
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method = request.method, params } = JSON.parse(text || '{}')
    const session = request.headers['mcp-session-id'] as string | undefined
    seen.push({ method, session, params })
    const answer = (result: object, headers: Record<string, string> = {}) =>
      void response
        .writeHead(200, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }))
    const progressToken = params?._meta?.progressToken
    const progress = {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken, progress: 1 },
    }
    const capabilities = { tools: {}, prompts: {}, resources: { subscribe: true } }
    const resultType = 'complete'
    switch (method) {
      case 'server/discover':
        return answer({ resultType, supportedVersions: ['2026-07-28'], capabilities })
      case 'initialize':
        return answer(
          { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 'w', version: '1' } },
          { 'mcp-session-id': `s-${++sessions}` },
        )
      case 'tools/list':
        return answer({ resultType, tools })
      case 'prompts/list':
        return answer({ resultType, prompts: [{ name: 'quick' }] })
      case 'prompts/get':
        return answer({ resultType, messages: [] })
      case 'resources/list':
        return answer({ resultType, resources: [{ uri: 'w://one', name: 'one' }] })
      case 'resources/templates/list':
        return answer({ resultType, resourceTemplates: [] })
      case 'subscriptions/listen':
        return stream(response, 'subscription')
      case 'GET':
        return stream(response, 'listening')
      case 'tools/call':
        if (params.name === 'quick')
          return answer({ resultType, content: [{ type: 'text', text: 'done' }] })
        if (params.name === 'detaches')
          // SEP-1699: the stream ends early, and its final message comes on a resumed one.
          return void response
            .writeHead(200, { 'content-type': 'text/event-stream' })
            .end('id: 1\ndata: \n\n')
        return stream(response, params.name, progress)
      default:
        return void response.writeHead(202).end()
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    seen,
    /** The streams it holds open now, by what was asked. */
    open: () => [...open.values()],
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

const read = { class: 'read' }
/** Its document: everything that it offers may be granted. */
export const watchedServer = (url: string): string =>
  JSON.stringify({
    apiVersion: 'bailiwick/v1',
    kind: 'Server',
    plane: 'ops',
    name: 'watched',
    owner: 'watch-team',
    upstream: { url },
    tools: { streams: read, streams_too: read, detaches: read, quick: read },
    prompts: { quick: read },
    resources: { 'w://one': read },
  })

const plane = planeId('ops')

/** An installation in this process with these documents, whose servers have told what they offer. */
export async function startHere(documents: string, config: object = {}) {
  const data = await mkdtemp(join(tmpdir(), 'bailiwick-'))
  await writeFile(`${data}.config.json`, JSON.stringify(config))
  const started = await startInstallation({
    data,
    config: `${data}.config.json`,
    listen: '127.0.0.1:0',
    sample: false,
    print() {},
  })
  const { installation } = started
  const { change, identity, origin } = installation
  const about = { set: 'test', prune: true, dryRun: false, by: 'test', runners: new Set<string>() }
  const apply = (text: string) => change.apply({ ...about, files: [{ name: 'test.yaml', text }] })
  await apply(documents)
  for (const server of change.current().planes.get(plane)?.servers.keys() ?? [])
    await installation.refresh(plane, server)
  return {
    data,
    plane,
    origin,
    apply,
    installation,
    async token(agent: string, resource: string) {
      const client = clientId(agent, 'workplace-ai')
      return (await identity.mint(plane, client, resource)).token
    },
    onBehalf: (user: string, agent: string, resource: string) =>
      mintOnBehalf(installation, {
        plane,
        client: clientId(agent, 'workplace-ai'),
        user,
        resource,
      }),
    suspend: (kind: Suspend['kind'], name: string) =>
      change.execute(suspend({ plane, kind, name }, 'a loop'), { by: 'deniz' }),
    resume: (kind: Suspend['kind'], name: string) =>
      change.execute(resume({ plane, kind, name }), { by: 'deniz' }),
    async newest(name: string): Promise<CallRecord | undefined> {
      const calls = await installation.calls.list({ plane, most: 100 })
      return calls.find((one) => one.name === name)
    },
    async stop() {
      await started.stop()
      await rm(data, { recursive: true, force: true })
      await rm(`${data}.config.json`)
    },
  }
}
export type Here = Awaited<ReturnType<typeof startHere>>
