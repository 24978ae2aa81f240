// What one decision costs, by ten grants and by a hundred thousand: agents have ten grants each, items 100
// tools each, and 100 rules lie over them, of which three are over the tool that is called. Beside it what
// arguments and conditions add. `first`: of a caller that never asked before. `in turn`: a thousand tokens one
// after the other, as many agents as there are, so that memory is waited for as well.
//   node bench/decisions.ts [--json]
import { parseArgs } from 'node:util'
import { type Patch, patch } from '#change/policy.ts'
import type { Capability } from '#domain/capability.ts'
import type { Document } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { clientId, planeId, serverName } from '#domain/name.ts'
import type { CallerView } from '#policy/policy.ts'
import { createSnapshots } from '#policy/snapshots.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const plane = planeId('ops')
const [consumer, owner] = ['workplace', 'platform-team']
const head = { apiVersion, plane } as const
const read = { class: 'read' } as const
const toolsOf = Array.from({ length: 100 }, (_, n) => `tool_${n}`)
const at = Date.UTC(2026, 10, 22, 10)

const inputSchema = {
  type: 'object',
  properties: { line: { type: 'string' }, from: { type: 'string' }, limit: { type: 'integer' } },
  required: ['line'],
}

interface Size {
  readonly agents: number
  readonly servers: number
  readonly rules: number
}

/** Of each ten grants of an agent the first is over what is called. */
const grantsOf = (agent: number, { servers }: Size, when: string | undefined): Document[] =>
  Array.from({ length: 10 }, (_, n) => ({
    ...head,
    kind: 'Grant',
    name: `grant-${agent}-${n}`,
    agent: `agent-${agent}`,
    consumer,
    allow: [{ server: `server-${(agent + n) % servers}`, class: 'read' }],
    ...(when !== undefined && { when }),
    reason: 'It is measured.',
    until: '2099-12-31',
  }))

/** Three over everything that reads; the others each over a tool of their own. */
const rulesOf = ({ rules, servers }: Size, condition: string | undefined): Document[] =>
  Array.from({ length: rules }, (_, n): Document => {
    const everything = n < 3
    const tool = { server: `server-${n % servers}`, tools: [`tool_${n % 100}x`] }
    return {
      ...head,
      kind: 'Rule',
      name: `rule-${n}`,
      over: everything ? [{ class: 'read' }] : [tool],
      ...(everything && condition !== undefined
        ? { require: condition }
        : { consumers: [consumer] }),
    }
  })

const documents = (size: Size, when?: string, condition?: string): Document[] => [
  { apiVersion, kind: 'Plane', name: plane, owner },
  { ...head, kind: 'Consumer', name: consumer, owner },
  ...Array.from(
    { length: size.servers },
    (_, n): Document => ({
      ...head,
      kind: 'Server',
      name: `server-${n}`,
      owner,
      upstream: { runner: 'none' },
    }),
  ),
  ...Array.from({ length: size.agents }, (_, n): Document[] => [
    {
      ...head,
      kind: 'Agent',
      name: `agent-${n}`,
      owner,
      consumers: [consumer],
      claims: { line: '3' },
    },
    ...grantsOf(n, size, when),
  ]).flat(),
  ...rulesOf(size, condition),
]

const capabilitiesOf = (server: string, withSchema: boolean): Capability[] =>
  toolsOf.map((name) => ({
    server: serverName(server),
    kind: 'tool',
    name,
    fingerprint: '',
    definition: { name, ...(withSchema && { inputSchema }) },
    state: 'pinned',
    classification: read,
    version: 1,
  }))

const standing = (size: Size, withSchema: boolean, when?: string, condition?: string) => {
  const put = documents(size, when, condition).map((document) => ({
    document,
    set: undefined,
    revision: 1,
  }))
  const all: Patch = { put, remove: [], suspend: [] }
  const policy = patch({ revision: 0, planes: new Map() }, 1, all)
  const servers = Array.from({ length: size.servers }, (_, n) => `server-${n}`)
  const known = new Map(servers.map((name) => [name, capabilitiesOf(name, withSchema)]))
  const snapshots = createSnapshots(
    () => policy,
    (_, server) => (server === undefined ? [...known.values()].flat() : (known.get(server) ?? [])),
  )
  snapshots.recompile(plane)
  return snapshots.of(plane)
}

/** Microseconds of processor time for one of so many, the median of several rounds. */
const median = (rounds: number, task: () => number): number => {
  const figures = Array.from({ length: rounds }, () => {
    const start = process.cpuUsage()
    const count = task()
    return process.cpuUsage(start).user / count
  })
  return figures.sort((a, b) => a - b)[rounds >> 1] ?? 0
}

const callers = 1000
const round = (value: number): number => Number(value.toPrecision(3))

const measure = (
  what: string,
  size: Size,
  about: { schema: boolean; when?: string; condition?: string },
) => {
  const snapshot = standing(size, about.schema, about.when, about.condition)
  const asked = Array.from({ length: callers }, (_, n) => (n * 7919) % size.agents)
  const views: CallerView[] = []
  const args = about.schema ? { line: '3', from: '2026-11-22', limit: 20 } : {}
  const decide = (view: CallerView, n: number) => {
    const server = `server-${n % size.servers}`
    const question = { server, kind: 'tool', name: `tool_${n % 100}`, args } as const
    if (!view.decide(question, at).permitted) throw new Error('it is not permitted')
  }
  const first = median(1, () => {
    for (const n of asked) {
      const who = {
        client: clientId(`agent-${n}`, consumer),
        user: undefined,
        scopes: undefined,
        issuedAt: at,
        run: () => '',
      }
      const view = snapshot.caller(who)
      if (!view) throw new Error('the agent is not there')
      views.push(view)
      decide(view, n)
    }
    return callers
  })
  const again = median(21, () => {
    const [view] = views
    for (let turn = 0; turn < 20 * callers; turn++) if (view) decide(view, asked[0] ?? 0)
    return 20 * callers
  })
  const inTurn = median(21, () => {
    for (let turn = 0; turn < 20; turn++)
      for (const [at, view] of views.entries()) decide(view, asked[at] ?? 0)
    return 20 * callers
  })
  return {
    what,
    grants: size.agents * 10,
    agents: size.agents,
    capabilities: size.servers * 100,
    rules: size.rules,
    'first µs': round(first),
    'decision µs': round(again),
    'of 1,000 callers in turn µs': round(inTurn),
  }
}

const small = { agents: 1, servers: 10, rules: 100 }
const large = { agents: 10_000, servers: 100, rules: 100 }
const sameLine = 'args.line == caller.claims.line'
const measured = (size: typeof small) => [
  measure('by name', size, { schema: false }),
  measure('arguments by a schema', size, { schema: true }),
  measure('and a condition of the grant', size, { schema: true, when: sameLine }),
  measure('and of three rules', size, { schema: true, when: sameLine, condition: sameLine }),
]
const ofTen = measured(small)
const ofMany = measured(large)
const ratioTo = (ten = Number.NaN, many = Number.NaN) => round(many / ten)
const rows = [
  ...ofTen,
  ...ofMany.map((row, at) => ({
    ...row,
    '× ten': ratioTo(ofTen[at]?.['decision µs'], row['decision µs']),
    'in turn × ten': ratioTo(
      ofTen[at]?.['of 1,000 callers in turn µs'],
      row['of 1,000 callers in turn µs'],
    ),
  })),
]
if (values.json) console.log(JSON.stringify({ rows }))
else console.table(rows)
