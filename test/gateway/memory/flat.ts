import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type Gateway, startGateway } from '../../peers/gateway.ts'
import { pathOf } from '../../peers/program.ts'
import { exchange, legacy } from '../../peers/wire.ts'
import { bearer, until } from '../calling.ts'
import { agent, consumer, document, documents, grant, plane } from '../plane.ts'
import { type Pour, type Pouring, startPouring } from './pouring-server.ts'

const MB = 1024 * 1024
/** What lies in the buffers of two connections, and what may lie in the gateway's: much less than is poured. */
const mostUnread = 24 * MB
/** What collecting garbage leaves, after thousands of events or sessions: an entry of 2 kB for each breaks it. */
const mostKept = 20 * MB
const mostResident = 200 * MB

type Era = 'legacy' | 'modern'
const paths = [
  ['legacy', 'legacy'],
  ['modern', 'modern'],
  ['legacy', 'modern'],
  ['modern', 'legacy'],
] as const

/** The memory of the gateway's process stays where it is, whatever passes through it. */
export function describeFlatMemory(sizes: {
  /** Poured at a reader that does not read. */
  slowMb: number
  /** Of an endless stream. */
  events: number
  sessions: number
}): void {
  let gateway: Gateway
  let token: string
  const servers: Partial<Record<Era, Pouring>> = {}

  const tools = { pour: { class: 'read' } }
  before(async () => {
    const upstreams = await Promise.all(
      (['legacy', 'modern'] as const).map(async (era) => {
        servers[era] = await startPouring(era)
        const upstream = { url: servers[era].url }
        return document('Server', { plane: 'ops', name: era, owner: 'tests', upstream, tools })
      }),
    )
    const allowed = [{ server: 'legacy' }, { server: 'modern' }]
    gateway = await startGateway({
      documents: documents(
        ...[plane('ops', { tokenLifetime: '1h' }), consumer(), agent('planner'), ...upstreams],
        grant('all', 'planner', allowed),
      ),
      config: { limits: { sessions: 4 }, ledger: { appendDeadlineMs: 60_000 } },
      env: {
        NODE_OPTIONS: `--expose-gc --import=${pathToFileURL(pathOf('test/gateway/memory/probe.ts'))}`,
      },
    })
    token = await gateway.token('planner', `${gateway.origin}/mcp/ops`)
  })
  after(async () => {
    await gateway?.stop()
    for (const server of Object.values(servers)) server.stop()
  })

  const at = (server: Era) => `${gateway.origin}/mcp/ops/${server}`

  const memory = async (): Promise<{ kept: number; rss: number }> => {
    const said = () => gateway.output().match(/\{"memory":.*\}\}/g) ?? []
    const before = said().length
    process.kill(gateway.pid, 'SIGUSR2')
    await until(() => said().length > before)
    return JSON.parse(said().at(-1) ?? '').memory
  }
  /** Once without counting, so that code is compiled and pools are filled. */
  const holdFlat = async (warmUp: () => Promise<void>, work: () => Promise<void>) => {
    await warmUp()
    const start = await memory()
    await work()
    // What was freed a moment ago is given back little by little; what is kept never is.
    let end = await memory()
    const isFlat = () => end.kept - start.kept < mostKept && end.rss - start.rss < mostResident
    for (let tries = 0; tries < 20 && !isFlat(); tries++) {
      await pause(50)
      end = await memory()
    }
    const grown = `kept ${(end.kept - start.kept) / MB} MB more, resident ${(end.rss - start.rss) / MB}`
    assert.ok(isFlat(), grown)
  }

  const openSession = async (url: string): Promise<Record<string, string>> => {
    const clientInfo = { name: 'reader', version: '1' }
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
    const opened = await exchange(url, { ...legacy('initialize', params), headers: bearer(token) })
    assert.equal(opened.status, 200, opened.body)
    return { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  }

  const open = async (
    url: string,
    headers: Record<string, string>,
    body?: object,
  ): Promise<IncomingMessage> => {
    const outbound = request(url, {
      method: body ? 'POST' : 'GET',
      agent: false,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...bearer(token),
        ...headers,
      },
    })
    outbound.on('error', () => {})
    outbound.end(body && JSON.stringify(body))
    const [inbound] = (await once(outbound, 'response')) as [IncomingMessage]
    assert.equal(inbound.statusCode, 200)
    return inbound
  }

  const call = async (caller: Era, server: Era, args: Pour, capabilities: object = {}) => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    }
    const params = { name: 'pour', arguments: args }
    const isModern = caller === 'modern'
    const headers: Record<string, string> = isModern
      ? {
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': 'tools/call',
          'mcp-name': 'pour',
        }
      : await openSession(at(server))
    const _meta = { ...(isModern && meta), progressToken: 1 }
    const message = { ...legacy('tools/call', { ...params, _meta }).body }
    return { inbound: await open(at(server), headers, message), headers }
  }

  const readAll = async (inbound: IncomingMessage): Promise<{ bytes: number; tail: string }> => {
    let bytes = 0
    let tail = ''
    for await (const chunk of inbound) {
      bytes += chunk.length
      tail = (tail + chunk.toString('latin1')).slice(-300)
    }
    return { bytes, tail }
  }

  /** Until the server gets rid of nothing more, or of more than it may. */
  const stalled = async (server: Pouring, from: number): Promise<number> => {
    for (let before = -1, still = 0; still < 20; ) {
      const sent = server.sent() - from
      still = sent === before ? still + 1 : 0
      before = sent
      if (sent > mostUnread) return sent
      await pause(10)
    }
    return server.sent() - from
  }

  describe('A reader that does not read makes its server wait', () => {
    const bytes = 64 * 1024
    for (const [caller, server] of paths)
      test(`${caller} caller, ${server} server`, async () => {
        const behind = servers[server] as Pouring
        const slow = async (events: number) => {
          const from = behind.sent()
          const { inbound } = await call(caller, server, { events, bytes })
          inbound.pause()
          const sent = await stalled(behind, from)
          assert.ok(sent < mostUnread, `${sent} bytes went out that nobody reads`)
          const all = await readAll(inbound)
          assert.match(all.tail, /poured/)
          assert.ok(all.bytes >= events * bytes)
        }
        await holdFlat(
          () => slow(500),
          () => slow((sizes.slowMb * MB) / bytes),
        )
      })

    test('the stream of a legacy session', async () => {
      const behind = servers.legacy as Pouring
      const session = await openSession(at('legacy'))
      const own = await open(at('legacy'), session)
      own.pause()
      const from = behind.sent()
      const events = (sizes.slowMb * MB) / bytes
      const params = { name: 'pour', arguments: { events, bytes, onOwn: true } }
      const calling = exchange(at('legacy'), {
        ...legacy('tools/call', params),
        headers: { ...bearer(token), ...session },
      })
      const sent = await stalled(behind, from)
      assert.ok(sent < mostUnread, `${sent} bytes went out that nobody reads`)
      own.resume()
      assert.match((await calling).body, /poured/)
      own.destroy()
    })
  })

  describe('An endless stream leaves nothing behind', () => {
    for (const [caller, server] of paths)
      test(`${caller} caller, ${server} server`, async () => {
        const events = { events: Number.MAX_SAFE_INTEGER, bytes: 100 }
        const { inbound } = await call(caller, server, events)
        let seen = 0
        const chunks = inbound[Symbol.asyncIterator]()
        const read = async (more: number) => {
          for (const end = seen + more; seen < end; ) {
            const { value } = await chunks.next()
            seen += Buffer.from(value).toString('latin1').split('\n\n').length - 1
          }
        }
        await holdFlat(
          () => read(sizes.events / 4),
          () => read(sizes.events),
        )
        inbound.destroy()
      })
  })

  describe('Sessions that come and go leave nothing behind', () => {
    const visit = async (server: Era, isPolite: boolean) => {
      const session = await openSession(at(server))
      if (!isPolite) return
      const headers = { ...bearer(token), ...session }
      const { status } = await exchange(at(server), { method: 'DELETE', headers })
      assert.ok(status < 300)
    }
    const visits = (server: Era) => async (count: number) => {
      for (let n = 0; n < count; n += 8)
        await Promise.all(Array.from({ length: 8 }, (_, i) => visit(server, i % 2 === 0)))
    }
    // At one server four are kept: of eight sets of what can be asked each call opens another.
    const sets = Array.from({ length: 8 }, (_, n) => ({
      ...(n & 1 && { roots: {} }),
      ...(n & 2 && { sampling: {} }),
      ...(n & 4 && { elicitation: { form: {} } }),
    }))
    const calls = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const args = { events: 0, bytes: 0 }
        const { inbound } = await call('modern', 'legacy', args, sets[n % sets.length])
        assert.match((await readAll(inbound)).tail, /poured/)
      }
    }
    for (const [name, work] of [
      ['legacy callers at a legacy server', visits('legacy')],
      ['legacy callers at a modern server', visits('modern')],
      ['modern callers at a legacy server', calls],
    ] as const)
      test(name, async () => {
        await holdFlat(
          () => work(sizes.sessions / 4),
          () => work(sizes.sessions),
        )
      })
  })
}
