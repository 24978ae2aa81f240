// The product's own gateway with its controls added one by one, as a part: `steps.ts CONTROLS PORT`. The
// product has no switch that turns a control off, so what is off here is a stand-in at the seam where
// `compose.ts` hands that part over; everything else is the part of an installation that runs.
import { createSecretKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMailboxes } from '#bridge/mailboxes.ts'
import type { Documents } from '#domain/documents.ts'
import { type ClientId, clientId, planeId } from '#domain/name.ts'
import { createAgentsEdge } from '#edge/agents/agents.ts'
import { perform } from '#edge/control/operations.ts'
import { createListener, Edges } from '#edge/listen.ts'
import { createEnded } from '#gateway/ended.ts'
import type { GatewayParts } from '#gateway/gateway.ts'
import type { Installation } from '#gateway/installation.ts'
import { createLend } from '#gateway/lend.ts'
import { createGateway } from '#gateway/serve.ts'
import { createSessionNotes } from '#gateway/session-notes.ts'
import type { Identity, VerifiedToken } from '#identity/identity.ts'
import type { Ledger, PayloadSealer, PlaneLedger } from '#ledger/ledger.ts'
import { createPlaneLedger } from '#ledger/plane-ledger.ts'
import { systemClock as clock, systemRandom as random } from '#lib/clock.ts'
import { createIds } from '#lib/id.ts'
import { silentLog as log } from '#lib/log.ts'
import { sortedMap } from '#lib/sorted-map.ts'
import { compilePlane, type PlaneSnapshot, snapshotOf } from '#policy/compile.ts'
import type { CallerView } from '#policy/policy.ts'
import { createWindows } from '#quota/windows.ts'
import { openStore } from '#store/open.ts'
import { createTelemetry } from '#telemetry/telemetry.ts'
import { createArgumentHash, soughtOf } from '#vault/argument-hash.ts'
import { createKeyring } from '#vault/keyring.ts'
import { startInstallation } from '../src/compose.ts'
import { readConfiguration } from '../src/config.ts'
import { controls } from './controls.ts'
import { type Ask, client, furnish, mint, plane, server } from './plane.ts'
import { serveParent } from './process.ts'

const id = planeId(plane)
const who: ClientId = clientId(client, 'workplace-ai')
const count = Number(process.argv[2])
const has = (control: (typeof controls)[number]): boolean => controls.indexOf(control) < count

const nobodyAsked: VerifiedToken = Object.freeze({
  plane: id,
  client: who,
  agent: client,
  consumer: 'workplace-ai',
  user: undefined,
  audience: '',
  scopes: undefined,
  tokenId: '',
  through: [],
  run: undefined,
  binding: undefined,
  acr: undefined,
  signedInAt: undefined,
  issuedAt: 0,
  expiresAt: Number.POSITIVE_INFINITY,
})

const identityOf = ({ identity }: Installation): Identity =>
  has('authenticate') ? identity : { ...identity, verify: () => nobodyAsked, covers: () => true }

/** Without permissions whatever stands in the registry may be called; without limits no quota counts it. */
const openSnapshot = ({ change, registry }: Installation): PlaneSnapshot => {
  const policy = change.current().planes.get(id)
  if (!policy) throw new Error('the plane was not applied')
  const capabilities = registry.capabilities(id)
  const quotas = has('limit') ? policy.quotas : sortedMap<Documents['Quota']>()
  const compiled = snapshotOf(
    compilePlane({ plane: id, policy: { ...policy, quotas }, capabilities, revision: 1 }),
  )
  const view = compiled.caller({
    client: who,
    user: undefined,
    scopes: undefined,
    issuedAt: undefined,
    run: () => '',
  })
  if (has('permit') || !view) return compiled
  const decisions = new Map(
    capabilities.map((capability) => [
      capability.name,
      {
        permitted: true,
        capability,
        args: {},
        permission: { grant: '' },
        quotas: [],
        own: undefined,
        otherwise: undefined,
      } as const,
    ]),
  )
  const open: CallerView = {
    ...view,
    decide: (question, now) => decisions.get(question.name) ?? view.decide(question, now),
  }
  return { revision: 1, caller: () => open }
}

const memory = await openStore({ folder: 'memory', appendDeadlineMs: 2000, clock, log })
const keyring = await createKeyring({ folder: 'memory', values: memory.values, random, log })
await keyring.prepare(id)

const sealer = keyring.sealer(id, 'arguments')
const findKey = createSecretKey(random(32))
const { ofSought } = createArgumentHash(createSecretKey(random(32)), id)
const hash = (argument: string, text: string) => ofSought(soughtOf(findKey, argument, text))
/** As of one subject whose key is in memory. */
const payloadSealer: PayloadSealer = {
  sealing: () => ({ seal: sealer.seal, hash }),
  open: async (sealed, context) => sealer.open(sealed, context),
  openEarlier: sealer.open,
}

/** The real ledger with nothing behind it, or nothing at all. */
const ledgerOf = ({ ledger }: Installation): Ledger => {
  if (has('record, durable')) return ledger
  const real = ledger.plane(id)
  const append = async () => {}
  const made: PlaneLedger = has('record, in memory')
    ? createPlaneLedger({
        plane: id,
        file: { ...memory.plane(id).ledger, append },
        clock,
        sealer: payloadSealer,
        entriesPerSecond: () => undefined,
        refused: () => undefined,
        recover: async () => 0,
      })
    : { ...real, room: () => 'open', intend: append, conclude: append }
  return { ...ledger, plane: () => made }
}

/** No caller of the bench ends a session. */
const unkept = { add: async () => {}, list: async () => [] }

const partsOf = (installation: Installation): GatewayParts => {
  const document = installation.change.current().planes.get(id)?.servers.get(server)
  const snapshot = openSnapshot(installation)
  return {
    version: installation.version,
    origin: installation.origin,
    limits: readConfiguration(undefined).limits,
    clock,
    log,
    nextId: createIds({ clock, random }),
    identity: identityOf(installation),
    ledger: ledgerOf(installation),
    windows: createWindows(),
    vault: installation.vault,
    keyring,
    upstreams: installation.upstreams,
    bridges: { spoken: (upstream) => upstream, inRounds: (upstream) => upstream },
    apis: { find: () => undefined },
    ended: createEnded({ rows: unkept, most: 10_000, log }),
    mailboxes: createMailboxes({
      ...{ keyring, clock, nextId: createIds({ clock, random }) },
      carried: (plane) => memory.plane(plane).mailboxes,
    }),
    taskRows: memory.tasks,
    notes: createSessionNotes({
      rows: { put: async () => {}, list: async () => [] },
      ...{ keyring, most: 10_000, log },
    }),
    snapshot: () => snapshot,
    item: () => document,
    loan: createLend({
      vault: installation.vault,
      callTokens: identityOf(installation).callTokens,
      item: () => document,
    }),
    planeDocument: () => undefined,
    isCurrent: () => true,
    looks: { age: () => 'fresh', look: async () => {}, notice() {} },
    telemetry: {
      counts: createTelemetry({ clock, version: installation.version, series: 2000 }).counts,
      traces: undefined,
      dropsBaggage: false,
    },
  }
}

const data = mkdtempSync(join(tmpdir(), 'bailiwick-bench-steps-'))
process.once('exit', () => rmSync(data, { recursive: true, force: true }))
const { installation } = await startInstallation({
  data,
  listen: '127.0.0.1:0',
  sample: false,
  print: () => {},
})
const desk = { installation, by: 'bench', stop: () => {}, clock }
const ask = ((name, input) => perform(desk, name, input)) as Ask
await furnish(ask, Number(process.argv[3]), has('credential'))

const gateway = createGateway(partsOf(installation))
const { origin } = installation
const hosts = new Set<string>()
const edge = createAgentsEdge({ gateway, origin, hasPlane: () => true, allowedOrigins: hosts })
const edges = new Edges()
edges.plain.set('mcp', edge)
const listener = createListener({
  edges,
  clock,
  tls: undefined,
  trusted: undefined,
  allowedHosts: () => hosts,
  log,
})
const port = await listener.listen('127.0.0.1', 0)
hosts.add(`127.0.0.1:${port}`)

serveParent({ port }, (tokens: number) => mint(ask, tokens))
