import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parse } from 'yaml'
import { agent, bankRunner, consumer, documents, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { type HttpServer, startBank } from '../peers/servers.ts'

const key = 'cAnArY-bank-key-6b1f'
/** Each in a place where a client keeps something, none of a shape that is known. */
const canaries = {
  header: key,
  variable: 'cAnArY.variable.90ab',
  second: 'cAnArY/second/71cc',
  argument: 'cAnArY-argument-9b2e',
  joined: 'cAnArYjoined44d',
  url: 'cAnArYurl0123456789abcdefCAFE9z',
  bridge: 'cAnArY+bridge+5e5e',
} as const

let bank: HttpServer
let gateway: Gateway
let folder: string
let file: string

const text = (url: string) => `// as Claude Desktop and others keep it
{
  "mcpServers": {
    "Bank (live)": {
      "type": "http",
      "url": "${url}",
      "headers": { "Authorization": "Bearer ${canaries.header}", "X-Region": "eu" }, // ours
    },
    "tickets": {
      "command": "npx",
      "args": ["-y", "@acme/tickets-mcp@2.1.0", "--verbose", "--token", "${canaries.argument}", "--key=${canaries.joined}"],
      "env": { "TICKETS_API_KEY": "${canaries.variable}", "OTHER_TOKEN": "${canaries.second}", "LOG_LEVEL": "info" },
    },
    "named": { "command": "${process.execPath}", "args": ["bank.js"] },
    "old": { "type": "sse", "url": "https://old.internal/sse" },
    "zapier": { "url": "https://hooks.internal/api?api_key=${canaries.url}" },
    "asked": { "url": "https://asked.internal/mcp", "headers": { "X-API-Key": "\${input:key}" } },
    "bridge": {
      "command": "npx",
      "args": ["mcp-remote", "https://bridge.internal/mcp", "--header", "X-Token: ${canaries.bridge}"],
    },
  },
}
`

before(async () => {
  bank = await startBank({ requireKey: true, env: { BANK_API_KEY: key } })
  gateway = await startGateway({
    documents: documents(plane(), consumer(), agent('planner')),
    config: { runners: bankRunner() },
  })
  folder = mkdtempSync(join(tmpdir(), 'bailiwick-'))
  file = join(folder, 'claude_desktop_config.json')
  writeFileSync(file, text(bank.url))
})
after(async () => {
  await gateway?.stop()
  await bank?.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Imported {
  entries: {
    entry: string
    becomes: string
    name: string | null
    notes: string[]
    credentials: string[]
  }[]
  held: { file: string; at: string; credential: string | null }[]
  runners: string | null
  revision: number | null
  diff: string
}
/** Everything that the terminal has told so far. */
const said: string[] = []
const cli = async (...args: string[]) => {
  const { code, stdout, stderr } = await gateway.cli(args)
  said.push(stdout, stderr)
  assert.equal(code, 0, stderr)
  return stdout
}
const imported = async (...args: string[]): Promise<Imported> =>
  JSON.parse(await cli('import', file, ...args, '--json'))
const rows = ({ entries }: Imported) =>
  entries.map(({ entry, becomes, name }) => [entry, becomes, name])
describe('A client’s configuration', () => {
  const expected = [
    ['Bank (live)', 'draft', 'bank-live'],
    ['tickets', 'draft', 'tickets'],
    ['named', 'draft', 'named'],
    ['old', 'left out', null],
    ['zapier', 'left out', null],
    ['asked', 'draft', 'asked'],
    ['bridge', 'draft', 'bridge'],
  ]

  test('with --dry-run shows all that would become of it and changes nothing', async () => {
    const before = await cli('export')
    const told = await imported('--dry-run', '--runner', 'named=bank')
    assert.deepEqual(rows(told), expected)
    assert.match(told.diff, /\+name: bank-live\n/)
    assert.match(told.diff, /\+lifeCycle: draft\n/)
    const shown = await cli('import', file, '--dry-run')
    assert.match(shown, /ops\/bank-live would go to the vault\./)
    assert.match(shown, /claude_desktop_config\.json holds secrets:/)
    assert.equal(await cli('export'), before)
    assert.deepEqual(JSON.parse(await cli('cred', 'list', '--json')), [])
  })

  test('becomes drafts in one change, and its secrets go to the vault', async () => {
    const told = await imported('--runner', 'named=bank', '--owner', 'core-banking')
    assert.deepEqual(rows(told), expected)
    const credentials = JSON.parse(await cli('cred', 'list', '--json'))
    assert.deepEqual(
      credentials.map((one: Record<string, unknown>) => [one.credential, one.version, one.owner]),
      [
        ['asked', null, 'core-banking'],
        ['bank-live', 1, 'core-banking'],
        ['bridge', 1, 'core-banking'],
        ['tickets', 1, 'core-banking'],
        ['tickets-key', 1, 'core-banking'],
        ['tickets-other-token', 1, 'core-banking'],
        ['tickets-token', 1, 'core-banking'],
      ],
    )
    const revisions: { summary: string }[] = JSON.parse(await cli('revisions', '--json'))
    const made = revisions.filter(({ summary }) => summary.endsWith('added'))
    assert.equal(made[0]?.summary, '12 added', 'all documents are one revision')
    const exported = await cli('export')
    assert.match(
      exported,
      /credential: \{ name: bank-live, header: Authorization, format: "Bearer \{secret\}" \}/,
    )
    assert.match(exported, /credential: \{ name: tickets, env: TICKETS_API_KEY \}/)
    assert.match(exported, /credential: \{ name: bridge, header: X-Token \}/)
    assert.match(exported, /upstream: \{ runner: bank \}/)
    assert.match(exported, /title: Bank \(live\)|title: "Bank \(live\)"/)
  })

  test('says what cannot be taken over and why, one by one', async () => {
    const { entries } = await imported('--dry-run')
    const notes = (name: string) =>
      entries.find(({ entry }) => entry === name)?.notes.join('\n') ?? ''
    assert.match(notes('old'), /streamable HTTP has replaced/)
    assert.match(notes('zapier'), /its URL holds what looks like a secret/)
    const text = await cli('import', file, '--dry-run')
    assert.match(text, /old: it speaks HTTP with SSE/)
  })

  test('names where it still holds secrets, and what has them now', async () => {
    const told = await imported()
    const held = told.held.map(({ at, credential }) => [at, credential])
    assert.deepEqual(held, [
      ['mcpServers["Bank (live)"].headers.Authorization', 'bank-live'],
      ['mcpServers.tickets.env.TICKETS_API_KEY', 'tickets'],
      ['mcpServers.tickets.env.OTHER_TOKEN', null],
      ['mcpServers.tickets.args[4]', null],
      ['mcpServers.tickets.args[5]', null],
      ['mcpServers.zapier.url', null],
      ['mcpServers.bridge.args[3]', 'bridge'],
    ])
    const text = await cli('import', file)
    assert.match(text, /still holds secrets:/)
    assert.match(
      text,
      /mcpServers\.tickets\.env\.TICKETS_API_KEY {2}is in the vault as tickets: remove it here/,
    )
  })

  test('a second time makes nothing twice and overwrites nothing', async () => {
    await cli('server', 'classify', 'ops/bank-live', 'accounts_list', 'read')
    const before = await cli('export')
    const told = await imported('--runner', 'named=bank')
    assert.deepEqual(
      rows(told).map(([, becomes]) => becomes),
      ['stands', 'stands', 'stands', 'left out', 'left out', 'stands', 'stands'],
    )
    assert.equal(told.revision, null)
    assert.equal(await cli('export'), before)
    const credentials = JSON.parse(await cli('cred', 'list', '--json'))
    assert.ok(credentials.every(({ version }: { version: number | null }) => (version ?? 1) === 1))
  })

  test('a program is text for a person to judge, and never runs because a file said so', async () => {
    const { runners } = await imported('--dry-run')
    assert.equal(runners, null, 'what stands is not told again')
    const other = join(folder, 'other.json')
    const marker = join(folder, 'ran')
    const evil = { command: '/bin/sh', args: ['-c', `touch ${marker}`], env: { LEVEL: 'info' } }
    writeFileSync(other, JSON.stringify({ mcpServers: { evil } }))
    const { stdout } = await gateway.cli(['import', other, '--json'])
    const {
      command,
      environment,
      arguments: given,
    } = parse(JSON.parse(stdout).runners).runners.evil
    assert.deepEqual([command, environment], ['/bin/sh', { LEVEL: 'info' }])
    // The name of a temporary folder may look like a secret, and is not told then.
    assert.match(given.join(' '), /^-c (?:touch .*|…)$/)
    const [asked] = JSON.parse(stdout).servers
    assert.match(asked.problem, /needs the runner evil/)
    const shown = JSON.parse(await cli('server', 'show', 'ops/evil', '--json'))
    assert.equal(shown.state, 'down', shown.detail)
    assert.equal(shown.lifeCycle, 'draft')
    const published = await gateway.cli(['server', 'publish', 'ops/evil'])
    assert.equal(published.code, 2)
    assert.match(published.stderr, /names evil, which the operator's configuration does not have/)
    assert.throws(() => statSync(marker))
  })

  test('a draft is published, and its secret reaches the server it was for', async () => {
    assert.match(
      await cli('server', 'publish', 'ops/bank-live'),
      /bank-live is published: revision/,
    )
    const grants = join(folder, 'grant.yaml')
    writeFileSync(grants, grant('all', 'planner', [{ server: 'bank-live' }]))
    await cli('apply', '-f', grants)
    const told = await cli('call', 'ops/bank-live/accounts_list', '--as', 'planner')
    assert.match(told, /acc-1001/)
    assert.match(await cli('server', 'retire', 'bank-live'), /is retired/)
    assert.match(await cli('server', 'deprecate', 'bank-live'), /is deprecated/)
    const shown = await cli('server', 'show', 'ops/bank-live')
    assert.match(shown, /life +deprecated/)
    const listed = await cli('server', 'list')
    assert.match(listed, /LIFE/)
    assert.match(listed, /asked +draft/)
  })
})

describe('attack: secrets stand all over a client’s configuration', () => {
  test('none of them is anywhere but encrypted in the vault', async () => {
    await cli('import', file)
    await cli('export')
    await cli('server', 'list', '--json')
    await cli('cred', 'list', '--json')
    for (const { revision } of JSON.parse(await cli('revisions', '--json')))
      await cli('revisions', String(revision))
    assert.ok(
      said.some((text) => text.includes('--token')),
      'the program was shown',
    )
    const entries = JSON.stringify((await gateway.ledger('ops')).entries)
    const files = readdirSync(gateway.data, { recursive: true, encoding: 'utf8' })
      .map((name) => join(gateway.data, name))
      .filter((path) => statSync(path).isFile())
    for (const [where, canary] of Object.entries(canaries)) {
      for (const one of [canary, Buffer.from(canary).toString('base64').slice(0, -4)]) {
        for (const text of said) assert.ok(!text.includes(one), `the terminal tells the ${where}`)
        assert.ok(!entries.includes(one), `the ledger holds the ${where}`)
        assert.ok(!gateway.output().includes(one), `the log holds the ${where}`)
        for (const path of files)
          assert.ok(!readFileSync(path, 'latin1').includes(one), `${path} holds the ${where}`)
      }
    }
  })
})

describe('A server.json', () => {
  test('becomes a draft that waits for its runner, and says which secret it lacks', async () => {
    const path = join(folder, 'server.json')
    writeFileSync(
      path,
      JSON.stringify({
        $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
        name: 'io.github.user/weather',
        title: 'Weather',
        description: 'Forecasts for everybody',
        version: '1.0.2',
        packages: [
          {
            registryType: 'npm',
            identifier: '@user/weather',
            version: '1.0.2',
            transport: { type: 'stdio' },
            environmentVariables: [{ name: 'WEATHER_KEY', isRequired: true, isSecret: true }],
          },
        ],
      }),
    )
    const text = await cli('import', path)
    assert.match(text, /weather: its secret is not in the file: .* cred set weather/)
    assert.match(text, /command: \/ABSOLUTE\/PATH\/OF\/npx/)
    assert.match(text, /- "@user\/weather@1\.0\.2"/)
    const shown = JSON.parse(await cli('server', 'show', 'ops/weather', '--json'))
    assert.deepEqual(
      [shown.title, shown.description, shown.lifeCycle, shown.credential, shown.upstream],
      ['Weather', 'Forecasts for everybody', 'draft', 'weather', 'runner weather'],
    )
  })
})

describe('An OpenAPI document', () => {
  test('becomes the draft of an API, where it answers as it says or as you do', async () => {
    const path = join(folder, 'tickets.openapi.yaml')
    const text = `openapi: 3.1.0
info: { title: Tickets (desk), version: "1" }
servers: [{ url: /v1 }]
paths:
  /tickets:
    get: { operationId: listTickets, responses: { "200": { description: ok } } }
`
    writeFileSync(path, text)
    const silent = JSON.parse(await cli('import', path, '--json'))
    assert.deepEqual(rows(silent), [['Tickets (desk)', 'left out', null]])
    const args = ['--upstream', 'https://tickets.internal/v1', '--owner', 'service-desk']
    const told = await cli('import', path, ...args)
    assert.match(told, /Tickets \(desk\) +draft +ops\/tickets-desk/)
    assert.match(told, /Tickets \(desk\): offers 1 operation\n/)
    const shown = JSON.parse(await cli('server', 'show', 'ops/tickets-desk', '--json'))
    assert.deepEqual(
      [shown.kind, shown.lifeCycle, shown.owner, shown.upstream],
      ['API', 'draft', 'service-desk', 'https://tickets.internal/v1'],
    )
    const again = JSON.parse(await cli('import', path, ...args, '--json'))
    assert.deepEqual(rows(again), [['Tickets (desk)', 'stands', 'tickets-desk']])
  })
})

describe('What is no import', () => {
  const wrong: [what: string, text: string, args: string[], says: RegExp][] = [
    ['another JSON', '{"a": 1}', [], /is no server\.json, no OpenAPI document and no client's/],
    [
      'what it is not said to be',
      '{"mcpServers": {}}',
      ['--as', 'openapi'],
      /is not in the form of an OpenAPI/,
    ],
    ['broken JSON', '{"mcpServers": {"a": hunter2}}', [], /:1 is not JSON/],
    ['a key twice', '{"mcpServers": {},\n"mcpServers": {}}', [], /:2 is not JSON .* duplicate-key/],
    ['text', 'hunter2', [], /cannot be read as YAML, nor as JSON/],
    ['a runner for nobody', '{"mcpServers": {}}', ['--runner', 'a=b'], /no program of the file/],
  ]
  for (const [what, content, args, says] of wrong)
    test(`${what} is 2, with a reason and nothing of the text`, async () => {
      const path = join(folder, 'wrong.json')
      writeFileSync(path, content)
      const { code, stdout, stderr } = await gateway.cli(['import', path, ...args])
      assert.equal(code, 2, stderr)
      assert.equal(stdout, '')
      assert.match(stderr, says)
      assert.doesNotMatch(stderr, /hunter2/)
    })

  test('a file that is not there is 6', async () => {
    assert.equal((await gateway.cli(['import', join(folder, 'nothing.json')])).code, 6)
  })

  test('a client that has no server is said to have none', async () => {
    const path = join(folder, 'empty.json')
    writeFileSync(path, '{ "mcpServers": {} }')
    const { code, stderr } = await gateway.cli(['import', path])
    assert.equal(code, 0)
    assert.match(stderr, /It names no server\./)
  })
})
