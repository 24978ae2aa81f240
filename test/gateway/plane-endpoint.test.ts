// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { dialects, type Target } from '../peers/clients.ts'
import { startFixture } from '../peers/fixture.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { agent, offersOf, openPlane } from '../peers/plane.ts'
import { everythingCommand, type HttpServer, startEverything } from '../peers/servers.ts'
import { exchange, modern } from '../peers/wire.ts'
import { bearer } from './calling.ts'

describe('/mcp/{plane}, all its servers as one', () => {
  const servers: HttpServer[] = []
  let gateway: Gateway
  let url: string
  let target: Target & { url: string; token: string }
  const started = async (start: () => Promise<HttpServer>) => {
    const server = await start()
    servers.push(server)
    return server
  }

  before(async () => {
    const one = await started(startFixture)
    const two = await started(startFixture)
    const dead = await started(startFixture)
    const legacy = await started(startEverything)
    const offers = await offersOf({ url: one.url })
    const { command, args, env } = everythingCommand()
    const its = await offersOf({ url: legacy.url })
    gateway = await startGateway({
      documents: openPlane([
        { name: 'one', upstream: { url: one.url }, offers },
        { name: 'two', upstream: { url: two.url }, offers },
        { name: 'dead', upstream: { url: dead.url }, offers },
        { name: 'old', upstream: { url: legacy.url }, offers: its },
        { name: 'child', upstream: { runner: 'child' }, offers: its },
      ]),
      config: { runners: { child: { command, arguments: args, environment: env } } },
    })
    await dead.stop()
    servers.splice(servers.indexOf(dead), 1)
    url = `${gateway.origin}/mcp/ops`
    target = { url, token: await gateway.token(agent, url) }
  })
  after(async () => {
    await gateway?.stop()
    for (const server of servers) await server.stop()
  })

  const ask = async (method: string, params: Record<string, unknown> = {}) => {
    const { headers, body } = modern(method, params)
    const answer = await exchange(url, { headers: { ...headers, ...bearer(target.token) }, body })
    return { status: answer.status, ...JSON.parse(answer.body) }
  }

  for (const [dialect, connect] of Object.entries(dialects))
    test(`${dialect} lists, gets, reads and calls across servers that have the same names`, async () => {
      const peer = await connect(target)
      try {
        const tools = (await peer.listTools()).map(({ name }) => name)
        const prompts = await peer.listPrompts()
        const resources = await peer.listResources()
        const templates = await peer.listTemplates()
        for (const server of ['one', 'two']) {
          assert.ok(tools.includes(`${server}__test_simple_text`))
          assert.ok(prompts.includes(`${server}__test_simple_prompt`))
          assert.ok(resources.includes(`${server}+test://static-text`))
          assert.ok(templates.includes(`${server}+test://template/{id}/data`))
          const { text } = await peer.callTool(`${server}__test_simple_text`)
          assert.match(text, /simple text response/)
          const said = await peer.getPrompt(`${server}__test_prompt_with_arguments`, {
            arg1: 'a',
            arg2: 'b',
          })
          assert.match(said, /arg1='a', arg2='b'/)
          assert.match(await peer.readResource(`${server}+test://static-text`), /static text/)
          assert.match(await peer.readResource(`${server}+test://template/7/data`), /"id":"7"/)
        }
        assert.equal(new Set(resources).size, resources.length)
        assert.equal(new Set(tools).size, tools.length)
        await assert.rejects(peer.readResource('test://static-text'), /not found/)
        await assert.rejects(
          peer.getPrompt('test_simple_prompt', {}),
          /Unknown prompt: test_simple/,
        )
        // What is dead is listed from what was pinned, and fails alone.
        assert.ok(tools.includes('dead__test_simple_text'))
        await assert.rejects(peer.callTool('dead__test_simple_text'), /server/i)
      } finally {
        await peer.close()
      }
    })

  test('what servers say of resources is wrapped as theirs, wherever it stands', async () => {
    const read = await ask('resources/read', { uri: 'two+test://static-text' })
    assert.equal(read.result.contents[0].uri, 'two+test://static-text')
    const called = await ask('tools/call', { name: 'two__test_embedded_resource' })
    assert.equal(called.result.content[0].resource.uri, 'two+test://embedded-resource')
    // Whatever a prompt embeds comes from its own server, also what claims to be another's.
    const got = await ask('prompts/get', {
      name: 'two__test_prompt_with_embedded_resource',
      arguments: { resourceUri: 'one+test://static-text' },
    })
    assert.equal(got.result.messages[0].content.resource.uri, 'two+one+test://static-text')
    const back = await ask('resources/read', { uri: 'two+one+test://static-text' })
    assert.deepEqual(back.error, {
      code: -32602,
      message: 'Resource not found',
      data: { uri: 'two+one+test://static-text' },
    })
  })

  test('completions are asked of the server that is meant, by the names of this endpoint', async () => {
    for (const ref of [
      { type: 'ref/prompt', name: 'one__test_prompt_with_arguments' },
      { type: 'ref/resource', uri: 'one+test://template/{id}/data' },
    ]) {
      const params = { ref, argument: { name: 'arg1', value: 'a' } }
      const { result } = await ask('completion/complete', params)
      assert.deepEqual(result?.completion?.values, [], JSON.stringify(ref))
    }
    const unknown = await ask('completion/complete', {
      ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'a' },
    })
    assert.equal(unknown.error.message, 'Unknown reference: test_prompt_with_arguments')
  })

  test('the ledger has each call by what its own server calls it', async () => {
    const { entries } = await gateway.ledger('ops')
    const intents = entries.filter(({ type }) => type === 'call.intent')
    const of = (method: string) => intents.filter((one) => one.method === method)
    const named = (all: typeof intents) =>
      new Set(all.map(({ server, kind, name }) => `${server} ${kind} ${name}`))
    assert.ok(named(of('resources/read')).has('two resource test://static-text'))
    assert.ok(named(of('resources/read')).has('one resource test://template/7/data'))
    assert.ok(named(of('prompts/get')).has('one prompt test_prompt_with_arguments'))
    assert.ok(named(of('completion/complete')).has('one template test://template/{id}/data'))
    assert.ok(intents.every(({ name }) => !/(one|two)(__|\+)/.test(String(name))))
  })

  test('it says what it has for this caller, privately, and what its servers say of themselves, each under its name', async () => {
    const { result } = await ask('server/discover')
    const { capabilities, instructions, ttlMs, cacheScope } = result
    assert.deepEqual(capabilities, {
      tools: { listChanged: true },
      prompts: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
      completions: {},
      logging: {},
    })
    assert.deepEqual([ttlMs, cacheScope], [0, 'private'])
    for (const one of instructions.split(/\n\n(?=The server )/)) {
      const [heading, ...lines] = one.split('\n')
      assert.match(heading, /^The server (child|old) says of itself:$/)
      assert.ok(lines.length > 10)
      assert.ok(lines.every((line: string) => line.startsWith('> ')))
    }
    for (const method of ['tools', 'prompts', 'resources', 'resources/templates']) {
      const { result } = await ask(`${method}/list`)
      assert.deepEqual([result.ttlMs, result.cacheScope], [0, 'private'])
    }
  })

  test('a cursor is good for the list that gave it, and for no other', async () => {
    const cursor = Buffer.from('tools one__test_simple_text').toString('base64url')
    const { result } = await ask('tools/list', { cursor })
    assert.ok(result.tools.length > 0)
    assert.ok(result.tools.every(({ name }: { name: string }) => name > 'one__test_simple_text'))
    for (const [method, bad] of [
      ['prompts/list', cursor],
      ['tools/list', ''],
      ['tools/list', 'not one of ours'],
      ['tools/list', 7],
      ['tools/list', `${cursor}=`],
    ] as const)
      assert.equal((await ask(method, { cursor: bad })).error?.code, -32602, `${method} ${bad}`)
  })
})
