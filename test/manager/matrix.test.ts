// Runs on both stores.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Gateway, startGateway } from '../peers/gateway.ts'
import { exchange, legacy, modern } from '../peers/wire.ts'
import { type Document, written } from '../stories/documents.ts'
import { openOffice, type People, type Person } from '../stories/people.ts'
import { createMes } from '../stories/servers/mes.ts'
import { type Serving, serve } from '../stories/servers/serving.ts'

const plane = 'plant'
const of = (kind: string, name: string, body: object = {}): Document => ({
  kind,
  plane,
  name,
  ...body,
})
const telemetry = { allow: [{ server: 'mes', tools: ['read_telemetry'] }] }
const grant = (name: string, body: object): Document =>
  of('Grant', name, { consumer: 'shop-floor', reason: 'its work', ...body })
const server = (name: string, owner: string, serving: Serving): Document =>
  of('Server', name, {
    owner,
    upstream: { url: serving.url('mes') },
    tools: {
      read_telemetry: { class: 'read' },
      list_lines: { class: 'write' },
    },
  })

const standing = (serving: Serving): Document[] => [
  { kind: 'Plane', name: plane },
  of('Consumer', 'shop-floor'),
  ...['line-3', 'line-4', 'resting'].map((name) =>
    of('Agent', name, { owner: 'production', consumers: ['shop-floor'], claims: { line: '3' } }),
  ),
  server('mes', 'production', serving),
  server('twin', 'engineering', serving),
  grant('own', { agent: 'line-3', ...telemetry, when: 'args.line == caller.claims.line' }),
  grant('sets', { agent: 'line-4', allow: [{ server: 'mes', class: ['read', 'write'] }] }),
  grant('rests', { agent: 'resting', allow: [{ server: 'twin', class: 'read' }] }),
  of('Rule', 'no-writes', { over: [{ class: 'write' }], deny: true }),
  of('RoleBinding', 'audits', { role: 'auditor', people: ['audrey'], over: { server: 'mes' } }),
  of('RoleBinding', 'governs', { role: 'plane-admin', people: ['ada'] }),
  of('RoleBinding', 'watches', { role: 'soc', people: ['sol'] }),
]

type Cell = 'none' | 'denied' | 'suspended' | 'held' | 'depends' | 'permitted'
interface Row {
  server: string
  kind: string
  name: string
  class: string
  cells: Cell[]
  now?: Cell[]
}
interface Matrix {
  as: string
  columns: { client: string }[]
  rows: Row[]
  next?: string
}

const initialize = legacy('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'wire', version: '1.0.0' },
})

/** The tools that whoever has that token is told of, as they are told. */
const listOf = async (url: string, token: string, era: 'modern' | 'legacy'): Promise<unknown> => {
  const authorization = `Bearer ${token}`
  const { headers, body } =
    era === 'modern' ? modern('tools/list') : { ...legacy('tools/list'), headers: {} }
  const opened =
    era === 'legacy' && (await exchange(url, { ...initialize, headers: { authorization } }))
  const id = opened ? String(opened.headers['mcp-session-id']) : undefined
  const answer = await exchange(url, {
    headers: { authorization, ...headers, ...(id !== undefined && { 'mcp-session-id': id }) },
    body,
  })
  return JSON.parse(answer.body).result.tools
}

describe('What every agent meets at every capability', () => {
  let serving: Serving
  let gateway: Gateway
  let people: People
  let sol: Person
  let audrey: Person
  let ada: Person

  before(async () => {
    serving = await serve({ mes: createMes().make })
    gateway = await startGateway({ documents: written(standing(serving)) })
    people = await openOffice(gateway)
    sol = await people.hire('sol')
    audrey = await people.hire('audrey')
    ada = await people.hire('ada')
    const suspended = await gateway.cli(['agent', 'suspend', 'resting', '--reason', 'a test'])
    assert.equal(suspended.code, 0, suspended.stderr)
  })
  after(async () => {
    await people?.leave()
    await gateway?.stop()
    await serving?.stop()
  })

  const ask = async (person: Person, query = ''): Promise<Matrix> => {
    const answer = await person.ask('GET', `/planes/${plane}/matrix${query}`)
    assert.equal(answer.status, 200, answer.text)
    return answer.json<Matrix>()
  }
  const cellsOf = ({ rows }: Matrix, key: string) =>
    rows.find((one) => `${one.server}/${one.name}` === key)?.cells

  test('stands in columns of agents with their consumers and rows of capabilities', async () => {
    const told = await ask(sol)
    assert.deepEqual(
      told.columns.map(({ client }) => client),
      ['line-3@shop-floor', 'line-4@shop-floor', 'resting@shop-floor'],
    )
    assert.deepEqual(cellsOf(told, 'mes/read_telemetry'), ['depends', 'permitted', 'suspended'])
    assert.deepEqual(cellsOf(told, 'mes/list_lines'), ['none', 'denied', 'suspended'])
    assert.deepEqual(cellsOf(told, 'twin/list_lines'), ['none', 'none', 'suspended'])
  })

  test('is what can answers, cell by cell', async () => {
    const { columns, rows } = await ask(sol)
    const denied: readonly Cell[] = ['none', 'suspended']
    for (const row of rows)
      for (const [at, { client }] of columns.entries()) {
        const { server, kind, name } = row
        const query = new URLSearchParams({ client, server, kind, name })
        const can = (await sol.ask('GET', `/planes/${plane}/can?${query}`)).json<{
          decision: string
        }>()
        const cell = row.cells[at] ?? 'none'
        const told = denied.includes(cell) ? 'denied' : cell
        assert.equal(told, can.decision, `${client} ${server}/${name}`)
      }
  })

  test('comes page by page, and of one agent or server where that is asked', async () => {
    const whole = await ask(sol)
    const rows: Row[] = []
    for (let next: string | undefined = ''; next !== undefined; ) {
      const after = next === '' ? '' : `&after=${encodeURIComponent(next)}`
      const page: Matrix = await ask(sol, `?limit=2${after}`)
      assert.ok(page.rows.length <= 2)
      rows.push(...page.rows)
      next = page.next
    }
    assert.deepEqual(rows, whole.rows)
    const one = await ask(sol, '?agent=line-4&server=twin')
    assert.deepEqual(
      [one.columns.length, one.rows.length, new Set(one.rows.map(({ server }) => server)).size],
      [1, whole.rows.filter(({ server }) => server === 'twin').length, 1],
    )
  })

  test('tells a draft beside what stands, and changes nothing', async () => {
    const draft = {
      files: [
        {
          name: 'd.yaml',
          text: written([grant('more', { agent: 'line-3', allow: [{ server: 'twin' }] })]),
        },
      ],
    }
    const answer = await sol.ask('POST', `/planes/${plane}/matrix`, { draft })
    assert.equal(answer.status, 200, answer.text)
    const told = answer.json<Matrix>()
    assert.equal(told.as, 'draft')
    const changed = told.rows.filter(({ cells, now }) => String(cells) !== String(now))
    assert.deepEqual(
      changed.map(({ server, name, cells, now }) => [server, name, now?.[0], cells[0]]),
      [
        ['twin', 'list_lines', 'none', 'denied'],
        ['twin', 'read_telemetry', 'none', 'permitted'],
      ],
    )
    assert.deepEqual(cellsOf(await ask(sol), 'twin/list_lines'), ['none', 'none', 'suspended'])
  })

  test('is asked for a part of a name, and for classes', async () => {
    const named = await ask(sol, '?search=TELEM&server=mes')
    assert.deepEqual(
      named.rows.filter(({ kind }) => kind === 'tool').map(({ name }) => name),
      ['read_telemetry'],
    )
    const written = await ask(sol, '?class=write&class=destructive')
    assert.deepEqual([...new Set(written.rows.map((one) => one.class))], ['write'])
  })

  describe('made into documents', () => {
    interface Redrawn {
      revision: number
      files: { name: string; text: string }[]
      changes: { op: string; name: string; isFrozen: boolean; before?: string; after: string }[]
      cannot: { name: string; because: string }[]
    }
    const cell = (client: string, name: string, allow: boolean) => ({
      ...{ client: `${client}@shop-floor`, server: 'twin', kind: 'tool', name, allow },
    })
    const redraw = async (cells: object[], reason = 'a test'): Promise<Redrawn> => {
      const path = `/planes/${plane}/matrix/draft`
      const answer = await sol.ask('POST', path, { cells, reason })
      assert.equal(answer.status, 200, answer.text)
      return answer.json<Redrawn>()
    }
    /** As somebody makes it by hand: the files of no set manage it. */
    const apply = async (files: Redrawn['files'], revision?: number) => {
      const body = { files, ...(revision !== undefined && { revision }) }
      return await ada.ask('POST', '/apply', body)
    }

    test('are a new grant for what is allowed, and the effect of it is that cell', async () => {
      const drawn = await redraw([cell('line-3', 'read_telemetry', true)])
      assert.deepEqual(
        drawn.changes.map(({ op, name }) => [op, name]),
        [['add', `line-3-r${drawn.revision}`]],
      )
      const draft = { files: drawn.files }
      const told = (await sol.ask('POST', `/planes/${plane}/matrix`, { draft })).json<Matrix>()
      const changed = told.rows.filter(({ cells, now }) => String(cells) !== String(now))
      assert.deepEqual(
        changed.map(({ server, name }) => `${server}/${name}`),
        ['twin/read_telemetry'],
      )
    })

    test('a grant that files manage is not changed, and is named', async () => {
      const drawn = await redraw([cell('resting', 'read_telemetry', false)])
      assert.deepEqual(drawn.files, [])
      assert.match(drawn.cannot[0]?.because ?? '', /Grant rests .* the set [a-z]+ manage/)
    })

    test('take a capability out of a grant by class, which names from then on what is left', async () => {
      const wide = grant('wide', { agent: 'line-3', allow: [{ server: 'twin' }] })
      await apply([{ name: 'wide.yaml', text: written([wide]) }])
      const drawn = await redraw([cell('line-3', 'list_lines', false)])
      assert.equal(drawn.changes[0]?.op, 'narrow')
      assert.equal(drawn.changes[0]?.isFrozen, true)
      assert.match(drawn.changes[0]?.after ?? '', /server: twin, tools: \[read_telemetry\]/)
      const both = ['list_lines', 'read_telemetry'].map((name) => cell('line-3', name, false))
      const ended = await redraw(both)
      assert.equal(ended.changes[0]?.op, 'end')
      assert.match(ended.changes[0]?.after ?? '', /until: /)
    })

    test('are not applied over what somebody else changed after them', async () => {
      const drawn = await redraw([cell('line-3', 'list_lines', false)])
      const other = grant('wide', { agent: 'line-3', allow: [{ server: 'twin', class: 'read' }] })
      await apply([{ name: 'wide.yaml', text: written([other]) }])
      const answer = await apply(drawn.files, drawn.revision)
      assert.equal(answer.status, 412, answer.text)
      assert.match(answer.text, /Grant wide was changed in revision/)
    })
  })

  test('whoever may explain the calls of one server sees its rows alone, and tries no draft', async () => {
    const unnamed = await audrey.ask('GET', `/planes/${plane}/matrix`)
    assert.equal(unnamed.status, 400)
    assert.match(unnamed.text, /Name the agent/)
    const told = await ask(audrey, '?agent=line-4')
    assert.deepEqual([...new Set(told.rows.map(({ server }) => server))], ['mes'])
    const other = await ask(audrey, '?agent=line-4&server=twin')
    assert.deepEqual(other.rows, [])
    const body = { draft: { files: [{ name: 'd.yaml', text: '' }] } }
    const refused = await audrey.ask('POST', `/planes/${plane}/matrix`, body)
    assert.equal(refused.status, 403)
    const then = await audrey.ask('GET', `/planes/${plane}/matrix?agent=line-4&revision=1`)
    assert.equal(then.status, 403)
  })

  describe('what an agent is told that there is', () => {
    for (const era of ['modern', 'legacy'] as const)
      for (const at of ['', '/mes'])
        test(`is its own list, to the byte, ${era}, at ${at || 'the plane'}`, async () => {
          const url = `${gateway.origin}/mcp/${plane}${at}`
          const own = await listOf(url, await gateway.token('line-4', url), era)
          const server = at && `&server=${at.slice(1)}`
          const answer = await sol.ask(
            'GET',
            `/planes/${plane}/see?client=line-4&era=${era}${server}`,
          )
          assert.equal(answer.status, 200, answer.text)
          const seen = answer.json<{ definitions: { name: string }[]; endpoint: string }>()
          assert.equal(seen.endpoint, url)
          assert.deepEqual(
            seen.definitions.map(({ name }) => name),
            ['list_lines', 'read_telemetry'].map((name) => (at ? name : `mes__${name}`)),
          )
          assert.equal(JSON.stringify(seen.definitions), JSON.stringify(own))
        })

    test('of a suspended one is nothing', async () => {
      const answer = await sol.ask('GET', `/planes/${plane}/see?client=resting`)
      assert.deepEqual(answer.json<{ definitions: object[] }>().definitions, [])
    })

    test('at the plane is for who may explain its calls as a whole', async () => {
      const at = (query: string) =>
        audrey.ask('GET', `/planes/${plane}/see?client=line-4@shop-floor${query}`)
      assert.equal((await at('')).status, 403)
      assert.equal((await at('&server=twin')).status, 403)
      assert.equal((await at('&server=mes')).status, 200)
    })
  })
})
