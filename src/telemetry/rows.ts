import type { FamilyRow } from './family.ts'

/**
 * Every figure that there is; `docs/telemetry.md` is made of it. A label is a name of the documents, or
 * one of a closed list: never an argument, a URI, a user, or what a stranger chose to write.
 */
export const rows = {
  begun: {
    name: 'bailiwick.calls.begun',
    kind: 'counter',
    labels: ['plane', 'server'],
    says: 'Calls that were permitted and whose intent is durable.',
  },
  calls: {
    name: 'bailiwick.calls',
    kind: 'counter',
    labels: ['plane', 'server', 'outcome'],
    says: 'Calls that were permitted and have ended, by the status of their outcome in the ledger.',
  },
  refusals: {
    name: 'bailiwick.refusals',
    kind: 'counter',
    labels: ['plane', 'server', 'station', 'reason'],
    says: 'Calls that were refused, by the step where and the reason why, as the ledger says it. Of what was refused as unknown the server is not named: it is what its caller wrote.',
  },
  unrecorded: {
    name: 'bailiwick.unrecorded',
    kind: 'counter',
    labels: ['plane', 'what'],
    says: 'What could not be recorded: `call` was turned away before it was looked at, `intent` was not forwarded, the result of `outcome` was withheld, `refusal` was answered without an entry.',
  },
  strangers: {
    name: 'bailiwick.strangers',
    kind: 'counter',
    labels: ['plane', 'type', 'reason'],
    says: 'Requests without a valid token, and refused requests for tokens and sign-ins, as the ledger counts them.',
  },
  durations: {
    name: 'mcp.server.operation.duration',
    kind: 'histogram',
    unit: 's',
    labels: ['plane', 'server', 'method', 'error'],
    says: 'How long permitted calls took, from their durable intent to their outcome; `error` is empty where they succeeded.',
  },
  capabilityCalls: {
    name: 'bailiwick.capability.calls',
    kind: 'counter',
    labels: ['plane', 'server', 'kind', 'capability', 'result'],
    says: 'Calls of each tool, prompt, resource and operation: `complete`, `failed`, `refused`. A resource that was read by a template is the template.',
  },
  capabilitySeconds: {
    name: 'bailiwick.capability.duration',
    kind: 'counter',
    unit: 's',
    labels: ['plane', 'server', 'kind', 'capability'],
    says: 'How long its permitted calls took, all together.',
  },
  clientCalls: {
    name: 'bailiwick.client.calls',
    kind: 'counter',
    labels: ['plane', 'agent', 'consumer', 'result'],
    says: 'Calls of each agent for each consumer: `complete`, `failed`, `refused`.',
  },
  clientSeconds: {
    name: 'bailiwick.client.duration',
    kind: 'counter',
    unit: 's',
    labels: ['plane', 'agent', 'consumer'],
    says: 'How long its permitted calls took, all together.',
  },
  openCalls: {
    name: 'bailiwick.calls.open',
    kind: 'gauge',
    labels: [],
    says: 'Permitted calls that are under way, with those whose final message comes on a resumed stream.',
  },
  exchanges: {
    name: 'bailiwick.exchanges.open',
    kind: 'gauge',
    labels: [],
    says: 'Requests of agents in work, with streams that stay open: of `limits.concurrentExchanges`.',
  },
  parked: {
    name: 'bailiwick.calls.parked',
    kind: 'gauge',
    labels: [],
    says: 'Calls that wait for what their callers answer: of `limits.parkedCalls` for each server.',
  },
  sessions: {
    name: 'bailiwick.upstream.sessions',
    kind: 'gauge',
    labels: [],
    says: 'Sessions kept open at servers for callers of a newer protocol revision.',
  },
  entries: {
    name: 'bailiwick.ledger.entries',
    kind: 'counter',
    labels: ['plane'],
    says: 'Entries that this process has written.',
  },
  commits: {
    name: 'bailiwick.ledger.commit.duration',
    kind: 'histogram',
    unit: 's',
    labels: ['plane'],
    says: 'How long it took until a group of entries was durable.',
  },
  commitFailures: {
    name: 'bailiwick.ledger.commit.failures',
    kind: 'counter',
    labels: ['plane'],
    says: 'Groups of entries that could not be written: the disk or the database refused, or a sync failed.',
  },
  waiting: {
    name: 'bailiwick.ledger.waiting',
    kind: 'gauge',
    labels: ['plane'],
    says: 'Entries that wait for the disk or the database.',
  },
  ledgerState: {
    name: 'bailiwick.ledger.state',
    kind: 'gauge',
    labels: ['plane', 'state'],
    says: '1 for the state that the ledger is in, 0 for the others: `open`, `over budget`, `failing`, `refused`.',
  },
  treeSize: {
    name: 'bailiwick.ledger.tree.size',
    kind: 'gauge',
    labels: ['plane'],
    says: 'Entries in the tree over the ledger.',
  },
  checkpointAge: {
    name: 'bailiwick.ledger.checkpoint.age',
    kind: 'gauge',
    unit: 's',
    labels: ['plane'],
    says: 'How old the newest checkpoint is. One is signed as soon as there are new entries; a ledger that nothing happens in keeps its last one.',
  },
  unsigned: {
    name: 'bailiwick.ledger.unsigned',
    kind: 'gauge',
    labels: ['plane'],
    says: 'Entries in the tree that no checkpoint covers yet.',
  },
  unpublished: {
    name: 'bailiwick.ledger.unpublished',
    kind: 'gauge',
    labels: ['plane'],
    says: '1 while the newest checkpoint cannot be published.',
  },
  behind: {
    name: 'bailiwick.ledger.follower.behind',
    kind: 'gauge',
    labels: ['plane', 'follower'],
    says: 'Entries that a follower of the ledger, as the index of calls, has not taken yet.',
  },
  upstreamUp: {
    name: 'bailiwick.upstream.up',
    kind: 'gauge',
    labels: ['plane', 'server'],
    says: '1 while the server or API answers. An API that nobody has called yet is not among them.',
  },
  upstreamRestarts: {
    name: 'bailiwick.upstream.restarts',
    kind: 'counter',
    labels: ['plane', 'server'],
    says: 'How often the process of a server was started again.',
  },
  ready: {
    name: 'bailiwick.ready',
    kind: 'gauge',
    labels: [],
    says: '1 while it takes calls, as `/readyz` says it.',
  },
  reachable: {
    name: 'bailiwick.store.reachable',
    kind: 'gauge',
    labels: [],
    says: '1 while the store answers.',
  },
  revision: {
    name: 'bailiwick.revision',
    kind: 'gauge',
    labels: [],
    says: 'The revision of the documents that decides in this process.',
  },
  spans: {
    name: 'bailiwick.telemetry.spans',
    kind: 'counter',
    labels: ['result'],
    says: 'Spans that were `exported`, `dropped` since the queue was full, or `failed` since the collector did not take them.',
  },
  build: {
    name: 'bailiwick.build.info',
    kind: 'gauge',
    labels: ['version', 'node'],
    says: '1, with the version of this program and of Node.js.',
  },
  cpu: {
    name: 'process.cpu.time',
    kind: 'counter',
    unit: 's',
    labels: [],
    prometheus: 'process_cpu_seconds_total',
    says: 'User and system time of the process with its threads.',
  },
  memory: {
    name: 'process.memory.usage',
    kind: 'gauge',
    unit: 'By',
    labels: [],
    prometheus: 'process_resident_memory_bytes',
    says: 'Resident memory.',
  },
  heap: {
    name: 'v8js.memory.heap.used',
    kind: 'gauge',
    unit: 'By',
    labels: [],
    prometheus: 'nodejs_heap_size_used_bytes',
    says: 'Heap of the main thread that is in use.',
  },
  started: {
    name: 'process.start_time',
    kind: 'gauge',
    unit: 's',
    labels: [],
    prometheus: 'process_start_time_seconds',
    says: 'When the process started, Unix time.',
  },
  loop: {
    name: 'nodejs.eventloop.utilization',
    kind: 'gauge',
    unit: '1',
    labels: [],
    says: 'Share of the time since the start in which the main thread was busy.',
  },
  busy: {
    name: 'nodejs.eventloop.time',
    kind: 'counter',
    unit: 's',
    labels: [],
    says: 'Time in which the main thread was busy.',
  },
} as const satisfies Readonly<Record<string, FamilyRow>>

/** As Prometheus names it: the OpenTelemetry name with its unit, and `_total` where it only grows. */
export const prometheusName = ({ name, kind, unit, prometheus }: FamilyRow): string => {
  if (prometheus !== undefined) return prometheus
  const suffix = unit === undefined ? '' : `_${unitNames[unit]}`
  return `${name.replaceAll('.', '_')}${suffix}${kind === 'counter' ? '_total' : ''}`
}
const unitNames = { s: 'seconds', By: 'bytes', 1: 'ratio' } as const
