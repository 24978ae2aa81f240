import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { memorySkillFiles, SkillCatalog } from '@modelcontextprotocol/server/ext/skills'
import { z } from 'zod'
import { exchange, modern } from '../peers/wire.ts'
import { bearer } from './calling.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'
import { type Here, startHere } from './watched.ts'

/** A server on the official SDK, with two skills and one app. */
async function startExtended() {
  const skill = (name: string) => `---\nname: ${name}\ndescription: How to ${name}.\n---\nDo it.\n`
  const skills = await SkillCatalog.load(
    memorySkillFiles({ 'greet/SKILL.md': skill('greet'), 'secret/SKILL.md': skill('secret') }),
    { onWarning() {} },
  )
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'extended', version: '1.0.0' })
    skills.attach(server)
    const html = { mimeType: 'text/html;profile=mcp-app' }
    server.registerResource('view', 'ui://weather/view.html', html, () => ({
      contents: [{ uri: 'ui://weather/view.html', ...html, text: '<p>rain</p>' }],
    }))
    const _meta = { ui: { resourceUri: 'ui://weather/view.html' } }
    server.registerTool('weather', { inputSchema: z.object({}), _meta }, () => ({
      content: [{ type: 'text', text: 'rain' }],
    }))
    return server
  })
  const serve = toNodeHandler(handler)
  const server = createServer((request, response) => {
    void serve(request as NodeIncomingMessageLike, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/mcp`,
    async stop() {
      await handler.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

const read = { class: 'read' }
const uri = 'skill://greet/SKILL.md'
const secret = 'skill://secret/SKILL.md'
const readable = ['ui://weather/view.html', 'skill://{+path}', uri]

describe('Extensions', () => {
  let server: Awaited<ReturnType<typeof startExtended>>
  let here: Here

  before(async () => {
    server = await startExtended()
    here = await startHere(
      documents(
        plane(),
        consumer(),
        agent('planner'),
        agent('other'),
        document('Server', {
          plane: 'ops',
          name: 'ext',
          owner: 'o',
          upstream: { url: server.url },
          tools: { weather: read },
          resources: Object.fromEntries([...readable, secret].map((one) => [one, read])),
        }),
        grant('planner', 'planner', [
          { server: 'ext', tools: ['weather'] },
          { server: 'ext', resources: readable },
        ]),
        grant('other', 'other', [{ server: 'ext', tools: ['weather'] }]),
      ),
    )
  })
  after(async () => {
    await here?.stop()
    await server?.stop()
  })

  const ask = async (
    who: string,
    path: string,
    method: string,
    params: object = {},
    more: Record<string, string> = {},
  ) => {
    const url = `${here.origin}/mcp/${path}`
    const { headers, body } = modern(method, params)
    const sent = { ...headers, ...more, ...bearer(await here.token(who, url)) }
    const answer = await exchange(url, { headers: sent, body })
    return { status: answer.status, ...JSON.parse(answer.body) }
  }
  test('advertised is what is carried: skills, and no tasks', async () => {
    const { result } = await ask('planner', 'ops/ext', 'server/discover')
    assert.deepEqual(Object.keys(result.capabilities.extensions), [
      'io.modelcontextprotocol/skills',
    ])
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      assert.equal(
        (await ask('planner', 'ops/ext', method, { taskId: 't' }, { 'mcp-name': 't' })).error?.code,
        -32601,
      )
  })

  test('skills are listed, got and read by whoever may read their resources, and by nobody else', async () => {
    const listed = await ask('planner', 'ops/ext', 'skills/list')
    const uris = (skills: { uri: string }[]) => skills.map((one) => one.uri)
    assert.deepEqual(uris(listed.result.skills), [uri])
    assert.equal(listed.result.cacheScope, 'private')
    assert.deepEqual(uris((await ask('other', 'ops/ext', 'skills/list')).result.skills), [])

    const got = await ask('planner', 'ops/ext', 'skills/get', { uri })
    assert.equal(got.result.skill.frontmatter.name, 'greet')
    const record = await here.newest(uri)
    assert.deepEqual([record?.method, record?.outcome?.status], ['skills/get', 'complete'])
    const files = await ask('planner', 'ops/ext', 'resources/directory/read', {
      uri: 'skill://greet',
    })
    assert.deepEqual(uris(files.result.resources), [uri])
    const text = await ask('planner', 'ops/ext', 'resources/read', { uri })
    assert.match(text.result.contents[0].text, /Do it/)

    for (const [who, hidden] of [
      ['planner', secret],
      ['other', uri],
    ] as const) {
      const unknown = await ask(who, 'ops/ext', 'skills/get', { uri: hidden })
      assert.deepEqual(unknown.error.message, 'Resource not found')
    }
  })

  test("at the plane's endpoint there are no skills, and nothing says that there are", async () => {
    const { result } = await ask('planner', 'ops', 'server/discover')
    assert.equal(result.capabilities.extensions, undefined)
    for (const [method, params] of [
      ['skills/list', {}],
      ['skills/get', { uri: `ext+${uri}` }],
      ['resources/directory/read', { uri: 'ext+skill://greet' }],
    ] as const)
      assert.deepEqual(
        [(await ask('planner', 'ops', method, params)).error.code, method],
        [-32601, method],
      )
  })

  test('an app is found from its tool and read, at both endpoints', async () => {
    for (const [path, name, view] of [
      ['ops/ext', 'weather', 'ui://weather/view.html'],
      ['ops', 'ext__weather', 'ui://ext/weather/view.html'],
    ] as const) {
      const { result } = await ask('planner', path, 'tools/list')
      const [tool] = result.tools
      assert.deepEqual([tool.name, tool._meta.ui.resourceUri], [name, view])
      const page = await ask('planner', path, 'resources/read', { uri: view })
      assert.deepEqual(
        [page.result.contents[0].uri, page.result.contents[0].text],
        [view, '<p>rain</p>'],
      )
    }
    const other = await ask('other', 'ops', 'resources/read', { uri: 'ui://ext/weather/view.html' })
    assert.equal(other.error.message, 'Resource not found')
  })
})
