import assert from 'node:assert/strict'
import type { PlanePolicy } from '#change/change.ts'
import { checkDocument } from '#change/check.ts'
import { because } from '#domain/because.ts'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { Refusal } from '#domain/decision.ts'
import type { Document, Documents, Kind } from '#domain/documents.ts'
import { clientId, planeId, serverName } from '#domain/name.ts'
import type { Suspension, SuspensionKind } from '#domain/suspension.ts'
import type { Asked } from '#gateway/asked.ts'
import { createLend } from '#gateway/lend.ts'
import { createSteps } from '#gateway/steps.ts'
import { createTracing } from '#gateway/traced.ts'
import { Fault } from '#lib/fault.ts'
import { silentLog } from '#lib/log.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { compilePlane, type PlaneSnapshot, snapshotOf } from '#policy/compile.ts'
import { createWindows } from '#quota/windows.ts'
import { askedOf, type Case, writtenOf } from './case.ts'
import type { Written } from './reading.ts'

/** What the gateway's own steps make of a case: from the look at the server to the quotas, in order. */
export type Decided =
  | { readonly permitted: string; readonly counted: readonly string[] }
  | { readonly refusal: Refusal; readonly because: string; readonly instead: string | undefined }

const plane = planeId('ops')

export const decide = async (one: Case): Promise<Decided> => {
  const policy = policyOf(writtenOf(one))
  const snapshot = snapshotOf(
    compilePlane({ plane, policy, capabilities: capabilitiesOf(one, policy), revision: 1 }),
  )
  const asked = askOf(one, snapshot)
  const step = stepsOf(one, policy, snapshot)
  const { unseen } = await step.look(asked)
  if (unseen) return told(unseen)
  const decision = step.permit(asked)
  if (!decision.permitted) return told(decision.refusal)
  // As what an operation goes out is shown in test/rest/: here no API stands behind it.
  if (asked.target.kind !== 'operation') {
    const lent = step.lend(asked, decision)
    if (!lent.permitted) return told(lent.refusal)
  }
  for (let n = 1; ; n++) {
    const room = await step.limit(asked, decision)
    if (!room.permitted) return told(room.refusal)
    const { permission, quotas } = room
    if (n >= (one.call.times ?? 1))
      return { permitted: permission.grant, counted: quotas.map(({ name }) => name) }
  }
}

const told = (refusal: Refusal): Decided => ({
  refusal,
  because: withoutError(because(refusal)),
  instead: 'fallback' in refusal ? refusal.fallback : undefined,
})

/** Which condition fails is a matter of the policy; what went wrong in it, of the language alone. */
export const withoutError = (because: string): string =>
  because.replace(/(: its condition fails): .*$/, '$1').replace(/; that of \S+ fails: .*$/, '')

/** The documents of a case are documents: what `apply` would refuse decides nothing here. */
export const policyOf = ({ documents, suspended, timeZone }: Written): PlanePolicy => {
  const checked = documents.map((one): Document => {
    const { document, findings } = checkDocument(one, undefined)
    assert.deepEqual(
      findings.map(({ message }) => message),
      [],
    )
    assert.ok(document)
    return document
  })
  const of = <K extends Kind>(kind: K) =>
    sortedMap(
      checked.flatMap((one): [string, Documents[K]][] =>
        one.kind === kind ? [[one.name, one as Documents[K]]] : [],
      ),
    )
  return {
    plane: { apiVersion: 'bailiwick/v1', kind: 'Plane', name: plane, timeZone },
    teams: of('Team'),
    roleBindings: of('RoleBinding'),
    servers: of('Server'),
    apis: of('API'),
    consumers: of('Consumer'),
    agents: of('Agent'),
    agentGroups: of('AgentGroup'),
    grants: of('Grant'),
    rules: of('Rule'),
    quotas: of('Quota'),
    credentials: of('Credential'),
    issuers: of('Issuer'),
    policyTests: of('PolicyTest'),
    sets: sortedMap(),
    revisions: sortedMap(),
    suspensions: sortedMap(Object.keys(suspended).map((key) => [key, suspensionOf(key)])),
  }
}

const suspensionOf = (key: string): Suspension => {
  const [kind = ''] = key.split('/')
  const name = key.slice(`${kind}/`.length)
  const given = { at: 1, by: 'deniz', reason: 'a test', revision: 1 }
  return { kind: kind as SuspensionKind, name, ...given }
}

const lineSchema = { type: 'object', properties: { line: { type: 'string' } } }

const capabilitiesOf = (one: Case, policy: PlanePolicy): Capability[] =>
  Object.entries(writtenOf(one).offered).map(([key, state]): Capability => {
    const [item = '', kind = '', ...rest] = key.split('/')
    const name = rest.join('/')
    const classification = classifiedIn(policy, item, kind)?.[name]
    const inputSchema = one.schema ?? lineSchema
    return {
      server: serverName(item),
      kind: kind as CapabilityKind,
      name,
      fingerprint: '',
      definition: {
        inputSchema,
        arguments: one.promptArguments ?? [{ name: 'line' }, { name: 'hall' }],
      },
      state,
      ...(classification && { classification }),
    }
  })

const classifiedIn = ({ servers, apis }: PlanePolicy, item: string, kind: string) => {
  if (kind === 'operation') return apis.get(item)?.operations
  const { tools, prompts, resources } = servers.get(item) ?? {}
  if (kind === 'tool') return tools
  return kind === 'prompt' ? prompts : resources
}

const askOf = (one: Case, snapshot: PlaneSnapshot): Asked => {
  const { agent, consumer, user, scopes, ageMs, item, kind, name, args, now } = askedOf(one)
  const view = snapshot.caller({
    client: clientId(agent, consumer),
    user,
    scopes: scopes && new Set(scopes),
    issuedAt: ageMs === undefined ? undefined : now - ageMs,
    run: () => 'run_1',
  })
  assert.ok(view, `${agent} does not act for ${consumer}`)
  const { about, revision } = one.call
  const era = revision === '2026-07-28' ? 'modern' : 'legacy'
  const use = about ? 'other' : 'result'
  return {
    exchange: { plane, server: item },
    caller: { view },
    ask: { era, revision },
    target: { server: item, kind, name, written: name, args: about ? undefined : args, use },
    at: now,
  } as unknown as Asked
}

const never = () => assert.fail('not reached')

/** The real steps; of what they stand on, what a case says of it. */
const stepsOf = (one: Case, policy: PlanePolicy, snapshot: PlaneSnapshot) => {
  const eras = {
    modern: one.speaks.includes('modern'),
    legacy: one.speaks.includes('legacy') ? '2025-11-25' : undefined,
  }
  const loan = (name: string) =>
    one.vault.includes(name) ? { credential: name, version: 1 } : undefined
  const vault = { plane: () => ({ current: loan }) }
  const unseen = () =>
    Promise.reject(new Fault('upstream_unreachable', { detail: `${one.unseen}` }))
  return createSteps({
    origin: 'https://gateway.example',
    limits: { firstAnswerTimeoutMs: 1, callTimeoutMs: 1 },
    log: silentLog,
    record: { refuse: never, intend: never, conclude: never },
    windows: createWindows(),
    upstreams: { find: () => ({ eras }) } as never,
    // What a case says of a server's eras is all that it can be spoken to in.
    bridges: { spoken: (found, era) => (found.eras[era] ? found : undefined), inRounds: never },
    apis: { find: () => undefined } as never,
    underway: { add: never, has: never, cancel: never },
    carry: { check: () => {}, mayRead: never, call: never, stream: never },
    standing: { check: never, add: never, follow: never },
    loan: createLend({
      vault: vault as never,
      callTokens: never,
      item: (_, name) => policy.servers.get(name) ?? policy.apis.get(name),
    }),
    looks: { age: () => (one.unseen === undefined ? 'fresh' : 'old'), look: unseen, notice: never },
    stepUps: { mayAsk: never },
    tracing: createTracing({ traces: undefined, dropsBaggage: false }),
    listing: never,
    states: { open: () => undefined, seal: never },
    notes: { subscribe: never, unsubscribe: never },
    atServer: { sent: never, forward: never, asks: never, say: never },
    tasks: { carries: never, mayBegin: () => false, target: never, told: never, seal: never },
    snapshot: () => snapshot,
    now: never,
  })
}
