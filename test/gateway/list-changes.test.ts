import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { type Announcing, announcingServer, startAnnouncing } from './announcing.ts'
import { bearer, callingAt, type Stream, until } from './calling.ts'
import { type Changing, startChanging } from './changing.ts'
import { agent, consumer, document, documents, grant, plane } from './plane.ts'
import { type Here, startHere } from './watched.ts'

const changed = (kind: string) => `notifications/${kind}/list_changed`

describe('Changes of lists', () => {
  let one: Announcing
  let two: Announcing
  let old: Changing
  let here: Here
  let url: string
  const tokens: Record<string, string> = {}
  const streams: Stream[] = []

  const all = (...more: string[]) =>
    documents(
      plane(),
      consumer(),
      ...['planner', 'other', 'nobody'].map((name) => agent(name)),
      announcingServer('one', one.url),
      announcingServer('two', two.url),
      document('Server', {
        plane: 'ops',
        name: 'old',
        owner: 'o',
        upstream: { url: old.url },
        tools: { a: { class: 'read' } },
      }),
      grant('planner', 'planner', [{ server: 'one' }]),
      grant('other', 'other', [{ server: 'two' }]),
      ...more,
    )

  before(async () => {
    one = await startAnnouncing()
    two = await startAnnouncing()
    old = await startChanging('legacy')
    here = await startHere(all(), { discovery: { everyMs: 3_600_000 } })
    url = `${here.origin}/mcp/ops`
    for (const name of ['planner', 'other', 'nobody']) tokens[name] = await here.token(name, url)
  })
  beforeEach(async () => {
    for (const stream of streams.splice(0)) stream.close()
    await here.apply(all())
  })
  after(async () => {
    for (const stream of streams) stream.close()
    await here?.stop()
    one?.stop()
    two?.stop()
    old?.stop()
  })

  /** Listens, and answers when that is acknowledged. */
  const listen = async (who: string, filter: object, at = url): Promise<Stream> => {
    const { headers, body } = modern('subscriptions/listen')
    const params = { ...body.params, notifications: filter }
    const sent = { ...headers, ...bearer(tokens[who] ?? '') }
    const stream = await callingAt(at).openStream('POST', sent, { ...body, params })
    streams.push(stream)
    await until(() => stream.said().includes('acknowledged'))
    return stream
  }
  const lists = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
  const noticesOf = (stream: Stream) =>
    stream
      .said()
      .split('\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)))
      .filter(({ method }) => method !== 'notifications/subscriptions/acknowledged')
  const methodsOf = (stream: Stream) => noticesOf(stream).map(({ method }) => method)

  test('a change of policy is told to those whose list it changed, by kind, and to nobody else', async () => {
    const planner = await listen('planner', lists)
    const other = await listen('other', lists)
    const nobody = await listen('nobody', lists)
    await here.apply(all(grant('more', 'planner', [{ server: 'two', tools: ['first'] }])))
    await until(() => methodsOf(planner).length > 0)
    // What comes after it has come after whatever would have been told of it.
    await here.apply(all(grant('more', 'other', [{ server: 'one', prompts: ['ask'] }])))
    await until(() => methodsOf(other).length > 0)
    await until(() => methodsOf(planner).length > 1)
    assert.deepEqual(methodsOf(planner), [changed('tools'), changed('tools')])
    assert.deepEqual(methodsOf(other), [changed('prompts')])
    assert.deepEqual(methodsOf(nobody), [])
    assert.deepEqual(noticesOf(other)[0].params._meta, {
      'io.modelcontextprotocol/subscriptionId': 1,
    })
  })

  test('nobody learns of a change that it may not see, or did not ask for', async () => {
    const planner = await listen('planner', { promptsListChanged: true })
    const own = await listen('planner', lists, `${url}/one`)
    const other = await listen('other', lists)
    assert.match(planner.said(), /"notifications":\{"promptsListChanged":true\}/)
    // The server says so to everybody who listens to it; nothing of it is true.
    for (const kind of ['tools', 'prompts', 'resources']) one.announce(changed(kind))
    one.offers.tools.push('third')
    one.announce(changed('tools'))
    await until(() => methodsOf(own).length > 0)
    assert.deepEqual(methodsOf(own), [changed('tools')])
    assert.deepEqual(methodsOf(planner), [])
    assert.deepEqual(methodsOf(other), [])
    one.offers.tools.pop()
  })

  test('the gateway listens to each server once, however many listen to it, and not when nobody does', async () => {
    await until(() => one.listening().length === 0)
    const some = await Promise.all(Array.from({ length: 5 }, () => listen('planner', lists)))
    await until(() => one.listening().length === 1 && two.listening().length === 1)
    for (const stream of some) stream.close()
    await until(() => one.listening().length === 0 && two.listening().length === 0)
  })

  test('a legacy session hears of the same at its own stream, of what it can meet', async () => {
    const at = callingAt(url)
    const session = await at.openSession(tokens.planner ?? '')
    const stream = await at.openStream('GET', session)
    streams.push(stream)
    // Of a server of its own era, and of one of the other, which is carried to it.
    const told = () => noticesOf(stream).map(({ method }) => method)
    await here.apply(all(grant('more', 'planner', [{ server: 'two', prompts: ['ask'] }])))
    await until(() => told().includes(changed('prompts')))
    await here.apply(all(grant('more', 'planner', [{ server: 'old', tools: ['a'] }])))
    await until(() => told().includes(changed('tools')))
    assert.ok(told().every((one) => one === changed('prompts') || one === changed('tools')))
    const { body } = await exchange(url, { headers: session, ...legacy('tools/list') })
    assert.deepEqual(
      JSON.parse(body).result.tools.map(({ name }: { name: string }) => name),
      ['old__a', 'one__first', 'one__second', 'one__third'],
    )
  })

  test('updates of resources come from the servers that have them, under the URIs of this endpoint', async () => {
    await here.apply(all(grant('more', 'planner', [{ server: 'two', resources: ['a://two'] }])))
    const resourceSubscriptions = ['one+a://one', 'two+a://two']
    const stream = await listen('planner', { resourceSubscriptions })
    assert.match(stream.said(), /"resourceSubscriptions":\["one\+a:\/\/one","two\+a:\/\/two"\]/)
    const of = (server: Announcing) =>
      server.listening().flatMap(({ resourceSubscriptions: its }) => its ?? [])
    assert.deepEqual([of(one), of(two)], [['a://one'], ['a://two']])
    const updated = 'notifications/resources/updated'
    // Not granted at this server, and another server's by its looks.
    two.announce(updated, { uri: 'a://one' })
    two.announce(updated, { uri: 'one+a://one' })
    two.announce(updated, { uri: 'a://two' })
    one.announce(updated, { uri: 'a://one' })
    await until(() => noticesOf(stream).length === 2)
    assert.deepEqual(
      noticesOf(stream)
        .map(({ params }) => params.uri)
        .sort(),
      ['one+a://one', 'two+a://two'],
    )
    assert.ok(
      noticesOf(stream).every(
        ({ params }) => params._meta['io.modelcontextprotocol/subscriptionId'] === 1,
      ),
    )
  })

  test('a resource that may not be read is not subscribed to, and no server hears of it', async () => {
    for (const uri of ['two+a://two', 'a://one', 'one+a://none', 'ui://one/a']) {
      const { headers, body } = modern('subscriptions/listen')
      const params = { ...body.params, notifications: { resourceSubscriptions: [uri] } }
      const sent = { ...headers, ...bearer(tokens.planner ?? '') }
      const answer = await exchange(url, { headers: sent, body: { ...body, params } })
      assert.deepEqual(JSON.parse(answer.body).error, {
        code: -32602,
        message: 'Resource not found',
        data: { uri },
      })
    }
    assert.deepEqual(two.listening(), [])
  })

  test('whose grant goes loses the stream with it; a plane that is gone from the caller is silent', async () => {
    const stream = await listen('planner', { resourceSubscriptions: ['one+a://one'] })
    await here.apply(
      documents(plane(), consumer(), agent('planner'), announcingServer('one', one.url)),
    )
    assert.match(await stream.text, /revoked|permitted/i)
  })
})
