import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startWorld, type World } from './world.ts'

const named = (kind: string, name: string, more: object = {}) => ({
  ...{ kind, plane: 'ops', name },
  ...more,
})
const openapi = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: { '/tickets': { get: { operationId: 'listTickets' } } },
})
const api = (name: string, more: object = {}) =>
  named('API', name, {
    owner: 'service-desk',
    upstream: { url: `https://${name}.internal`, openapi },
    ...more,
  })

describe('A role over one API', () => {
  let world: World
  const tokens: Record<string, string> = {}
  before(async () => {
    world = await startWorld()
    await world.apply([
      { kind: 'Plane', name: 'ops' },
      named('Team', 'service-desk', { people: ['sue'] }),
      api('tickets'),
      api('parcels'),
      named('RoleBinding', 'one', { role: 'owner', people: ['max'], over: { api: 'tickets' } }),
    ])
    for (const name of ['max', 'sue', 'eve']) tokens[name] = await world.signIn(name)
  })
  after(() => world.stop())

  const classify = async (who: string, name: string) => {
    const { status } = await world.ask('POST', `/planes/ops/servers/${name}/classify`, {
      token: tokens[who],
      body: { name: 'listTickets', kind: 'operation', class: 'read' },
    })
    return status
  }
  const suspend = async (who: string, name: string) => {
    const { status } = await world.ask('POST', `/planes/ops/servers/${name}/suspend`, {
      token: tokens[who],
      body: { reason: 'a test' },
    })
    return status
  }

  test('is over that one, and over no other of the same owner', async () => {
    assert.deepEqual(
      [await classify('max', 'tickets'), await classify('max', 'parcels')],
      [200, 403],
    )
    assert.deepEqual([await suspend('max', 'tickets'), await suspend('max', 'parcels')], [200, 403])
  })

  test('leaves the people of the team that owns both what they had', async () => {
    assert.deepEqual(
      [await classify('sue', 'tickets'), await classify('sue', 'parcels')],
      [200, 200],
    )
    assert.equal(await classify('eve', 'tickets'), 404)
  })

  test('lets its document be written, and a grant of it be given, and of no other', async () => {
    const put = async (kinds: string, document: { name: string }) => {
      const { status } = await world.ask('PUT', `/planes/ops/${kinds}/${document.name}`, {
        token: tokens.max,
        body: { apiVersion: 'bailiwick/v1', ...document },
        headers: { 'if-match': '*' },
      })
      return status
    }
    assert.equal(await put('apis', api('tickets', { title: 'Tickets' })), 200)
    assert.equal(await put('apis', api('parcels', { title: 'Parcels' })), 403)
  })

  test('is told to who holds it as one over an item', async () => {
    const { json } = await world.ask('GET', '/session', { token: tokens.max })
    const { planes } = json<{ planes: { roles: object[] }[] }>()
    assert.deepEqual(planes[0]?.roles, [{ role: 'owner', over: { item: 'tickets' } }])
  })

  test('names an API that stands', async () => {
    const wrong = named('RoleBinding', 'two', {
      ...{ role: 'owner', people: ['max'], over: { api: 'tikets' } },
    })
    await assert.rejects(world.apply([wrong]), { code: 'bad_documents' })
  })
})
