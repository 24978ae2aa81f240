import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { callId, planeId } from '#domain/name.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { inParallel } from './caller.ts'
import { type Changing, offer, startChanging } from './changing.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'
import { type Here, startHere } from './watched.ts'

const read = { class: 'read' }
const serverOf = (name: string, { url }: Changing) =>
  JSON.stringify({
    ...{ apiVersion: 'bailiwick/v1', kind: 'Server', plane: 'ops', name, owner: 'team' },
    ...{ upstream: { url }, tools: { a: read, b: read } },
  })
const patienceMs = 3000
const ops = planeId('ops')

/** An installation before two servers, one of them of the older era, that asks anew when so old. */
const furnish = async (freshMs: number) => {
  const [changing, old] = [await startChanging(), await startChanging('legacy')]
  const here = await startHere(
    documents(
      ...[plane(), consumer(), agent('planner'), agent('nobody'), agent('halted')],
      ...[serverOf('changing', changing), serverOf('old', old)],
      ...['planner', 'halted'].map((name) => grant(name, name, [{ server: ['changing', 'old'] }])),
      grant('nobody', 'nobody', [{ server: 'changing', tools: ['b'] }]),
    ),
    { discovery: { freshMs, patienceMs, everyMs: 3_600_000 } },
  )
  const tokens = new Map<string, string>()
  const call = async (who: string, name = 'a', server = 'changing') => {
    const url = `${here.origin}/mcp/ops/${server}`
    const token = tokens.get(who + server) ?? (who && (await here.token(who, url)))
    tokens.set(who + server, token)
    const authorization = `Bearer ${token}`
    const { headers, body } = modern('tools/call', { name })
    const told = await exchange(url, { headers: { ...headers, authorization }, body })
    return { status: told.status, ...JSON.parse(told.body || '{}') }
  }
  const stop = async () => {
    await here.stop()
    changing.stop()
    old.stop()
  }
  return { changing, old, here, call, stop }
}
type Furnished = Awaited<ReturnType<typeof furnish>>

const reasonOf = (told: { error?: { data?: { reason?: string } }; result?: { _meta?: object } }) =>
  told.error?.data?.reason ??
  (told.result?._meta as Record<string, { reason: string }> | undefined)?.['dev.bailiwick/refusal']
    ?.reason

describe('Before a call, where each is preceded by a look', () => {
  let all: Furnished
  let here: Here
  let changing: Changing
  before(async () => {
    all = await furnish(0)
    ;({ here, changing } = all)
  })
  after(() => all?.stop())
  beforeEach(async () => {
    changing.letGo()
    changing.behaviour.tools = ['a', 'b'].map((name) => offer(name))
    await here.installation.refresh(ops, 'changing')
    for (const one of [changing, all.old]) Object.assign(one.asked, { lists: 0, calls: [] })
  })

  test('the server is asked once, and then called', async () => {
    assert.equal((await all.call('planner')).result?.content[0].text, 'done')
    assert.deepEqual(changing.asked, { lists: 1, calls: ['a'] })
  })

  test('attack: strangers, and callers that may not call it, cause no traffic to a server', async () => {
    await all.call('halted')
    await here.suspend('agent', 'halted')
    Object.assign(changing.asked, { lists: 0, calls: [] })
    for (let n = 0; n < 50; n++) assert.equal((await all.call('')).status, 401)
    assert.match(JSON.stringify(await all.call('nobody', 'a')), /Unknown tool/)
    assert.match(JSON.stringify(await all.call('planner', 'unheard-of')), /Unknown tool/)
    assert.equal(reasonOf(await all.call('halted')), 'suspended')
    assert.deepEqual(changing.asked, { lists: 0, calls: [] })
  })

  // How many share one is counted in test/registry/watch.test.ts, where time stands still.
  test('many calls at once are all made, and no call asks more than once', async () => {
    await inParallel(300, 100, async () => {
      assert.equal((await all.call('planner')).result?.content[0].text, 'done')
    })
    assert.equal(changing.asked.calls.length, 300)
    assert.ok(changing.asked.lists <= 300, `${changing.asked.lists} looks`)
  })

  test('and what it looks like then decides, to the end: held where it changed, the other tool goes on', async () => {
    changing.behaviour.tools = [offer('a', { description: 'Another.' }), offer('b')]
    assert.equal(reasonOf(await all.call('planner', 'a')), 'held')
    assert.equal((await all.call('planner', 'b')).result?.content[0].text, 'done')
    assert.deepEqual(changing.asked.calls, ['b'])
    const { fingerprint } =
      here.installation.registry.capabilities(ops, 'changing').find(({ name }) => name === 'b') ??
      {}
    const record = await here.newest('b')
    const found = await here.installation.calls.find(ops, callId(record?.call ?? ''))
    const intent = found?.entries[0]?.entry
    assert.ok(intent?.type === 'call.intent')
    assert.equal(intent.definition, fingerprint)
    assert.equal(intent.revision, here.installation.change.current().revision)
  })

  test('a tool that is gone is unknown, without a call', async () => {
    changing.behaviour.tools = [offer('b')]
    assert.match(JSON.stringify(await all.call('planner', 'a')), /Unknown tool: a/)
    assert.deepEqual(changing.asked.calls, [])
  })

  for (const [lists, code, status, said] of [
    ['fails', -31502, 'upstream_broken', /answered tools\/list with status 500/],
    ['hangs', -31504, 'upstream_timeout', /did not tell within 3000 ms what it offers/],
  ] as const)
    test(`a server whose list ${lists} is not called, and whose side that is on is told: ${status}`, async () => {
      changing.behaviour.lists = lists
      const told = await all.call('planner')
      assert.equal(told.error?.code, code)
      assert.deepEqual([reasonOf(told), told.error.data.station], ['unseen', 'permit'])
      assert.deepEqual(changing.asked.calls, [])
      const record = await here.newest('a')
      assert.equal(record?.decision, 'denied')
      assert.match(record?.because ?? '', said)
      const other = await all.call('planner', 'a', 'old')
      assert.equal(other.result?.content[0].text, 'done', 'others go on as they are')
      changing.letGo()
      assert.equal(
        (await all.call('planner')).result?.content[0].text,
        'done',
        'and it is taken up again',
      )
    })

  test('a server of the older era is asked as well', async () => {
    const url = `${here.origin}/mcp/ops/old`
    const authorization = `Bearer ${await here.token('planner', url)}`
    const about = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    }
    const opened = await exchange(url, {
      headers: { authorization },
      ...legacy('initialize', about),
    })
    const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
    const headers = { authorization, ...session, 'mcp-protocol-version': '2025-11-25' }
    const call = async () => {
      const { body } = await exchange(url, {
        headers,
        ...legacy('tools/call', { name: 'a', arguments: {} }),
      })
      return JSON.parse(body)
    }
    assert.equal((await call()).result?.content[0].text, 'done')
    all.old.behaviour.tools = [offer('a', { annotations: { readOnlyHint: true } }), offer('b')]
    assert.equal(reasonOf(await call()), 'held')
    assert.deepEqual(all.old.asked.calls, ['a'])
  })
})

describe('Before a call, where what the server told may be an hour old', () => {
  let all: Furnished
  before(async () => {
    all = await furnish(3_600_000)
  })
  after(() => all?.stop())

  test('nothing is asked', async () => {
    Object.assign(all.changing.asked, { lists: 0, calls: [] })
    for (let n = 0; n < 20; n++) await all.call('planner')
    assert.equal(all.changing.asked.lists, 0)
    assert.equal(all.changing.asked.calls.length, 20)
  })
})
