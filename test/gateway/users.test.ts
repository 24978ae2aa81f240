import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { systemClock as clock } from '#lib/clock.ts'
import { erase } from '#manager/erasing.ts'
import { exchange, legacy } from '../peers/wire.ts'
import { bearer, callingAt, until } from './calling.ts'
import { agent, consumer, documents, grant, plane } from './plane.ts'
import { type Here, startHere, startWatched, watchedServer } from './watched.ts'

describe('A user on whose behalf an agent calls', () => {
  let watched: Awaited<ReturnType<typeof startWatched>>
  let here: Here
  let url: string
  let at: ReturnType<typeof callingAt>
  const token = (user: string, through = 'planner') => here.onBehalf(user, through, url)

  before(async () => {
    watched = await startWatched()
    const all = ['planner', 'other'].flatMap((name) => [
      agent(name),
      grant(name, name, [{ server: 'watched' }]),
    ])
    here = await startHere(documents(plane(), consumer(), watchedServer(watched.url), ...all))
    url = `${here.origin}/mcp/ops/watched`
    at = callingAt(url)
  })
  after(async () => {
    await here?.stop()
    watched?.stop()
  })

  const isRefused = async (by: string): Promise<boolean> =>
    (await at.call(by, 'quick')).result.isError === true

  test('is named by each entry of the call, and by no entry of a call on nobody’s behalf', async () => {
    await at.call(await token('alice@example.com'), 'quick')
    assert.equal((await here.newest('quick'))?.user, 'alice@example.com')
    await at.call(await token('bob'), 'no_such')
    assert.equal((await here.newest('no_such'))?.user, 'bob')
    await at.call(await here.token('planner', url), 'quick')
    const call = await here.newest('quick')
    assert.equal(call?.user, undefined)
    const found = call && (await here.installation.calls.find('ops' as never, call.call))
    assert.equal('user' in (found?.entries[0]?.entry ?? {}), false)
  })

  test('is erased with what was recorded for him, by whichever agent, and nobody else is', async () => {
    const calls: string[] = []
    for (const by of [await token('anna'), await token('anna', 'other'), await token('bert')]) {
      await at.call(by, 'quick')
      calls.push(String((await here.newest('quick'))?.call))
    }
    const states = () =>
      Promise.all(
        calls.map(async (call) => {
          const found = await here.installation.calls.find('ops' as never, call as never)
          assert(found?.entries[0])
          return (await here.installation.recorded.open('ops' as never, found.entries[0])).state
        }),
      )
    assert.deepEqual(await states(), ['whole', 'whole', 'whole'])
    const desk = { installation: here.installation, by: 'local:test', stop: undefined, clock }
    await erase(desk, { plane: 'ops', user: 'anna', reason: 'request 4711' })
    assert.deepEqual(await states(), ['erased', 'erased', 'whole'])
  })

  test('is suspended behind every agent at once: streams end, calls are refused with words, lists are empty; others go on', async () => {
    const alice = await Promise.all([token('alice'), token('alice', 'other')])
    const bystanders = await Promise.all([token('bob'), here.token('planner', url)])
    const streams = await Promise.all(alice.map((one) => at.streamCall(one)))
    const going = await Promise.all(bystanders.map((one) => at.streamCall(one, 'streams_too')))
    await until(() => watched.open().length === 4)
    await here.suspend('user', 'alice')

    for (const { text } of streams) assert.match(await text, /-31403.*Suspended/)
    await until(() => watched.open().join() === 'streams_too,streams_too')
    for (const one of alice) {
      const { result } = await at.call(one, 'quick')
      assert.match(result.content[0].text, /^Suspended: user "alice" is suspended/)
      assert.doesNotMatch(JSON.stringify(result), /deniz|a loop/)
      assert.deepEqual(await at.names(one), [])
    }
    const entry = await here.newest('quick')
    assert.deepEqual(
      [entry?.user, entry?.because],
      ['alice', 'user alice suspended by deniz: a loop'],
    )
    for (const one of bystanders) {
      assert.equal(await isRefused(one), false)
      assert.equal((await at.names(one)).length, 4)
    }
    for (const one of going) one.close()
    await here.resume('user', 'alice')
    for (const one of alice) assert.equal(await isRefused(one), false)
    await until(() => watched.open().length === 0)
  })

  test('has a session that opens for nobody else behind the same agent, and ends when the user is suspended', async () => {
    const alice = await token('alice')
    const session = await at.openSession(alice)
    const quick = legacy('tools/call', { name: 'quick' })
    assert.match((await exchange(url, { ...quick, headers: session })).body, /done/)
    for (const thief of [await token('bob'), await here.token('planner', url)]) {
      const headers = { ...session, ...bearer(thief) }
      assert.equal((await exchange(url, { ...quick, headers })).status, 404)
    }
    const own = await at.openSession(await here.token('planner', url))
    assert.equal(
      (await exchange(url, { ...quick, headers: { ...own, ...bearer(alice) } })).status,
      404,
    )

    const listening = await at.openStream('GET', session)
    watched.seen.length = 0
    await here.suspend('user', 'alice')
    await listening.text
    await until(() => watched.seen.some(({ method }) => method === 'DELETE'))
    assert.match((await exchange(url, { ...quick, headers: session })).body, /Suspended/)
    await here.resume('user', 'alice')
    assert.equal((await exchange(url, { ...quick, headers: session })).status, 404)
  })

  test("shares no session at a server with another user, where the gateway opens them at the plane's address", async () => {
    const address = `${here.origin}/mcp/ops`
    const plane = callingAt(address)
    const sessionOf = async (by: string): Promise<string | undefined> => {
      const headers = await plane.openSession(by)
      watched.seen.length = 0
      await exchange(address, { ...legacy('tools/call', { name: 'watched__quick' }), headers })
      return watched.seen.find(({ method }) => method === 'tools/call')?.session
    }
    const behalf = (user: string) => here.onBehalf(user, 'planner', address)
    const alice = await sessionOf(await behalf('alice'))
    assert.ok(alice)
    assert.equal(await sessionOf(await behalf('alice')), alice)
    const others = [await behalf('bob'), await here.token('planner', address)]
    for (const by of others) assert.notEqual(await sessionOf(by), alice)
  })

  describe('attack: a name with odd characters', () => {
    const names = [
      '../../bob',
      'a/b%2fc',
      "' or '1'='1",
      '<img src=x>',
      '"\\"',
      '__proto__',
      'agent/planner',
      'CN=Alice Smith,OU=Staff',
    ]
    for (const name of names)
      test(`${name} is suspended as that very user, and as nobody else`, async () => {
        const it = await token(name)
        assert.equal(await isRefused(it), false)
        await here.suspend('user', name)
        assert.equal(await isRefused(it), true)
        assert.equal(await isRefused(await token('bob')), false)
        assert.equal(await isRefused(await here.token('planner', url)), false)
        await here.resume('user', name)
        assert.equal(await isRefused(it), false)
      })

    test('another spelling is another user, and what no token can name is refused as a mistake', async () => {
      await here.suspend('user', 'alice')
      assert.equal(await isRefused(await token('Alice')), false)
      await here.resume('user', 'alice')
      for (const name of ['', ' alice', 'alice ', 'ali\u200bce', 'alice\n', 'a'.repeat(256)])
        await assert.rejects(here.suspend('user', name), { code: 'usage' })
    })

    test('the name of an agent, a consumer or a plane is only a user’s, and theirs is not the user’s', async () => {
      const [planner, ops] = [await token('planner', 'other'), await token('ops')]
      for (const name of ['planner', 'workplace-ai', 'ops']) await here.suspend('user', name)
      assert.deepEqual([await isRefused(planner), await isRefused(ops)], [true, true])
      assert.equal(await isRefused(await here.token('planner', url)), false)
      for (const name of ['planner', 'workplace-ai', 'ops']) await here.resume('user', name)
      const through = await token('bob')
      await here.suspend('agent', 'planner')
      assert.deepEqual([await isRefused(planner), await isRefused(through)], [false, true])
      await here.resume('agent', 'planner')
    })
  })
})
