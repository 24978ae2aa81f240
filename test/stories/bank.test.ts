// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { connectV1, connectV2, type Peer } from '../peers/clients.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { pathOf } from '../peers/program.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { agents, desks, plane, quick, standing, type Team, teams } from './bank.ts'
import { type Document, written } from './documents.ts'
import { openOffice, type People, type Person } from './people.ts'
import { createDesk } from './servers/desk.ts'
import { type Serving, serve } from './servers/serving.ts'

const hello = legacy('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'a stranger', version: '1.0.0' },
})

describe('The bank, whose security and operations share a plane', () => {
  let serving: Serving
  let gateway: Gateway
  let people: People
  const at: Record<string, Person> = {}

  before(async () => {
    const modernDesks = desks.filter(({ desk }) => !desk.old)
    serving = await serve(
      Object.fromEntries(
        modernDesks.map(({ name, desk }) => [
          name,
          () => createDesk(name, [...desk.reads, ...desk.writes]),
        ]),
      ),
    )
    const runners = desks.flatMap(({ name, desk }) =>
      desk.old
        ? [
            [
              name,
              {
                command: process.execPath,
                arguments: [
                  pathOf('test/stories/servers/old-desk.ts'),
                  name,
                  ...desk.reads,
                  ...desk.writes,
                ],
              },
            ],
          ]
        : [],
    )
    gateway = await startGateway({
      documents: written(
        standing(({ name, desk }) => (desk.old ? { runner: name } : { url: serving.url(name) })),
      ),
      config: { runners: Object.fromEntries(runners) },
    })
    people = await openOffice(gateway)
    for (const name of ['sara', 'otto', 'tess', 'paul']) at[name] = await people.hire(name)
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await serving?.stop()
  })

  const endpoint = (server?: string) =>
    `${gateway.origin}/mcp/${plane}${server === undefined ? '' : `/${server}`}`
  const tokenOf = (agent: string, server?: string) => gateway.token(agent, endpoint(server))
  const connect = async (agent: string, server?: string): Promise<Peer> =>
    connectV1({ url: endpoint(server), token: await tokenOf(agent, server) })
  const namesOf = async (peer: Peer) => (await peer.listTools()).map(({ name }) => name).toSorted()
  const person = (name: string): Person => {
    const found = name === 'root' ? people.root : at[name]
    assert(found)
    return found
  }

  test('14 servers stand over two teams, each with its owner, its scopes and what it demands of a token', async () => {
    const items: { document: Document }[] = []
    const { status, json, text } = await people.root.ask('GET', `/planes/${plane}/servers`)
    assert.equal(status, 200, text)
    items.push(...json<{ items: { document: Document }[] }>().items)
    const owners = Map.groupBy(items, ({ document }) => document.owner)
    assert.deepEqual([...owners].map(([owner, all]) => [owner, all.length]).toSorted(), [
      ['operations', 7],
      ['soc', 7],
    ])
    for (const { document } of items) {
      const maxTokenAge = document.name === quick ? '3s' : '300s'
      assert.deepEqual(document.require, { maxTokenAge })
      for (const its of Object.values(document.tools as Record<string, { scopes?: string[] }>))
        assert.equal(its.scopes?.length, 1, document.name)
    }
  })

  for (const [agent, { sees }] of Object.entries(agents)) {
    test(`${agent} discovers exactly its tools at the plane, whichever SDK it is made of`, async () => {
      const old = await connect(agent)
      assert.deepEqual(await namesOf(old), sees)
      await old.close()
      const target = { url: endpoint(), token: await tokenOf(agent) }
      const pinned = await connectV2(target, { pin: '2026-07-28' })
      assert.deepEqual(await namesOf(pinned), sees)
      await pinned.close()
    })

    test(`${agent} finds at a server its own names there, and where it has none what there is at no server`, async () => {
      const authorization = `Bearer ${await tokenOf(agent)}`
      const ask = async (
        server: string,
        message: { headers?: Record<string, string>; body: object },
      ) => {
        const headers = { ...message.headers, authorization }
        const { status, body } = await exchange(endpoint(server), { ...message, headers })
        return `${status} ${body}`
      }
      for (const { name } of desks) {
        const own = sees.filter((tool) => tool.startsWith(`${name}__`))
        if (own.length > 0) {
          const peer = await connect(agent, name)
          assert.deepEqual(
            await namesOf(peer),
            own.map((tool) => tool.slice(name.length + 2)),
          )
          await peer.close()
        } else
          for (const message of [modern('tools/list'), modern('server/discover'), hello])
            assert.equal(await ask(name, message), await ask('no-such-server', message), name)
      }
    })
  }

  test('each agent does its work, and a tool that is hidden answers as one that nobody has', async () => {
    for (const [agent, { sees }] of Object.entries(agents)) {
      const peer = await connect(agent)
      for (const tool of sees) {
        const { text, isError } = await peer.callTool(tool, { id: agent })
        assert.deepEqual([text, isError], [`${tool.replace('__', ' ')} ${agent}`, false])
      }
      const hidden = Object.values(agents)
        .flatMap((other) => other.sees)
        .filter((tool) => !sees.includes(tool))
      const told = async (tool: string) => {
        const thrown = await peer.callTool(tool, { id: agent }).catch(String)
        return String(thrown).replaceAll(tool, 'TOOL')
      }
      const none = await told('siem__no_such_tool')
      assert.match(none, /Unknown tool: TOOL/)
      for (const tool of hidden) assert.equal(await told(tool), none)
      await peer.close()
    }
  })

  test('a token that is older than a server demands is not taken there, and elsewhere it is', async () => {
    const call = async (token: string, name: string) => {
      const params = { name, arguments: { id: '1' } }
      const { headers, body } = modern('tools/call', params as { name: string })
      const authorization = `Bearer ${token}`
      return exchange(endpoint(), { headers: { ...headers, authorization }, body })
    }
    const isTaken = async (token: string) =>
      (await call(token, `${quick}__list_lures`)).status === 200
    let token = await tokenOf('trapper')
    for (let tries = 0; tries < 10 && !(await isTaken(token)); tries++)
      token = await tokenOf('trapper')
    // It grows old while it is used.
    let told = await call(token, `${quick}__list_lures`)
    for (let tries = 0; tries < 100 && told.status === 200; tries++) {
      await pause(100)
      told = await call(token, `${quick}__list_lures`)
    }
    assert.equal(told.status, 401, told.body)
    assert.match(String(told.headers['www-authenticate']), /error="invalid_token".*3 s ago/)
    assert.equal((await call(token, 'cases__read_case')).status, 200)
  })

  /** What the ledger's own file says: every call, permitted or refused. */
  type Called = { agent: string; server: string; count: number }
  const called = async (): Promise<Called[]> => {
    const { entries } = await gateway.ledger(plane)
    return entries.flatMap((entry) =>
      /^call\.(intent|refused|refused\.count)$/.test(entry.type)
        ? [
            {
              agent: String(entry.agent),
              server: String(entry.server),
              count: Number(entry.count ?? 1),
            },
          ]
        : [],
    )
  }
  const owned = (team: Team) => new Set(Object.keys(teams[team]))
  const isOperations = ({ agent, server }: Called): boolean =>
    owned('operations').has(server) || agents[agent]?.team === 'operations'

  const list = async (who: string, query = ''): Promise<Called[]> => {
    const found: Called[] = []
    for (let after: string | undefined, on = true; on; on = after !== undefined) {
      const more = after === undefined ? '' : `&after=${after}`
      const path = `/planes/${plane}/calls?limit=17${query}${more}`
      const { status, text, json } = await person(who).ask('GET', path)
      assert.equal(status, 200, text)
      const page = json<{ items: Called[]; next?: string }>()
      found.push(...page.items.map(({ agent, server, count }) => ({ agent, server, count })))
      after = page.next
    }
    return found
  }
  const count = async (who: string, ...words: string[]) => {
    const { code, stdout, stderr } = await person(who).terminal('calls', '--count', ...words)
    assert.equal(code, 0, stderr)
    return Number(stdout)
  }
  const sum = (all: readonly Called[]) => all.reduce((total, one) => total + one.count, 0)

  test('the SOC reads every call of both teams', async () => {
    const all = await called()
    assert.deepEqual(await list('sara'), all.toReversed())
    assert.equal(await count('sara'), sum(all))
    assert.equal(await count('sara', '--server', 'payments', '--agent', 'cashier'), 2)
    const here = all.filter(({ agent }) => agent === 'triage')
    assert.equal(await count('sara', '--agent', 'triage'), sum(here))
  })

  test("operations reads the calls of its own servers and of its own agents, and not the SOC's", async () => {
    const all = await called()
    const ours = all.filter(isOperations)
    assert(ours.length > 0 && ours.length < all.length)
    for (const who of ['otto', 'tess']) {
      assert.deepEqual(await list(who), ours.toReversed())
      assert.equal(await count(who), sum(ours))
    }
  })

  test('no filter, no count and no id gets operations behind that wall', async () => {
    const all = await called()
    const theirs = all.filter((one) => !isOperations(one))
    for (const server of owned('soc')) {
      const ours = sum(all.filter((one) => one.server === server && isOperations(one)))
      assert.equal(await count('otto', '--server', server), ours, server)
      assert.equal(
        await count(
          'otto',
          '--server',
          server,
          '--where',
          'agent!=cashier',
          '--where',
          'agent!=dispatcher',
        ),
        0,
      )
    }
    const reached = await list('otto', '&agent=triage')
    assert(reached.every(({ server }) => owned('operations').has(server)))
    const [one] = await idsOf('sara', '&agent=triage&server=siem&result=complete')
    assert(theirs.length > 0 && one)
    const refused = await person('otto').ask('GET', `/planes/${plane}/calls/${one}`)
    assert.equal(refused.status, 403)
    assert.equal(refused.text.includes('siem'), false)
    assert.equal((await person('otto').terminal('why', one)).code, 6)
    assert.equal((await person('sara').terminal('why', one)).code, 0)
  })
  const idsOf = async (who: string, query: string): Promise<string[]> => {
    const { json } = await person(who).ask('GET', `/planes/${plane}/calls?limit=5${query}`)
    return json<{ items: { call: string }[] }>().items.map(({ call }) => call)
  }

  test('a role over one item reads that item', async () => {
    const all = await called()
    const payments = all.filter(({ server }) => server === 'payments')
    assert.deepEqual(await list('paul'), payments.toReversed())
    assert.equal(await count('paul', '--where', 'server!=payments'), 0)
  })
})
