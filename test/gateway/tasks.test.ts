import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readLedgerFile } from '../peers/ledger.ts'
import { startEverything } from '../peers/servers.ts'
import { startTaskServer, type TaskServer } from '../peers/task-server.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { bearer, callingAt, until } from './calling.ts'
import { agent, consumer, document, documents, grant, plane, quota } from './plane.ts'
import { type Here, startHere } from './watched.ts'

const TASKS = 'io.modelcontextprotocol/tasks'
const read = { class: 'read' }
const tools = { work: read, other: read }
const both = [{ server: 'tasks', class: 'read' }]
const line4 = { when: 'args.line != 4' }

const serverDocument = (name: string, url: string) =>
  document('Server', { plane: 'ops', name, owner: 'o', upstream: { url }, tools })

describe('Tasks', () => {
  let server: TaskServer
  let modernOnly: TaskServer
  let legacyOnly: TaskServer
  let here: Here
  const all = (...grants: string[]) =>
    documents(
      plane(),
      consumer(),
      ...['planner', 'rival', 'fading', 'careful', 'busy'].map((one) => agent(one)),
      serverDocument('tasks', server.url),
      serverDocument('newer', modernOnly.url),
      serverDocument('older', legacyOnly.url),
      quota('few', [{ server: 'tasks', tools: ['other'] }], { day: 2 }),
      grant('planner', 'planner', [...both, { server: 'newer' }, { server: 'older' }]),
      grant('rival', 'rival', both),
      grant('careful', 'careful', both, 'ops', line4),
      grant('busy', 'busy', both),
      ...grants,
    )
  before(async () => {
    server = await startTaskServer()
    modernOnly = await startTaskServer({ modern: true })
    legacyOnly = await startTaskServer({ legacy: true })
    here = await startHere(all(grant('fading', 'fading', both)))
  })
  after(async () => {
    await here?.stop()
    for (const one of [server, modernOnly, legacyOnly]) await one?.stop()
  })

  const tokens = new Map<string, string>()
  const tokenOf = async (who: string, url: string) => {
    const key = `${who} ${url}`
    tokens.set(key, tokens.get(key) ?? (await here.token(who, url)))
    return tokens.get(key) ?? ''
  }

  /** A modern request that declares the extension. */
  const ask = async (who: string, method: string, params: object = {}, path = 'ops/tasks') => {
    const url = `${here.origin}/mcp/${path}`
    const { headers, body } = modern(method, params)
    const { taskId } = params as { taskId?: string }
    Object.assign(body.params._meta, {
      'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } },
    })
    const sent = {
      ...headers,
      ...bearer(await tokenOf(who, url)),
      ...(taskId !== undefined && { 'mcp-name': taskId }),
    }
    const answer = await exchange(url, { headers: sent, body })
    return { status: answer.status, ...JSON.parse(answer.body) }
  }
  const begin = async (who: string, args: object = {}, name = 'work') => {
    const { result } = await ask(who, 'tools/call', { name, arguments: args })
    return result.taskId as string
  }
  /** A session of 2025-11-25. */
  const openSession = async (who: string, path = 'ops/tasks') => {
    const url = `${here.origin}/mcp/${path}`
    const headers = await callingAt(url).openSession(await tokenOf(who, url))
    return {
      headers,
      url,
      async ask(method: string, params: object = {}) {
        const answer = await exchange(url, { ...legacy(method, params), headers })
        const messages = answer.body.startsWith('{')
          ? [JSON.parse(answer.body)]
          : answer.body
              .split('\n')
              .flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []))
        return { status: answer.status, messages, ...messages.at(-1) }
      },
    }
  }
  const countOf = (method: string) => server.reached.filter((one) => one.method === method).length

  describe('of the modern era', () => {
    test('are told of where the server has them, and at no other endpoint', async () => {
      const { result } = await ask('planner', 'server/discover')
      assert.deepEqual(result.capabilities.extensions, { [TASKS]: {} })
      for (const path of ['ops', 'ops/older']) {
        const discovered = await ask('planner', 'server/discover', {}, path)
        assert.equal(discovered.result.capabilities.extensions, undefined, path)
        for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
          const unknown = await ask('planner', method, { taskId: '1' }, path)
          assert.deepEqual([unknown.status, unknown.error.code], [404, -32601], `${path} ${method}`)
        }
      }
    })

    test('begin, are asked for, answered and cancelled under an id of our own', async () => {
      const taskId = await begin('planner')
      const [at] = [...server.tasks.keys()].slice(-1)
      assert.match(taskId, /^[0-9a-f]{64}$/)
      const got = await ask('planner', 'tasks/get', { taskId })
      assert.deepEqual([got.result.taskId, got.result.status], [taskId, 'working'])
      assert.deepEqual(server.reached.at(-1)?.params.taskId, at)
      assert.deepEqual(server.reached.at(-1)?.name, at)
      const inputResponses = { one: { action: 'accept', content: {} } }
      await ask('planner', 'tasks/update', { taskId, inputResponses })
      assert.deepEqual(server.tasks.get(String(at))?.answers, inputResponses)
      server.move(String(at), 'completed')
      const done = await ask('planner', 'tasks/get', { taskId })
      assert.deepEqual(done.result.result.content, [{ type: 'text', text: `done ${at}` }])
      await ask('planner', 'tasks/cancel', { taskId })
      assert.equal(server.tasks.get(String(at))?.status, 'cancelled')
    })

    test('each message of one is an entry of its tool, which says which call began it', async () => {
      const taskId = await begin('planner')
      const begun = await here.newest('work')
      await ask('planner', 'tasks/get', { taskId })
      const asked = await here.newest('work')
      assert.deepEqual([begun?.method, asked?.method], ['tools/call', 'tasks/get'])
      assert.deepEqual([asked?.server, asked?.outcome?.status], ['tasks', 'complete'])
      const { entries } = readLedgerFile(here.data, 'ops')
      const intent = entries.find((one) => one.call === asked?.call && one.type === 'call.intent')
      assert.equal(intent?.task, begun?.call)
    })

    test('attack: another caller’s id, a server’s own and a made up one are answered alike, without traffic', async () => {
      const taskId = await begin('planner')
      const reached = server.reached.length
      const answers = []
      for (const id of [taskId, '1', 'work', 'f'.repeat(64), ''])
        for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
          const { status, error } = await ask('rival', method, { taskId: id, inputResponses: {} })
          answers.push(JSON.stringify({ status, error }))
        }
      assert.deepEqual(
        [...new Set(answers)],
        [JSON.stringify({ status: 200, error: { code: -32602, message: 'Task not found' } })],
      )
      assert.equal(server.reached.length, reached)
      const refused = await here.newest('')
      assert.deepEqual([refused?.because, refused?.agent], ['no such task', 'rival'])
    })

    test('attack: a user’s task is another’s to no agent, not even to the same one', async () => {
      const url = `${here.origin}/mcp/ops/tasks`
      const [ann, bob] = await Promise.all(
        ['ann', 'bob'].map((user) => here.onBehalf(user, 'planner', url)),
      )
      tokens.set(`ann ${url}`, String(ann))
      tokens.set(`bob ${url}`, String(bob))
      const taskId = await begin('ann')
      assert.equal((await ask('ann', 'tasks/get', { taskId })).result.taskId, taskId)
      for (const who of ['bob', 'planner'])
        assert.equal((await ask(who, 'tasks/get', { taskId })).error.message, 'Task not found')
    })

    test('attack: what its call would not be permitted any more, its task is not', async () => {
      const taskId = await begin('careful', { line: 3 })
      assert.equal((await ask('careful', 'tasks/get', { taskId })).result.taskId, taskId)
      const narrower = grant('careful', 'careful', both, 'ops', { when: 'args.line == 5' })
      const grants = all(grant('fading', 'fading', both)).split('\n---\n')
      const changed = grants.map((one) =>
        one.includes('"name":"careful","agent"') ? narrower : one,
      )
      await here.apply(documents(...changed))
      const refused = await ask('careful', 'tasks/get', { taskId })
      assert.equal(refused.error.code, -31403)
      await here.apply(all(grant('fading', 'fading', both)))
      assert.equal((await ask('careful', 'tasks/get', { taskId })).result.taskId, taskId)
    })

    test('count against the quotas of the tool that began them', async () => {
      const taskId = await begin('busy', {}, 'other')
      assert.equal((await ask('busy', 'tasks/get', { taskId })).result.taskId, taskId)
      const limited = await ask('busy', 'tasks/get', { taskId })
      assert.equal(limited.error.code, -31429)
    })

    test('a grant that goes takes them with it: the server is told, and nobody may ask', async () => {
      const taskId = await begin('fading')
      const [at] = [...server.tasks.keys()].slice(-1)
      await here.apply(all(grant('fading', 'fading', [{ server: 'tasks', tools: ['other'] }])))
      await until(() => server.tasks.get(String(at))?.status === 'cancelled')
      const gone = await ask('fading', 'tasks/get', { taskId })
      assert.deepEqual([gone.error.code, gone.error.message], [-32602, 'Task not found'])
      await here.apply(all(grant('fading', 'fading', both)))
    })

    test('a server is not told that a task could be begun where none could', async () => {
      const at = countOf('tools/call')
      const call = { name: 'tasks__work', arguments: {} }
      const { result } = await ask('planner', 'tools/call', call, 'ops')
      assert.deepEqual(result.content, [{ type: 'text', text: 'at once' }])
      const large = { text: 'x'.repeat(70_000) }
      const whole = await ask('planner', 'tools/call', { name: 'work', arguments: large })
      assert.equal(whole.result.content[0].text, 'at once')
      assert.equal(countOf('tools/call'), at + 2)
    })

    test('are told of as they move, to whoever they are of and asks for that, each an entry', async () => {
      const [mine, other] = [await begin('planner'), await begin('rival')]
      const [at, theirs] = [...server.tasks.keys()].slice(-2)
      const url = `${here.origin}/mcp/ops/tasks`
      const taskIds = [mine, other, String(at), 'f'.repeat(64)]
      const { headers, body } = modern('subscriptions/listen', {
        notifications: { taskIds },
      } as object)
      const sent = { ...headers, ...bearer(await tokenOf('planner', url)) }
      const undeclared = await exchange(url, { headers: sent, body })
      assert.deepEqual([undeclared.status, JSON.parse(undeclared.body).error.code], [400, -32021])
      Object.assign(body.params._meta, {
        'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } },
      })
      const stream = await callingAt(url).openStream('POST', sent, body)
      await until(() => stream.said().includes('acknowledged'))
      assert.match(stream.said(), new RegExp(`"notifications":\\{"taskIds":\\["${mine}"\\]`))
      assert.deepEqual(server.reached.at(-1)?.params.notifications, { taskIds: [at] })
      const entry = await here.newest('work')
      assert.deepEqual(
        [entry?.method, entry?.outcome?.status],
        ['subscriptions/listen', 'complete'],
      )
      // What is no task of the caller's is left out, and recorded.
      const calls = await here.installation.calls.list({ plane: here.plane, most: 20 })
      const leftOut = calls.filter(({ method, because }) => {
        return method === 'subscriptions/listen' && because === 'no such task'
      })
      assert.equal(leftOut.length, 3)
      server.move(String(theirs), 'completed')
      server.move(String(at), 'completed')
      await until(() => stream.said().includes('"completed"'))
      const notices = stream.said().split('notifications/tasks"').length - 1
      assert.deepEqual([notices, stream.said().includes(other)], [1, false])
      stream.close()
    })

    test('attack: a task that nobody declared or that has no id is no answer', async () => {
      const before = server.tasks.size
      const url = `${here.origin}/mcp/ops/tasks`
      const { headers, body } = modern('tools/call', { name: 'work' })
      const sent = { ...headers, ...bearer(await tokenOf('planner', url)) }
      const answer = await exchange(url, { headers: sent, body })
      assert.equal(JSON.parse(answer.body).result.content[0].text, 'at once')
      assert.equal(server.tasks.size, before)
    })
  })

  describe('of 2025-11-25', () => {
    test('begin, are listed, waited for and cancelled, in whichever session of their caller', async () => {
      const session = await openSession('planner')
      const begun = await session.ask('tools/call', { name: 'work', task: { ttl: 60_000 } })
      const { taskId } = begun.result.task
      const [at] = [...server.tasks.keys()].slice(-1)
      assert.match(taskId, /^[0-9a-f]{64}$/)
      const later = await openSession('planner')
      assert.equal((await later.ask('tasks/get', { taskId })).result.taskId, taskId)
      const result = await later.ask('tasks/result', { taskId })
      assert.deepEqual(result.result.content, [{ type: 'text', text: `done ${at}` }])
      const related = 'io.modelcontextprotocol/related-task'
      assert.equal(result.result._meta[related].taskId, taskId)
      assert.equal(result.result.taskId, 'the own member of a tool')
      assert.deepEqual(
        result.messages
          .slice(0, -1)
          .map(({ params }: { params: { data: string; _meta: object } }) => params),
        [{ level: 'info', data: 'nearly', _meta: { [related]: { taskId } } }],
      )
      const listed = await later.ask('tasks/list')
      const ids = listed.result.tasks.map((one: { taskId: string }) => one.taskId)
      assert.deepEqual([ids.includes(taskId), listed.result.nextCursor], [true, 'more'])
      assert.equal((await later.ask('tasks/cancel', { taskId })).result.taskId, taskId)
      assert.equal(server.tasks.get(String(at))?.status, 'cancelled')
    })

    test('attack: nobody lists, asks for, waits for or cancels another’s', async () => {
      const mine = await openSession('planner')
      const { taskId } = (await mine.ask('tools/call', { name: 'work', task: {} })).result.task
      const rival = await openSession('rival')
      const reached = server.reached.length
      for (const id of [taskId, [...server.tasks.keys()].at(-1)])
        for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
          const { error } = await rival.ask(method, { taskId: id })
          assert.deepEqual(error, { code: -32602, message: 'Task not found' })
        }
      assert.equal(server.reached.length, reached)
      const own = (await rival.ask('tools/call', { name: 'work', task: {} })).result.task.taskId
      const listed = await rival.ask('tasks/list')
      assert.deepEqual(
        listed.result.tasks.map((one: { taskId: string }) => one.taskId),
        [own],
      )
    })

    test('attack: what a server tells of a task reaches its owner alone, under the id that it knows', async () => {
      const mine = await openSession('planner')
      const { taskId } = (await mine.ask('tools/call', { name: 'work', task: {} })).result.task
      const [at] = [...server.tasks.keys()].slice(-1)
      const rival = await openSession('rival')
      const version = { 'mcp-protocol-version': '2025-11-25' }
      const listen = ({ url, headers }: typeof mine) =>
        callingAt(url).openStream('GET', { ...headers, ...version })
      const [hers, his] = [await listen(mine), await listen(rival)]
      server.move(String(at), 'completed')
      await until(() => hers.said().includes('notifications/tasks/status'))
      assert.ok(hers.said().includes(`"taskId":"${taskId}"`))
      const { taskId: own } = (await rival.ask('tools/call', { name: 'work', task: {} })).result
        .task
      server.move(String([...server.tasks.keys()].at(-1)), 'completed')
      await until(() => his.said().includes(own))
      assert.equal(his.said().split('notifications/tasks/status').length - 1, 1)
      assert.ok(!his.said().includes(taskId))
      hers.close()
      his.close()
    })

    test('are none of the modern era’s, at the same server', async () => {
      const session = await openSession('planner')
      const { taskId } = (await session.ask('tools/call', { name: 'work', task: {} })).result.task
      assert.equal((await ask('planner', 'tasks/get', { taskId })).error.message, 'Task not found')
    })

    test('are refused and not told of across eras and at the plane’s endpoint', async () => {
      for (const [path, name] of [
        ['ops/newer', 'work'],
        ['ops', 'newer__work'],
      ] as const) {
        const session = await openSession('planner', path)
        const refused = await session.ask('tools/call', { name, task: {} })
        assert.deepEqual(
          [refused.error.code, refused.error.message],
          [-32602, 'No task can be begun by this call here; call without task'],
        )
        for (const method of ['tasks/get', 'tasks/list', 'tasks/result', 'tasks/cancel'])
          assert.equal((await session.ask(method, { taskId: '1' })).error.code, -32601, path)
      }
    })
  })

  test('a client on the official SDK runs a task at server-everything to its end', async (t) => {
    const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
    const { StreamableHTTPClientTransport } = await import(
      '@modelcontextprotocol/sdk/client/streamableHttp.js'
    )
    const everything = await startEverything()
    const its = document('Server', {
      ...{ plane: 'ops', name: 'everything', owner: 'o', upstream: { url: everything.url } },
      tools: { 'simulate-research-query': read },
    })
    const there = await startHere(
      documents(
        plane(),
        consumer(),
        agent('planner'),
        its,
        grant('g', 'planner', [{ server: 'everything' }]),
      ),
    )
    t.after(async () => {
      await there.stop()
      await everything.stop()
    })
    const url = `${there.origin}/mcp/ops/everything`
    const client = new Client({ name: 'v1', version: '1' }, { capabilities: {} })
    const headers = bearer(await there.token('planner', url))
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }) as never,
    )
    t.after(() => client.close())
    assert.ok(client.getServerCapabilities()?.tasks?.requests?.tools?.call)
    await client.listTools()
    const params = { name: 'simulate-research-query', arguments: { topic: 'bailiwicks' } }
    const seen: string[] = []
    let text = ''
    for await (const message of client.experimental.tasks.callToolStream(params)) {
      seen.push(message.type)
      if (message.type === 'result') text = JSON.stringify(message.result)
    }
    assert.deepEqual([seen[0], seen.at(-1)], ['taskCreated', 'result'])
    assert.match(text, /Research Report: bailiwicks/)
    const { tasks } = await client.experimental.tasks.listTasks()
    assert.equal(tasks.length, 1)
  })
})
