import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, type TestContext, test } from 'node:test'
import type { IssuerDocument } from '#domain/documents.ts'
import { createBrowser } from '../issuer/browser.ts'
import { issuerDocument, secret } from '../issuer/organisation-documents.ts'
import { startWorld } from '../manager/world.ts'
import { startOrganisation } from '../peers/organisation.ts'
import { makeFolder, runHere } from './world.ts'

const corp = await startOrganisation()
const world = await startWorld()
after(async () => {
  await world.stop()
  await corp.stop()
})
const { origin } = world
const administrator = await world.signIn('root', { administrator: true })
const ana = { name: 'Ana Demir', groups: ['soc-analysts'] }
await corp.tell({
  clients: [{ id: 'bailiwick', redirects: [`${origin}/oauth/manager/back/corp`], secret }],
  people: { ana },
  who: { subject: 'ana' },
})
const issuer = issuerDocument('corp', corp.issuer, { manager: true })
const { signIn } = issuer
assert(signIn)
const root = { owner: 'root', plane: 'ops' }
await world.apply([
  { kind: 'Plane', name: 'ops' },
  { kind: 'Team', plane: 'ops', name: 'soc', people: ['root'] },
  { kind: 'RoleBinding', plane: 'ops', name: 'soc-reads', role: 'soc', team: 'soc' },
  { kind: 'Credential', ...root, name: 'corp-client' },
  issuer,
])
const put = await world.ask('PUT', '/planes/ops/credentials/corp-client/secret', {
  token: administrator,
  body: { secret: Buffer.from(secret).toString('base64') },
})
assert(put.status < 300, put.text)

/** What the terminal shows, until it shows an address; and what comes of the whole command. */
const login = async (t: TestContext, more: string[] = []) => {
  const home = await makeFolder(t)
  const shown = Promise.withResolvers<URL>()
  const ran = runHere(['login', '--browser', '--url', origin, ...more], {
    env: { HOME: home },
    said(text) {
      const address = /https?:\/\/\S+\/authorize\S+/.exec(text)?.[0]
      if (address !== undefined) shown.resolve(new URL(address))
    },
  })
  return { home, ran, shown: shown.promise }
}
/** By the organisation, to the question whether they began it themselves. */
const goThere = async (address: URL) => {
  const browser = createBrowser(origin)
  const page = await browser.open(address)
  const gone = await browser.open(`${page.url.pathname}/with/corp`)
  const back = await createBrowser(corp.issuer).open(gone.url)
  return { browser, asked: await browser.open(back.url) }
}

describe('A terminal', () => {
  test('signs in by the browser and the organisation, and governs with what the team holds', async (t) => {
    const { home, ran, shown } = await login(t)
    const { browser, asked } = await goThere(await shown)
    const done = await browser.submit(asked, 'allow')
    assert.equal(done.url.hostname, '127.0.0.1')
    assert.match(await (await fetch(done.url)).text(), /Go back to the terminal/)
    const { code, stdout, stderr } = await ran
    assert.equal(code, 0, stderr)
    assert.match(stdout, /as Ana Demir \(.*#ana\) until/)
    const file = join(home, '.config', 'bailiwick', 'sessions.json')
    const { token, person } = JSON.parse(readFileSync(file, 'utf8'))[origin]
    assert.equal(`${stdout}${stderr}`.includes(token), false)
    const session = await world.ask('GET', '/session', { token })
    const { planes, person: account } = session.json<{
      planes: { plane: string; roles: { role: string }[] }[]
      person: { name: string; issuer: string }
    }>()
    assert.deepEqual(
      planes.map(({ plane, roles }) => [plane, roles.map(({ role }) => role).sort()]),
      [['ops', ['owner', 'soc']]],
    )
    assert.deepEqual([account.name, account.issuer], [person, corp.issuer])
    const calls = await world.ask('GET', '/planes/ops/calls', { token })
    assert.equal(calls.status, 200, calls.text)
    const refused = await world.ask('GET', '/people', { token })
    assert.equal(refused.status, 403)
  })

  test('shows people of an organisation to administrators, by name', async (t) => {
    const { shown, ran } = await login(t)
    const { browser, asked } = await goThere(await shown)
    await fetch((await browser.submit(asked, 'allow')).url)
    await ran
    const list = await world.ask('GET', '/people', { token: administrator })
    const { items } = list.json<{ items: { name: string; issuer?: string }[] }>()
    const { name = '' } = items.find(({ issuer }) => issuer !== undefined) ?? {}
    const at = `/people/${encodeURIComponent(name)}`
    assert.equal((await world.ask('GET', at, { token: administrator })).status, 200)
    const account = { administrator: false, password: 'correct horse battery' }
    const given = await world.ask('PUT', at, { token: administrator, body: account })
    assert.equal(given.status, 400, given.text)
    assert.equal((await world.ask('DELETE', at, { token: administrator })).status, 204)
  })

  test('says that it was denied in the browser', async (t) => {
    const { shown, ran } = await login(t)
    const { browser, asked } = await goThere(await shown)
    const done = await browser.submit(asked, 'deny')
    await fetch(done.url)
    const { code, stderr } = await ran
    assert.notEqual(code, 0)
    assert.match(stderr, /denied in the browser/)
  })

  test('goes on waiting whatever else comes to its port', async (t) => {
    const { shown, ran } = await login(t)
    const address = await shown
    const redirect = new URL(address.searchParams.get('redirect_uri') ?? '')
    for (const query of ['', '?code=x', '?code=x&state=y']) {
      const answer = await fetch(`${redirect}${query}`)
      assert.equal(answer.status, 404)
      await answer.text()
    }
    const { browser, asked } = await goThere(address)
    await fetch((await browser.submit(asked, 'allow')).url)
    assert.equal((await ran).code, 0)
  })

  test('takes no password beside the browser', async (t) => {
    const { ran } = await login(t, ['--name', 'root'])
    const { code, stderr } = await ran
    assert.equal(code, 2)
    assert.match(stderr, /typed there/)
  })
})

describe('Who signs in at the Manager', () => {
  test('is for administrators to say, whatever else somebody governs', async () => {
    await world.apply(
      [
        {
          kind: 'RoleBinding',
          plane: 'ops',
          name: 'governs',
          role: 'plane-admin',
          people: ['vera'],
        },
      ],
      'more',
    )
    const token = await world.signIn('vera')
    const put = (document: IssuerDocument) =>
      world.ask('PUT', `/planes/ops/issuers/${document.name}`, {
        ...{ token, body: document },
        headers: document.name === 'corp' ? { 'if-match': '*' } : {},
      })
    const { manager: _, ...atPlane } = signIn
    const widened = [{ team: 'soc', claim: 'sub', values: ['vera'] }]
    for (const document of [
      { ...issuer, signIn: { ...signIn, teams: widened } },
      { ...issuer, signIn: atPlane },
      { ...issuer, name: 'another', issuer: 'https://login.example' },
    ]) {
      const answer = await put(document)
      assert.equal(answer.status, 403, answer.text)
    }
    const plane = await put({
      ...{ ...issuer, name: 'plant', issuer: 'https://plant.example', signIn: atPlane },
    })
    assert.equal(plane.status, 201, plane.text)
  })

  test('cannot be two organisations under one name, or one under two', async () => {
    await world.apply(
      [
        { kind: 'Plane', name: 'finance' },
        { kind: 'Team', plane: 'finance', name: 'soc', people: ['root'] },
      ],
      'finance',
    )
    const client = { id: 'bailiwick' }
    const put = (changed: Partial<IssuerDocument>) => {
      const document = { ...issuer, plane: 'finance', signIn: { ...signIn, client }, ...changed }
      const path = `/planes/finance/issuers/${document.name}`
      return world.ask('PUT', path, { token: administrator, body: document })
    }
    const others: readonly Partial<IssuerDocument>[] = [
      { issuer: 'https://elsewhere.example' },
      { signIn: { ...signIn, client: { id: 'another-client' } } },
      { name: 'second' },
    ]
    for (const changed of others) {
      const clash = await put(changed)
      assert.equal(clash.status, 422, clash.text)
      assert.match(clash.text, /signs people in at the Manager/)
    }
    assert.equal((await put({})).status, 201)
  })
})
