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
const schemas: Readonly<
  Record<string, { schema: string; args: Record<string, unknown>; says: RegExp }>
> = {
  backtracks: {
    schema: JSON.stringify({
      type: 'object',
      properties: { text: { type: 'string', pattern: evilPattern } },
    }),
    args: { text: `${'a'.repeat(50_000)}!` },
    says: /text must match/,
  },
  repeats: {
    schema: JSON.stringify({
      type: 'object',
      properties: { text: { type: 'string', pattern: '((a{0,900}){0,900}){0,900}$' } },
    }),
    args: { text: `${'a'.repeat(5000)}!` },
    says: /^done$/,
  },
  circles: {
    schema: JSON.stringify({
      type: 'object',
      $ref: '#/$defs/a',
      $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } },
    }),
    args: { text: 'a' },
    says: /too large or too deep to be checked/,
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
    says: /too large or too deep to be checked/,
  },
  unlike: {
    schema: JSON.stringify({
      type: 'object',
      properties: { list: { type: 'array', uniqueItems: true } },
    }),
    args: { list: Array.from({ length: 20_000 }, (_, at) => [[at]]) },
    says: /^done$/,
  },
  sound: { schema: '{"type":"object"}', args: { text: 'a' }, says: /^done$/ },
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
      const answer = await neighbour.call('rates_today', {})
      assert.equal(answer?.status, 200, answer?.text)
      calls++
    }
    return { value: await working, calls }
  }

  /** So many are under way at any time; a neighbour who calls beside them is answered before this many are done. */
  const atOnce = 10
  const most = 1000

  const told = (text = '') => JSON.parse(text.replace(/^[\s\S]*?data: /, '')).result

  for (const [name, { args, says }] of Object.entries(schemas))
    test(`a schema that ${name}: every call of it is answered, and a neighbour's five calls are no later than ${most} of them`, async () => {
      let isOver = false
      let made = 0
      const attack = async (): Promise<void> => {
        while (!isOver && made < most) {
          made++
          const answer = await caller.call(name, args)
          assert.equal(answer?.status, 200, answer?.text)
          assert.match(told(answer?.text).content[0].text, says)
        }
      }
      const attacks = Promise.all(Array.from({ length: atOnce }, attack))
      for (let calls = 0; calls < 5; calls++) {
        const answer = await neighbour.call('rates_today', {})
        assert.equal(answer?.status, 200, answer?.text)
      }
      assert.ok(made < most, 'the neighbour was answered while the attack went on')
      isOver = true
      await attacks
    })

  test('a schema of 20,000 levels is nothing that can be read: its server offers nothing, and that is told', async () => {
    const document = onHttp('abyss', abyss.url, ['deep', 'shallow'])
    const { value, calls } = await beside(() =>
      gateway.cli(['apply', '-f', '-', '--set', 'abyss'], document),
    )
    assert.match(value.stderr, /abyss answered something that is not JSON/)
    assert.ok(calls >= 3, `${calls} calls of the neighbour`)
    const { stdout } = await gateway.cli(['server', 'show', 'ops/abyss'])
    assert.match(stdout, /health +Does not speak MCP/)
    assert.doesNotMatch(stdout, /shallow/)
  })

  const hostileGrant = (when: string) =>
    grant('hostile', 'planner', [{ server: 'hostile' }], 'ops', { when })
  const written: Readonly<Record<string, { text: string; says: RegExp }>> = {
    'a comprehension inside a comprehension inside a comprehension': {
      text: hostileGrant('args.l.all(a, args.l.all(b, args.l.all(c, args.l.all(d, a == d))))'),
      says: /a loop inside a loop is refused/,
    },
    '20,000 brackets': {
      text: hostileGrant(repeated('(', 20_000, 'true', ')')),
      says: /Grant hostile: when must have at most 4096 characters/,
    },
    'a document of 20,000 levels': {
      text: `{"apiVersion":"bailiwick/v1","kind":"Grant","plane":"ops","name":"x","allow":${repeated('[', 20_000, '', ']')}}`,
      says: /this is nested too deeply/,
    },
    'YAML whose aliases grow without end': {
      text: `apiVersion: bailiwick/v1\nkind: Plane\nname: x\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 12 }, (_, at) => `${String.fromCharCode(98 + at)}: &${String.fromCharCode(98 + at)} [${Array.from({ length: 9 }, () => `*${String.fromCharCode(97 + at)}`).join()}]`).join('\n')}\n`,
      says: /aliases are not accepted/,
    },
  }
  for (const [what, { text, says }] of Object.entries(written))
    test(`${what} is refused when it is written, changes nothing, and the neighbour's calls go on`, async () => {
      const before = await gateway.cli(['revisions', '--json'])
      const { value, calls } = await beside(() =>
        gateway.cli(['apply', '-f', '-', '--set', 'hostile'], text),
      )
      assert.notEqual(value.code, 0)
      assert.match(value.stderr, says)
      assert.ok(calls >= 3, `${calls} calls of the neighbour`)
      assert.equal((await gateway.cli(['revisions', '--json'])).stdout, before.stdout)
    })

  test('a pattern over which others backtrack for ever, in a condition, is worked out in time that grows with the text', async () => {
    const rule = JSON.stringify({
      apiVersion: 'bailiwick/v1',
      kind: 'Rule',
      plane: 'ops',
      name: 'pattern',
      over: [{ server: 'hostile', tools: ['sound'] }],
      require: `args.text.matches("${evilPattern}")`,
    })
    const applied = await gateway.cli(['apply', '-f', '-', '--set', 'pattern'], rule)
    assert.equal(applied.code, 0, applied.stderr)
    const say = async (text: string) =>
      told((await caller.call('sound', { text }))?.text).content[0].text
    const { value, calls } = await beside(async () => [
      await say('aaaa'),
      await say(`${'a'.repeat(28)}!`),
      await say(`${'a'.repeat(50_000)}!`),
      await say('aaaa'),
    ])
    assert.equal(value[0], 'done')
    assert.match(value[1], /^Denied by policy/)
    assert.match(value[2], /^Denied by policy/)
    assert.equal(value[3], 'done')
    assert.ok(calls >= 1)
  })
})
