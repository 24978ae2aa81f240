// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, modern } from '../peers/wire.ts'
import { api } from '../rest/api.ts'
import { startTickets, type Tickets, ticketsDocument } from '../rest/tickets.ts'
import { type Document, written } from '../stories/documents.ts'
import { openOffice, type People } from '../stories/people.ts'
import { type Serving, serve, text } from '../stories/servers/serving.ts'

const plane = 'ops'
const agents = ['ant', 'bee', 'cat', 'dog'] as const
const consumers = ['treasury', 'acme'] as const
const classes = ['read', 'write', 'destructive'] as const
const toolCount = 30
const toolNames = Array.from({ length: toolCount }, (_, at) => `tool_${at}`)

const of = (kind: string, name: string, body: object = {}): Document => ({
  ...{ kind, plane, name },
  ...body,
})

const make = (): McpServer => {
  const server = new McpServer({ name: 'office', version: '1.0.0' })
  for (const name of toolNames)
    server.registerTool(name, { description: name, inputSchema: z.strictObject({}) }, () => ({
      content: [text(name)],
    }))
  return server
}

/** Two of every seven tools are not classed, so that nobody may call them. */
const classed = Object.fromEntries(
  toolNames
    .filter((_, at) => at % 7 < 5)
    .map((name, at) => [
      name,
      { class: classes[at % 3], labels: at % 4 === 0 ? ['personal'] : [] },
    ]),
)

const grant = (name: string, agent: string, consumer: string, allow: object[], more: object = {}) =>
  of('Grant', name, { agent, consumer, allow, reason: 'a test', ...more })

const standing = (serving: Serving): Document[] => [
  { kind: 'Plane', name: plane },
  ...consumers.map((name) => of('Consumer', name)),
  ...agents.map((name) =>
    of('Agent', name, { owner: 'people', consumers: [...consumers], claims: { clearance: name } }),
  ),
  ...['office', 'annex'].map((name) =>
    of('Server', name, { owner: 'it', upstream: { url: serving.url('office') }, tools: classed }),
  ),
  grant('ant-reads', 'ant', 'treasury', [{ server: 'office', class: 'read' }, { api: 'tickets' }]),
  grant('ant-old', 'ant', 'acme', [{ server: 'office' }], { until: '2020-01-31' }),
  grant('bee-all', 'bee', 'treasury', [{ server: 'office' }, { server: 'annex' }]),
  grant('bee-acme', 'bee', 'acme', [{ api: 'tickets', class: ['read', 'write'] }]),
  grant('cat-some', 'cat', 'acme', [{ server: 'annex', tools: toolNames.slice(0, 9) }]),
  grant('dog-all', 'dog', 'treasury', [{ server: 'office' }, { api: 'tickets' }]),
  of('Rule', 'no-destruction', { over: [{ class: 'destructive' }], deny: true }),
  of('Rule', 'personal', {
    over: [{ labels: ['personal'] }],
    require: 'caller.claims.clearance == "bee"',
  }),
]

/** How each operation is called; those that fail or wait by themselves are left out. */
const operations: Readonly<Record<string, readonly [method: string, path: string, body?: object]>> =
  {
    listTickets: ['GET', '/tickets'],
    getTicket: ['GET', '/tickets/42'],
    exportTickets: ['GET', '/tickets/export'],
    createTicket: ['POST', '/tickets', { title: 'The press is loud' }],
    deleteTicket: ['DELETE', '/tickets/42'],
  }

interface Row {
  readonly server: string
  readonly item: 'Server' | 'API'
  readonly kind: string
  readonly name: string
  readonly cells: readonly string[]
}
interface Matrix {
  readonly columns: readonly { readonly client: string }[]
  readonly rows: readonly Row[]
}

/** The same numbers on every run. */
const seeded = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('AC-24: for 200 random agents, consumers and capabilities, of MCP and REST', () => {
  let serving: Serving
  let tickets: Tickets
  let gateway: Gateway
  let people: People
  const tokens = new Map<string, string>()

  before(async () => {
    serving = await serve({ office: make })
    tickets = await startTickets()
    const documents = `${written(standing(serving))}\n---\n${api(tickets.url, ticketsDocument())}`
    gateway = await startGateway({ documents })
    people = await openOffice(gateway)
    for (const agent of agents)
      for (const consumer of consumers)
        for (const at of ['mcp/ops', 'rest/ops/tickets']) {
          const client = `${agent}@${consumer}`
          tokens.set(`${client} ${at}`, await gateway.token(client, `${gateway.origin}/${at}`))
        }
    const suspended = await gateway.cli(['agent', 'suspend', 'dog', '--reason', 'a test'])
    assert.equal(suspended.code, 0, suspended.stderr)
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await tickets?.close()
    await serving?.stop()
  })

  const get = async <T>(path: string): Promise<T> => {
    const answer = await people.root.ask('GET', `/planes/${plane}/${path}`)
    assert.equal(answer.status, 200, answer.text)
    return answer.json<T>()
  }

  const isPermitted = async (client: string, { server, item, name }: Row): Promise<boolean> => {
    const at = item === 'API' ? 'rest/ops/tickets' : 'mcp/ops'
    const authorization = `Bearer ${tokens.get(`${client} ${at}`)}`
    if (item === 'API') {
      const [method = '', path = '', body] = operations[name] ?? []
      const answer = await exchange(`${gateway.origin}/${at}${path}`, {
        ...{ method, headers: { authorization } },
        ...(body && { body }),
      })
      return answer.status < 400
    }
    const params = { name, arguments: {} }
    const { headers, body } = modern('tools/call', params)
    const answer = await exchange(`${gateway.origin}/${at}/${server}`, {
      ...{ headers: { ...headers, authorization }, body },
    })
    if (answer.status !== 200) return false
    const { result } = JSON.parse(answer.body) as { result?: { isError?: boolean } }
    return result !== undefined && result.isError !== true
  }

  test('the cell of the matrix, the answer of Explain and a real call agree', async () => {
    const { columns, rows } = await get<Matrix>('matrix?limit=2000')
    const asked = rows.filter(({ item, name }) => item === 'Server' || name in operations)
    const random = seeded(24)
    const seen = new Map<string, number>()
    for (let n = 0; n < 200; n++) {
      const row = asked[random(asked.length)]
      const at = random(columns.length)
      const client = columns[at]?.client
      assert.ok(row && client)
      const { server, kind, name } = row
      const cell = row.cells[at] ?? ''
      const query = new URLSearchParams({ client, server, kind, name })
      const { decision } = await get<{ decision: string }>(`can?${query}`)
      const what = `${client} ${server}/${name}: ${cell}`
      assert.equal(decision, ['none', 'suspended'].includes(cell) ? 'denied' : cell, what)
      assert.equal(await isPermitted(client, row), cell === 'permitted', what)
      seen.set(cell, (seen.get(cell) ?? 0) + 1)
    }
    for (const cell of ['none', 'denied', 'suspended', 'permitted'])
      assert.ok(seen.has(cell), `${cell} is among what was asked: ${JSON.stringify([...seen])}`)
  })
})
