import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeFolder, runHere } from '../cli/world.ts'
import { startWorld, type World } from '../manager/world.ts'

const inOps = { plane: 'ops' }
const documents = [
  { kind: 'Plane', name: 'ops' },
  { kind: 'Team', ...inOps, name: 'desk', people: ['olga'] },
  {
    kind: 'RoleBinding',
    ...inOps,
    name: 'owners',
    role: 'owner',
    team: 'desk',
    over: { team: 'desk' },
  },
  { kind: 'RoleBinding', ...inOps, name: 'sees', role: 'developer', people: ['dirk'] },
  {
    ...{ kind: 'Server', ...inOps, name: 'calendar', title: 'Calendar', owner: 'desk' },
    ...{ description: 'Rooms and meetings', contacts: ['#calendar', 'desk@example.com'] },
    ...{ documentation: 'https://wiki.internal/calendar', data: ['personal'], labels: ['office'] },
    upstream: { url: 'https://calendar.internal/mcp' },
  },
  {
    ...{ kind: 'API', ...inOps, name: 'tickets', owner: 'desk', lifeCycle: 'review' },
    upstream: {
      url: 'https://tickets.internal',
      openapi: JSON.stringify({
        openapi: '3.1.0',
        info: { title: 'Tickets', version: '1' },
        paths: {},
      }),
    },
  },
]

let world: World
let home: string
before(async () => {
  world = await startWorld()
  await world.apply(documents)
})
after(() => world?.stop())

/** A command as that person, signed in from elsewhere. */
const bailiwick = async (name: string, ...args: string[]) => {
  const session = {
    person: name,
    token: await world.signIn(name, { administrator: name === 'root' }),
    endsAt: Date.UTC(2099, 0, 1),
  }
  mkdirSync(join(home, 'bailiwick'), { recursive: true })
  writeFileSync(
    join(home, 'bailiwick', 'sessions.json'),
    JSON.stringify({ [world.origin]: session }),
  )
  return runHere([...args, '--url', world.origin], { env: { XDG_CONFIG_HOME: home } })
}

describe('An item of the catalogue', () => {
  test('shows whom to ask, where it is written of, where it stands in its life and what it touches', async (t) => {
    home = await makeFolder(t)
    const list = await bailiwick('olga', 'server', 'list')
    assert.match(list.stdout, /PLANE +SERVER +KIND +LIFE/)
    assert.match(list.stdout, /ops +calendar +Server/)
    assert.match(list.stdout, /ops +tickets +API +review/)
    const shown = (await bailiwick('olga', 'server', 'show', 'ops/calendar')).stdout
    for (const line of [
      /^about +Rooms and meetings$/m,
      /^life +published$/m,
      /^owner +desk$/m,
      /^contacts +#calendar, desk@example\.com$/m,
      /^docs +https:\/\/wiki\.internal\/calendar$/m,
      /^labels +office$/m,
      /^data +personal$/m,
    ])
      assert.match(shown, line)
    const api = JSON.parse(
      (await bailiwick('olga', 'server', 'show', 'ops/tickets', '--json')).stdout,
    )
    assert.deepEqual(
      [api.kind, api.lifeCycle, api.contacts, api.documentation, api.gateway],
      ['API', 'review', [], null, `${world.origin}/rest/ops/tickets`],
    )
  })

  test('stands in the catalogue of those who may only see, once it is published', async (t) => {
    home = await makeFolder(t)
    const token = await world.signIn('dirk')
    const names = async () => {
      const { json } = await world.ask('GET', '/planes/ops/catalogue', { token })
      return json<{ items: { name: string }[] }>().items.map(({ name }) => name)
    }
    assert.deepEqual(await names(), ['calendar'])
    const published = await bailiwick('olga', 'server', 'publish', 'ops/tickets')
    assert.match(published.stdout, /^ops\/tickets is published: revision \d+\.\n$/)
    assert.deepEqual(await names(), ['calendar', 'tickets'])
    assert.equal((await bailiwick('olga', 'server', 'retire', 'tickets')).code, 0)
    assert.deepEqual(await names(), ['calendar'])
    const again = await bailiwick('olga', 'server', 'retire', 'tickets', '--json')
    assert.equal(JSON.parse(again.stdout).lifeCycle, 'retired')
    const { summary } = JSON.parse((await bailiwick('root', 'revisions', '--json')).stdout)[0]
    assert.equal(summary, 'tickets is retired')
  })
})

describe('attack: somebody moves or imports what is not theirs', () => {
  test('a developer neither publishes nor imports, and nothing is changed', async (t) => {
    home = await makeFolder(t)
    const file = join(home, 'mcp.json')
    writeFileSync(
      file,
      JSON.stringify({
        servers: { x: { url: 'https://x.internal/mcp', headers: { 'X-Key': 'k1' } } },
      }),
    )
    const before = world.started.installation.change.current().revision
    for (const args of [
      ['server', 'publish', 'ops/calendar'],
      ['import', file, '--plane', 'ops'],
    ]) {
      const { code, stdout } = await bailiwick('dirk', ...args)
      assert.equal(code, 5)
      assert.equal(stdout, '')
    }
    assert.equal(world.started.installation.change.current().revision, before)
  })

  test('an owner imports for their own team, and for no other', async (t) => {
    home = await makeFolder(t)
    const file = join(home, 'mcp.json')
    const headers = { Authorization: 'Bearer cAnArY-owner-1' }
    writeFileSync(
      file,
      JSON.stringify({
        servers: { mail: { type: 'http', url: 'https://m.internal/mcp', headers } },
      }),
    )
    const other = await bailiwick('olga', 'import', file, '--owner', 'treasury')
    assert.equal(other.code, 5, other.stdout)
    const own = await bailiwick('olga', 'import', file, '--owner', 'desk')
    assert.equal(own.code, 0, own.stderr)
    assert.match(own.stdout, /ops\/mail is at version 1\./)
    const policy = world.started.installation.change.current()
    const [ops] = policy.planes.values()
    assert.equal(ops?.servers.get('mail')?.lifeCycle, 'draft')
    assert.equal(ops?.sets.get('Server/mail'), undefined, 'files of any set may take it over')
  })

  test('what stands under that name is never overwritten, whoever owns it', async (t) => {
    home = await makeFolder(t)
    const file = join(home, 'mcp.json')
    writeFileSync(
      file,
      JSON.stringify({ servers: { Calendar: { url: 'https://evil.internal/mcp' } } }),
    )
    const { code, stdout } = await bailiwick('root', 'import', file, '--owner', 'desk')
    assert.equal(code, 0)
    assert.match(stdout, /Calendar +draft +ops\/calendar-2/)
    const [ops] = world.started.installation.change.current().planes.values()
    assert.deepEqual(ops?.servers.get('calendar')?.upstream, {
      url: 'https://calendar.internal/mcp',
    })
  })
})
