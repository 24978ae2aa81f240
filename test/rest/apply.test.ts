import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { stringify } from 'yaml'
import { agent, consumer, grant, plane } from '../gateway/plane.ts'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange } from '../peers/wire.ts'
import { operations } from './api.ts'
import { startTickets, type Tickets, ticketsDocument } from './tickets.ts'

describe('An API in a folder of files', () => {
  let tickets: Tickets
  let gateway: Gateway
  const folder = mkdtempSync(join(tmpdir(), 'bailiwick-api-'))
  const inside = join(folder, 'plane')

  before(async () => {
    mkdirSync(join(inside, 'apis'), { recursive: true })
    tickets = await startTickets()
    gateway = await startGateway({})
    writeFileSync(join(inside, 'apis', 'tickets.openapi.yaml'), stringify(ticketsDocument()))
    writeFileSync(join(inside, 'tickets.openapi.yaml'), stringify(ticketsDocument()))
    writeFileSync(join(folder, 'outside.yaml'), stringify(ticketsDocument()))
    symlinkSync(join(folder, 'outside.yaml'), join(inside, 'apis', 'link.yaml'))
    const all = [plane(), consumer(), agent('planner')]
    all.push(grant('planner', 'planner', [{ api: 'tickets', class: 'read' }]))
    for (const [at, one] of all.entries()) writeFileSync(join(inside, `${at}.json`), one)
  })
  after(async () => {
    await gateway?.stop()
    await tickets?.close()
    rmSync(folder, { recursive: true })
  })

  const applied = async (openapi: string) => {
    const document = {
      apiVersion: 'bailiwick/v1',
      kind: 'API',
      plane: 'ops',
      name: 'tickets',
      owner: 'service-desk',
      upstream: { url: tickets.url, openapi },
      operations,
    }
    writeFileSync(join(inside, 'tickets.yaml'), stringify(document))
    return await gateway.cli(['apply', '-f', inside, '--set', 'ops'])
  }

  test('names its OpenAPI document by a path, whose text is kept as JSON', async () => {
    for (const path of ['./apis/tickets.openapi.yaml', './tickets.openapi.yaml']) {
      const { code, stderr } = await applied(path)
      assert.equal(code, 0, stderr)
    }
    const address = `${gateway.origin}/rest/ops/tickets`
    const token = await gateway.token('planner', address)
    const answer = await exchange(`${address}/tickets/42`, {
      method: 'GET',
      headers: { authorization: `Bearer ${token}` },
    })
    assert.equal(answer.status, 200, answer.body)
    const { stdout } = await gateway.cli(['export'])
    assert.match(stdout, /openapi\\":\\"3\.1\.0/)
  })

  test('names none outside of its folder, by dots, by a link or by an address', async () => {
    const paths = [
      './../outside.yaml',
      './apis/../../outside.yaml',
      './apis/link.yaml',
      './nothing',
    ]
    for (const path of [...paths, '/etc/passwd', 'http://127.0.0.1:1/x']) {
      const { code, stderr } = await applied(path)
      assert.equal(code, 2, path)
      assert.match(
        stderr,
        /outside of the folder|no such file|no OpenAPI document|be an object/,
        path,
      )
    }
  })

  test('is called by the terminal where it is offered as tools, and says how where it is not', async () => {
    await applied('./apis/tickets.openapi.yaml')
    const { code, stderr } = await gateway.cli(['call', 'ops/tickets/getTicket', 'id=42'])
    assert.equal(code, 2, stderr)
    assert.match(stderr, /not offered as tools/)
    assert.match(stderr, /token AGENT .*\/rest\/ops\/tickets/)
  })
})
