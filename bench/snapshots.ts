// What it takes until a change decides calls, beside compiling the plane whole: ten grants an agent, 20
// servers of 10 tools, 10 quotas. Each figure is of the thread that answers calls, so it is also how long
// a call may wait for it. Then how long 10,000 open streams are looked at after a change.
//   node bench/snapshots.ts [--json]
import { parseArgs } from 'node:util'
import type { Policy } from '#change/change.ts'
import { type Patch, patch } from '#change/policy.ts'
import type { Capability } from '#domain/capability.ts'
import type { Document } from '#domain/documents.ts'
import { apiVersion } from '#domain/fields.ts'
import { clientId, planeId, serverName } from '#domain/name.ts'
import type { Suspension } from '#domain/suspension.ts'
import { createStanding, needsServer } from '#gateway/standing.ts'
import { systemClock } from '#lib/clock.ts'
import type { Moved } from '#policy/patch.ts'
import type { Who } from '#policy/policy.ts'
import { createSnapshots } from '#policy/snapshots.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const plane = planeId('ops')
const [consumer, owner] = ['workplace', 'platform-team']
const serversOf = Array.from({ length: 20 }, (_, n) => `server-${n}`)
const tools = Array.from({ length: 10 }, (_, n) => `tool_${n}`)
const read = { class: 'read' } as const
const head = { apiVersion, plane } as const

const capabilities = (server: string): Capability[] =>
  tools.map((name) => ({
    server: serverName(server),
    kind: 'tool',
    name,
    fingerprint: '',
    definition: { name },
    state: 'pinned',
    classification: read,
  }))

const grantOf = (n: number, tool: string): Document => ({
  ...head,
  kind: 'Grant',
  name: `grant-${n}`,
  agent: `agent-${Math.floor(n / 10)}`,
  consumer,
  allow: [{ server: serversOf[n % 20] ?? '', tools: [tool] }],
  reason: 'It is measured.',
  until: '2099-12-31',
})
const quotaOf = (n: number, minute: number): Document => ({
  ...head,
  kind: 'Quota',
  name: `quota-${n}`,
  over: [{ class: 'read' }],
  per: 'agent',
  allow: { minute },
})
const documents = (grants: number): Document[] => [
  { apiVersion, kind: 'Plane', name: plane, owner },
  { ...head, kind: 'Consumer', name: consumer, owner },
  ...serversOf.map(
    (name): Document => ({
      ...head,
      kind: 'Server',
      name,
      owner,
      upstream: { runner: 'none' },
      tools: Object.fromEntries(tools.map((tool) => [tool, read])),
    }),
  ),
  ...Array.from({ length: 10 }, (_, n) => quotaOf(n, 60)),
  ...Array.from(
    { length: Math.ceil(grants / 10) },
    (_, n): Document => ({
      ...head,
      kind: 'Agent',
      name: `agent-${n}`,
      owner,
      consumers: [consumer],
    }),
  ),
  ...Array.from({ length: grants }, (_, n) => grantOf(n, 'tool_0')),
]

const whoOf = (n: number): Who => ({
  client: clientId(`agent-${n}`, consumer),
  user: undefined,
  scopes: undefined,
  issuedAt: undefined,
  run: () => '',
})

const putting = (...all: Document[]): Patch => ({
  put: all.map((document) => ({ document, set: undefined, revision: 1 })),
  remove: [],
  suspend: [],
})
const suspending = (kind: 'agent' | 'server', name: string, stands: boolean): Patch => {
  const suspension: Suspension = { kind, name, at: 0, by: 'bench', reason: 'bench', revision: 1 }
  return {
    ...putting(),
    suspend: [{ plane, kind, name, suspension: stands ? suspension : undefined }],
  }
}

const timed = (task: () => void): number => {
  const start = performance.now()
  task()
  return (performance.now() - start) * 1000
}
/** Microseconds: what half of them stay under, and all but one in a hundred. */
const spread = (us: readonly number[]) => {
  const sorted = us.toSorted((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}

const measure = (grants: number) => {
  let policy: Policy = patch({ revision: 0, planes: new Map() }, 1, putting(...documents(grants)))
  const snapshots = createSnapshots(
    () => policy,
    (_, server) => (server === undefined ? serversOf.flatMap(capabilities) : capabilities(server)),
  )
  const decide = (n: number) => {
    const view = snapshots.of(plane).caller(whoOf(Math.floor(n / 10)))
    const question = { server: serversOf[n % 20] ?? '', kind: 'tool', name: 'tool_0' } as const
    return view?.decide({ ...question, args: undefined }, Date.UTC(2026, 10, 22))
  }
  const whole = spread(Array.from({ length: 5 }, () => timed(() => snapshots.recompile(plane))))
  for (let n = 0; n < Math.min(grants, 10_000); n += 10) decide(n)

  const change = (
    rows: number,
    make: (n: number) => Patch,
    moved: (n: number) => Omit<Moved, 'plane'>,
  ) => {
    const [stood, inForce, asked]: number[][] = [[], [], []]
    for (let n = 0; n < rows; n++) {
      const at = (n * 7919) % grants
      const made = make(at)
      stood?.push(
        timed(() => {
          policy = patch(policy, policy.revision + 1, made)
        }),
      )
      inForce?.push(timed(() => snapshots.patch(policy, [{ plane, ...moved(at) }])))
      asked?.push(timed(() => decide(at)))
    }
    return {
      stood: spread(stood ?? []),
      inForce: spread(inForce ?? []),
      asked: spread(asked ?? []),
    }
  }
  const document = 'document' as const
  const changes = {
    'a grant': change(
      400,
      (n) => putting(grantOf(n, n % 2 ? 'tool_0' : 'tool_1')),
      (n) => ({ topic: document, kind: 'Grant', name: `grant-${n}` }),
    ),
    'a quota over all': change(
      200,
      (n) => putting(quotaOf(n % 10, n + 1)),
      (n) => ({ topic: document, kind: 'Quota', name: `quota-${n % 10}` }),
    ),
    "a server's tools": change(
      200,
      () => putting(),
      (n) => ({ topic: 'capability', kind: '', name: serversOf[n % 20] ?? '' }),
    ),
    'an agent suspended': change(
      200,
      (n) => suspending('agent', `agent-${Math.floor(n / 10)}`, n % 3 > 0),
      (n) => ({ topic: 'suspension', kind: 'agent', name: `agent-${Math.floor(n / 10)}` }),
    ),
  }
  return Object.entries(changes).map(([what, { stood, inForce, asked }]) => ({
    grants,
    change: what,
    'whole ms': round(whole.p50 / 1000),
    'documents µs': round(stood.p50),
    'patch µs': round(inForce.p50),
    'p99 µs': round(stood.p99 + inForce.p99),
    'next call µs': round(asked.p50),
    'whole ÷ change': Math.round(whole.p50 / (stood.p50 + inForce.p50)),
  }))
}

const round = (value: number): number => Number(value.toPrecision(3))

/** 10,000 streams of 10,000 agents when one of these is suspended: turns taken, and the longest. */
const measureStreams = async () => {
  let policy = patch({ revision: 0, planes: new Map() }, 1, putting(...documents(100_000)))
  const snapshots = createSnapshots(
    () => policy,
    () => serversOf.flatMap(capabilities),
  )
  snapshots.recompile(plane)
  const turns: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const standing = createStanding({
    stands: () => true,
    snapshot: snapshots.of,
    now: () => Date.UTC(2026, 10, 22),
    clock: systemClock,
    later: (task) => setImmediate(() => turns.push(timed(task))),
  })
  const begun = performance.now()
  let endedMs = 0
  for (let n = 0; n < 10_000; n++) {
    const view = snapshots.of(plane).caller(whoOf(n))
    if (!view) throw new Error('the agent is not there')
    const caller = { token: {} as never, view }
    const end = () => {
      endedMs = performance.now()
      resolve()
    }
    standing.add({ caller, reason: needsServer(serversOf[(n * 10) % 20] ?? ''), end })
  }
  const suspended = performance.now()
  policy = patch(policy, 2, suspending('agent', 'agent-9999', true))
  snapshots.patch(policy, [{ plane, topic: 'suspension', kind: 'agent', name: 'agent-9999' }])
  turns.push(timed(() => standing.follow([plane])))
  await promise
  const { p50, p99 } = spread(turns)
  return {
    streams: 10_000,
    'last one ended after ms': round(endedMs - suspended),
    turns: turns.length,
    'turn µs': round(p50),
    'turn p99 µs': round(p99),
    'opened in ms': round(suspended - begun),
  }
}

const rows = [10, 1000, 100_000].flatMap(measure)
const streams = [await measureStreams()]
if (values.json) console.log(JSON.stringify({ rows, streams }))
else {
  console.table(rows)
  console.table(streams)
}
