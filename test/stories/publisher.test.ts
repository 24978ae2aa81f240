// Runs on both stores.
import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { createCaller } from '../gateway/caller.ts'
import { compact, type House, type HouseKey, startHouse } from '../identity/house.ts'
import { type Gateway, settled, startGateway } from '../peers/gateway.ts'
import { type Sidecar, startSidecar } from '../peers/sidecar.ts'
import { type Document, written } from './documents.ts'
import { createDesk } from './servers/desk.ts'
import { type Serving, serve } from './servers/serving.ts'

const subject = 'system:serviceaccount:press:layout'
const desks = { archive: ['read_page'], print: ['print_page'] }

describe('The publisher, whose agents hold no secret that lasts', () => {
  let serving: Serving
  let cluster: House
  let gateway: Gateway
  const sidecars = new Map<string, Sidecar>()
  /** What the editor holds, and nobody else. */
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ownKey: HouseKey = { kid: 'editor-1', alg: 'ES256', ...own, jwk: {} }

  const standing = (): Document[] => {
    const plane = 'press'
    const agent = (name: string, authenticate: object): Document => ({
      ...{ kind: 'Agent', plane, name, owner: 'newsroom', consumers: ['newsroom'] },
      authenticate,
    })
    const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'editor-1' }
    return [
      { kind: 'Plane', name: plane, tokenLifetime: '1m' },
      { kind: 'Consumer', plane, name: 'newsroom' },
      {
        ...{ kind: 'Issuer', plane, name: 'cluster', owner: 'platform' },
        ...{ issuer: cluster.issuer, assertions: {} },
      },
      agent('editor', { jwks: { keys: [jwk] } }),
      agent('layout', { issuer: 'cluster', subject }),
      ...Object.entries(desks).map(
        ([name, tools]): Document => ({
          ...{ kind: 'Server', plane, name, owner: 'archive' },
          upstream: { url: `${sidecars.get(name)?.origin}/${name}` },
          credential: { perCall: true },
          tools: Object.fromEntries(tools.map((tool) => [tool, { class: 'read' }])),
        }),
      ),
      ...['editor', 'layout'].map(
        (name): Document => ({
          ...{ kind: 'Grant', plane, name, agent: name, consumer: 'newsroom' },
          ...{ allow: [{ class: 'read' }], reason: 'its work' },
        }),
      ),
    ]
  }

  before(async () => {
    cluster = await startHouse(['ES256'])
    serving = await serve(
      Object.fromEntries(
        Object.entries(desks).map(([name, tools]) => [name, () => createDesk(name, tools)]),
      ),
    )
    for (const name of Object.keys(desks))
      sidecars.set(name, await startSidecar(new URL(serving.url(name)).origin, `/${name}`))
    gateway = await startGateway({ config: { keys: { cachedForSeconds: 1 } } })
    for (const one of sidecars.values()) one.trust(`${gateway.origin}/oauth/press/calls`)
    const applied = await gateway.cli(['apply', '-f', '-', '--set', 'press'], written(standing()))
    assert.equal(applied.code, 0, applied.stderr)
    await settled(gateway)
  })
  after(async () => {
    await gateway?.stop()
    for (const one of sidecars.values()) await one.stop()
    await serving?.stop()
    cluster?.stop()
  })

  const issuer = () => `${gateway.origin}/oauth/press`
  const nowS = () => Math.floor(Date.now() / 1000)
  const proofOf = (key: HouseKey, claims: object, head: object) => {
    const times = { iat: nowS(), exp: nowS() + 60, jti: randomUUID(), aud: issuer() }
    const header = JSON.stringify({ alg: 'ES256', kid: key.kid, ...head })
    return compact(key, header, JSON.stringify({ ...times, ...claims }))
  }

  /** What each agent has to show for itself: a proof by its key (RFC 7523 §2.2), or its workload's token (§2.1). */
  const shown = {
    editor: (key: HouseKey = ownKey) => ({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: proofOf(key, { iss: 'editor', sub: 'editor' }, { typ: 'JWT' }),
    }),
    layout: (key: HouseKey = cluster.key('ES256')) => ({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      client_id: 'layout',
      assertion: proofOf(key, { iss: cluster.issuer, sub: subject }, {}),
    }),
  }
  type Who = keyof typeof shown
  const agents = Object.keys(shown) as Who[]

  const ask = async (body: Record<string, string>) => {
    const answer = await fetch(`${issuer()}/token`, {
      method: 'POST',
      body: new URLSearchParams(body),
    })
    const json = (await answer.json()) as { access_token?: string; expires_in?: number }
    return { status: answer.status, ...json }
  }
  const tokenOf = async (who: Who): Promise<string> => {
    const { access_token, status } = await ask(shown[who]())
    assert(access_token, `${who}: ${status}`)
    return access_token
  }
  /** As an agent does it: a token is asked for, used for some calls, and let go. */
  const work = async (who: Who, calls: number): Promise<void> => {
    const caller = createCaller(`${gateway.origin}/mcp/press`, await tokenOf(who))
    for (let n = 0; n < calls; n++) {
      const tool = n % 2 === 0 ? 'archive__read_page' : 'print__print_page'
      const told = await caller.call(tool, { id: `${who}-${n}` })
      assert.equal(told?.status, 200, told?.text)
      assert.match(told?.text ?? '', new RegExp(`_page ${who}-${n}"`))
    }
    caller.close()
  }
  const arrived = () => [...sidecars.values()].flatMap((one) => one.arrived)
  const kidOf = (token: string | undefined): string =>
    JSON.parse(Buffer.from(token?.split(/[ .]/).at(-3) ?? '', 'base64url').toString()).kid

  test('each proves itself with what it alone has, and gets a token of a minute', async () => {
    for (const who of agents) {
      const { status, expires_in } = await ask(shown[who]())
      assert.equal(status, 200)
      assert(expires_in !== undefined && expires_in <= 60)
    }
  })

  test('attack: a key that is not its own proves nothing, and what was shown once is no proof', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const stranger = { ...ownKey, publicKey, privateKey }
    const house = { ...cluster.key('ES256'), publicKey, privateKey }
    assert.equal((await ask(shown.editor(stranger))).status, 401)
    assert.equal((await ask(shown.layout(house))).status, 400)
    const once = shown.editor()
    assert.equal((await ask(once)).status, 200)
    assert.equal((await ask(once)).status, 401)
  })

  test('each call carries a token of its own, which its server verifies', async () => {
    for (const who of agents) await work(who, 4)
    const calls = arrived().filter(({ claims }) => claims?.call.name !== undefined)
    const ids = calls.map(({ claims }) => claims?.jti)
    assert.equal(calls.length, 8)
    assert.equal(new Set(ids).size, 8)
    const subs = new Set(calls.map(({ claims }) => claims?.sub))
    assert.deepEqual([...subs].toSorted(), ['editor', 'layout'])
    const { entries } = await gateway.ledger('press')
    for (const id of ids)
      assert(entries.some(({ type, call }) => type === 'call.intent' && call === id))
  })

  test('keys follow one another under load, and no call fails', async () => {
    const tokenKids = new Set<string>()
    const callKids = () =>
      new Set(
        arrived().flatMap(({ headers, claims }) => (claims ? kidOf(headers.authorization) : [])),
      )
    const before = callKids()
    assert.equal(before.size, 1)
    tokenKids.add(kidOf(await tokenOf('editor')))
    const rolled = await gateway.cli(['issuer', 'keyroll', 'press'])
    assert.equal(rolled.code, 0, rolled.stderr)
    const ends = Date.now() + 60_000
    const isOver = () => (tokenKids.size === 2 && callKids().size === 2) || Date.now() > ends
    const load = async (who: Who) => {
      while (!isOver()) {
        await work(who, 10)
        tokenKids.add(kidOf(await tokenOf(who)))
      }
    }
    await Promise.all([...agents, ...agents].map(load))
    for (const who of agents) await work(who, 10)
    assert.deepEqual([tokenKids.size, callKids().size], [2, 2])
    for (const { claims, refused } of arrived()) {
      assert.equal(refused, undefined)
      assert(claims && claims.exp - claims.iat <= 60)
    }
  })

  test('no secret, no proof and no token of an agent reaches a server or a log', async () => {
    const token = await tokenOf('editor')
    await work('editor', 1)
    const signature = token.split('.').at(-1) ?? ''
    const seen = arrived().map(({ headers, body }) => JSON.stringify(headers) + body)
    for (const { headers } of arrived()) assert.match(kidOf(headers.authorization), /^[\w-]{43}$/)
    assert(!seen.join().includes(signature))
    const said = gateway.output()
    for (const { headers } of arrived())
      assert(!said.includes(headers.authorization?.split('.').at(-1) ?? ''))
  })
})
