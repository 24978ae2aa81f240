import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { agent, consumer, credential, documents, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { pathOf } from '../peers/program.ts'
import { exchange } from '../peers/wire.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

const page = readFileSync(pathOf('docs/rest.md'), 'utf8')
const blocks = (head: string): string[] =>
  [...page.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)].flatMap(([, word, body = '']) =>
    word === head ? [body] : [],
  )

/** What the page takes for granted: the program, curl, and where things are. */
const shell = (gateway: Gateway, folder: string) => `
bailiwick() { "$NODE" ${pathOf('src/main.ts')} "$@" --data '${gateway.data}'; }
curl() { "$NODE" -e '
  const [, header, url] = process.argv.slice(1)
  const [name, value] = header.split(": ")
  fetch(url, { headers: { [name]: value } }).then(async (answer) => {
    console.log(await answer.text())
    process.exitCode = answer.ok ? 0 : answer.status === 403 ? 3 : 4
  })' -- "$@"; }
FOLDER='${folder}'
`

describe('docs/rest.md', () => {
  let tickets: Tickets
  let gateway: Gateway
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-rest-'))

  before(async () => {
    tickets = await startTickets()
    gateway = await startGateway({
      documents: documents(plane(), consumer(), agent('planner'), credential('tickets-key')),
      secrets: { 'tickets-key': 'the-secret' },
    })
    const [written = '', ...others] = blocks('yaml')
    assert.deepEqual(others, [])
    writeFileSync(
      join(folder, 'tickets.yaml'),
      written.replace('https://tickets.internal/v1', tickets.url),
    )
    writeFileSync(join(folder, 'tickets.openapi.yaml'), stringify(ticketsDocument()))
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const run = async (script: string) => {
    const here = script.replaceAll('http://127.0.0.1:4680', gateway.origin)
    const text = here.replaceAll('-f FOLDER', '-f "$FOLDER"')
    const env = { PATH: process.env.PATH, NODE: process.execPath, NO_COLOR: '1' }
    const child = spawn('sh', ['-euc', shell(gateway, folder) + text], { env })
    const said = { stdout: '', stderr: '' }
    for (const one of ['stdout', 'stderr'] as const)
      child[one].setEncoding('utf8').on('data', (chunk: string) => {
        said[one] += chunk
      })
    const [code] = await once(child, 'close')
    return { code, ...said }
  }

  test('has commands that do what it says, one after the other', async () => {
    const [apply = '', call = '', tool = '', ...others] = blocks('sh')
    assert.deepEqual(others, [])
    const applied = await run(apply)
    assert.equal(applied.code, 0, applied.stderr)
    assert.match(applied.stdout, /operation +listTickets +read/)
    const called = await run(call)
    assert.equal(called.code, 0, called.stderr)
    assert.equal(JSON.parse(called.stdout)[0].id, '42')
    const [reached] = tickets.reached
    assert.deepEqual(
      [reached?.target, reached?.headers.authorization],
      ['/v1/tickets?line=3', 'Bearer the-secret'],
    )
    const made = await run(tool)
    assert.equal(made.code, 0, made.stderr)
    assert.match(made.stdout, /The press is loud/)
  })

  test('has a condition that says what it means', async () => {
    const refused = await run((blocks('sh')[1] ?? '').replace('line=3', 'line=4'))
    assert.equal(refused.code, 3, refused.stderr)
    assert.match(refused.stdout, /problems\/denied/)
    assert.equal(tickets.reached.length, 2)
  })

  test('names addresses that answer', async () => {
    const named = [...page.matchAll(/`(\/\.well-known\/[^`]+)`/g)].map(([, path = '']) => path)
    assert.ok(named.length > 0)
    for (const path of named) {
      const url = gateway.origin + path.replace('{plane}', 'ops').replace('{api}', 'tickets')
      const { status, body } = await exchange(url, { method: 'GET' })
      assert.equal(status, 200, url)
      assert.equal(JSON.parse(body).resource, `${gateway.origin}/rest/ops/tickets`)
    }
  })

  test('has a role over one API that is one', async () => {
    const over = /over: \{ api: tickets \}/.exec(page)?.[0] ?? ''
    const binding = `{ apiVersion: bailiwick/v1, kind: RoleBinding, plane: ops, name: desk, role: owner, people: [dora], ${over} }`
    const applied = await gateway.cli(['apply', '-f', '-', '--set', 'roles'], binding)
    assert.equal(applied.code, 0, applied.stderr)
  })
})
