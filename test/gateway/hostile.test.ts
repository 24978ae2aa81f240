// Runs on both stores.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { createCaller } from './caller.ts'
import { agent, bank, bankRunner, consumer, documents, grant, plane } from './plane.ts'

const evilPattern = '^(a+)+$'
const repeated = (open: string, count: number, middle: string, close: string) =>
  open.repeat(count) + middle + close.repeat(count)

/** Input schemas that a hostile server offers, as JSON text, and what they are called with. */
const schemas: Readonly<Record<string, { schema: string; args: Record<string, unknown> }>> = {
  backtracks: {
    schema: JSON.stringify({
      type: 'object',
      properties: { text: { type: 'string', pattern: evilPattern } },
    }),
    args: { text: `${'a'.repeat(50_000)}!` },
  },
  repeats: {
    schema: JSON.stringify({
      type: 'object',
      properties: { text: { type: 'string', pattern: '((a{0,900}){0,900}){0,900}$' } },
    }),
    args: { text: `${'a'.repeat(5000)}!` },
  },
  circles: {
    schema: JSON.stringify({
      type: 'object',
      $ref: '#/$defs/a',
      $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
    }),
    args: { text: 'a' },
  },
  branches: {
    schema: JSON.stringify({
      type: 'object',
      $ref: '#/$defs/level0',
      $defs: Object.fromEntries(
        Array.from({ length: 40 }, (_, at) => {
          const next = { $ref: `#/$defs/level${at + 1}` }
          return [`level${at}`, at === 39 ? { required: ['never'] } : { anyOf: [next, next, next] }]
        }),
      ),
    }),
    args: { text: 'a' },
  },
  unlike: {
    schema: JSON.stringify({
      type: 'object',
      properties: { list: { type: 'array', uniqueItems: true } },
    }),
    args: { list: Array.from({ length: 20_000 }, (_, at) => [[at]]) },
  },
  sound: { schema: '{"type":"object"}', args: { text: 'a' } },
}
const deep = repeated('{"type":"object","properties":{"a":', 20_000, '{}', '}}')

/** Speaks 2026-07-28, and offers these. */
const startHostile = async (tools: Readonly<Record<string, string>>) => {
  const server: Server = createServer(async (request, response) => {
    const text = Buffer.concat(await request.toArray().catch(() => [])).toString()
    const { id, method } = JSON.parse(text || '{}')
    const answer = (result: string) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`)
    const capabilities = '"capabilities":{"tools":{}}'
    if (method === 'server/discover')
      return answer(
        `{"resultType":"complete","supportedVersions":["2026-07-28"],${capabilities},"serverInfo":{"name":"hostile","version":"1"}}`,
      )
    if (method === 'tools/list') {
      const all = Object.entries(tools).map(
        ([name, schema]) => `{"name":${JSON.stringify(name)},"inputSchema":${schema}}`,
      )
      return answer(`{"resultType":"complete","tools":[${all.join()}]}`)
    }
    return answer('{"resultType":"complete","content":[{"type":"text","text":"done"}]}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
  return { url, close: () => server.closeAllConnections() ?? server.close() }
}

describe('Hostile conditions, schemas and patterns, while others call', () => {
  let gateway: Gateway
  let hostile: Awaited<ReturnType<typeof startHostile>>
  let abyss: Awaited<ReturnType<typeof startHostile>>
  let neighbour: ReturnType<typeof createCaller>
  let caller: ReturnType<typeof createCaller>

  const onHttp = (name: string, url: string, tools: readonly string[]) =>
    JSON.stringify({
      apiVersion: 'bailiwick/v1',
      kind: 'Server',
      plane: 'ops',
      name,
      owner: 'nobody-yet',
      upstream: { url },
      tools: Object.fromEntries(tools.map((tool) => [tool, { class: 'read' }])),
    })

  before(async () => {
    hostile = await startHostile(
      Object.fromEntries(Object.entries(schemas).map(([name, { schema }]) => [name, schema])),
    )
    abyss = await startHostile({ deep, shallow: '{"type":"object"}' })
    gateway = await startGateway({
      documents: documents(
        plane(),
        consumer(),
        agent('planner'),
        agent('neighbour'),
        bank(),
        onHttp('hostile', hostile.url, Object.keys(schemas)),
        grant('planner-all', 'planner', [{ server: 'hostile' }]),
        grant('neighbour-reads', 'neighbour', [{ server: 'bank', class: 'read' }]),
      ),
      config: { runners: bankRunner() },
    })
    const to = async (server: string, name: string) => {
      const url = `${gateway.origin}/mcp/ops/${server}`
      return createCaller(url, await gateway.token(name, url))
    }
    neighbour = await to('bank', 'neighbour')
    caller = await to('hostile', 'planner')
  })
  after(async () => {
    neighbour?.close()
    caller?.close()
    await gateway?.stop()
    hostile?.close()
    abyss?.close()
  })

  /** Runs it while the neighbour calls, one call after the other; answers how many were answered. */
  const beside = async <T>(work: () => Promise<T>): Promise<{ value: T; calls: number }> => {
    let done = false
    const working = work().finally(() => {
      done = true
    })
    let calls = 0
    while (!done) {
      const told = await neighbour.call('rates_today', {})
      assert.equal(told?.status, 200, told?.text)
      calls++
    }
    return { value: await working, calls }
  }

  const told = (text = '') => JSON.parse(text.replace(/^[\s\S]*?data: /, '')).result

  for (const [name, { args }] of Object.entries(schemas))
    test(`a schema that ${name === 'sound' ? 'is sound beside them' : name}: ten calls of it are answered, and the neighbour's go on`, async () => {
      const { value, calls } = await beside(() =>
        Promise.all(Array.from({ length: 10 }, () => caller.call(name, args))),
      )
      assert.ok(calls >= 3, `${calls} calls of the neighbour`)
      for (const one of value) {
        assert.equal(one?.status, 200, one?.text)
        const { isError, content } = told(one?.text)
        if (name === 'sound') assert.equal(content[0].text, 'done')
        else console.log(name, isError, content?.[0]?.text.slice(0, 200))
      }
    })

  test('a schema of 20,000 levels is no definition: what it belongs to is not offered, and said', async () => {
    const { value, calls } = await beside(() =>
      gateway.cli(
        ['apply', '-f', '-', '--set', 'abyss'],
        onHttp('abyss', abyss.url, ['deep', 'shallow']),
      ),
    )
    const { stdout } = await gateway.cli(['server', 'show', 'ops/abyss'])
    console.log(value, calls, stdout)
  })

  const hostileGrant = (when: string) =>
    grant('hostile', 'planner', [{ server: 'hostile' }], 'ops', { when })
  const written: Readonly<Record<string, { text: string; says: RegExp }>> = {
    'a comprehension inside a comprehension inside a comprehension': {
      text: hostileGrant('args.l.all(a, args.l.all(b, args.l.all(c, args.l.all(d, a == d))))'),
      says: /./,
    },
    '20,000 brackets': {
      text: hostileGrant(repeated('(', 20_000, 'true', ')')),
      says: /at most 4096 bytes/,
    },
    'a document of 20,000 levels': {
      text: `{"apiVersion":"bailiwick/v1","kind":"Grant","plane":"ops","name":"x","allow":${repeated('[', 20_000, '', ']')}}`,
      says: /./,
    },
    'YAML whose aliases grow without end': {
      text: `apiVersion: bailiwick/v1\nkind: Plane\nname: x\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, at) => `${String.fromCharCode(98 + at)}: &${String.fromCharCode(98 + at)} [${Array.from({ length: 9 }, () => `*${String.fromCharCode(97 + at)}`).join()}]`).join('\n')}\n`,
      says: /./,
    },
  }
  for (const [what, { text, says }] of Object.entries(written))
    test(`${what} is refused when it is written, changes nothing, and the neighbour's calls go on`, async () => {
      const before = await gateway.cli(['revisions', '--json'])
      const { value, calls } = await beside(() =>
        gateway.cli(['apply', '-f', '-', '--set', 'hostile'], text),
      )
      console.log(what, value.code, value.stderr.slice(0, 500))
      assert.notEqual(value.code, 0)
      assert.match(value.stderr, says)
      assert.ok(calls >= 3, `${calls} calls of the neighbour`)
      assert.equal((await gateway.cli(['revisions', '--json'])).stdout, before.stdout)
    })

  test('a condition with a pattern that others backtrack over is linear here: it denies, and the neighbour goes on', async () => {
    const applied = await gateway.cli(
      ['apply', '-f', '-', '--set', 'pattern'],
      grant('pattern', 'planner', [{ server: 'hostile', tools: ['sound'] }], 'ops', {
        when: `args.text.matches("${evilPattern}")`,
      }),
    )
    console.log(applied)
  })
})
