import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Moved, Policy } from '#change/change.ts'
import { createChange } from '#change/create-change.ts'
import type { Started, StartOptions } from '#cli/composition.ts'
import { version } from '#cli/version.ts'
import type { PlaneId } from '#domain/name.ts'
import { createAgentsEdge } from '#edge/agents/agents.ts'
import { createIssuerEdge } from '#edge/issuer/issuer.ts'
import { createListener, type Edge } from '#edge/listen.ts'
import { createManagerEdge } from '#edge/manager/serve.ts'
import { createHealth } from '#edge/ops/health.ts'
import type { Installation } from '#gateway/installation.ts'
import { createGateway } from '#gateway/serve.ts'
import { createIdentity } from '#identity/identity.ts'
import { createLedger } from '#ledger/create-ledger.ts'
import { createCallQuery } from '#ledger/query.ts'
import { scanIntents } from '#ledger/recover.ts'
import { systemClock as clock, systemRandom as random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createIds } from '#lib/id.ts'
import { createLog } from '#lib/log.ts'
import { createPeople } from '#people/create-people.ts'
import { createClientView } from '#policy/clients.ts'
import { explain } from '#policy/explain.ts'
import { createSnapshots } from '#policy/snapshots.ts'
import { rebuildWindows } from '#quota/rebuild.ts'
import { createRegistry } from '#registry/create-registry.ts'
import { watchServers } from '#registry/watch.ts'
import { openStore } from '#store/open.ts'
import type { Revision } from '#store/store.ts'
import type { Runner } from '#upstream/upstream.ts'
import { createUpstreams } from '#upstream/upstreams.ts'
import { createVault } from '#vault/create-vault.ts'
import { createKeyring } from '#vault/keyring.ts'
import { boundOrigin, hostsOf, readAddress } from './address.ts'
import { type Configuration, readConfiguration } from './config.ts'
import { applySample, sampleRunners } from './sample.ts'

/** What serves and what merely opens a folder are built of the same parts; here is how they hang together. */
const assemble = async (about: {
  data: string
  configuration: Configuration
  origin: string
  runners: ReadonlyMap<string, Runner>
  print: (line: string) => void
}) => {
  const { configuration, origin } = about
  const dataFolder = resolve(about.data)
  const log = createLog(about.print, () => clock.now())
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const { appendDeadlineMs } = configuration.ledger
  const store = await openStore({ folder: dataFolder, appendDeadlineMs, clock, log })
  const keyring = await createKeyring({ folder: dataFolder, values: store.values, random, log })
  const change = await createChange({ store, clock, log, enter: (revision) => enter(revision) })
  const vault = await createVault({ store, change, keyring, clock, random, log })
  const budget = (plane: PlaneId) =>
    change.current().planes.get(plane)?.plane.ledger?.entriesPerSecond
  const seal = (plane: PlaneId) => keyring.sealer(plane, 'arguments')
  const ledger = createLedger({ store, clock, seal, log, version, budget })
  const registry = await createRegistry({ store, change, log })
  const document = (plane: PlaneId, server: string) =>
    change.current().planes.get(plane)?.servers.get(server)
  const loanFor = (plane: PlaneId, server: string) => {
    const credential = document(plane, server)?.credential
    return credential && vault.plane(plane).current(credential.name)
  }
  const limits = { messageBytes: configuration.limits.answerBytes }
  const { runners } = about
  const upstreams = createUpstreams({
    runners,
    hidden: [dataFolder],
    clock,
    random,
    log,
    limits,
    loanFor,
    version,
  })
  // A child that was lent a secret is started anew with the next one.
  const watched = new Set<PlaneId>()
  const watchSecrets = (plane: PlaneId) => {
    if (watched.has(plane)) return
    watched.add(plane)
    vault.plane(plane).onChange((credential) => upstreams.refresh(plane, credential))
  }
  const view = createClientView(origin, () => change.current())
  const identity = await createIdentity({
    origin,
    store,
    change,
    keyring,
    view,
    clock,
    random,
    log,
  })
  for (const { consequence } of [vault, registry, identity]) change.onDocuments(consequence)
  const people = createPeople({ store, folder: dataFolder, clock, random, log })
  const snapshots = createSnapshots(() => change.current(), registry.capabilities)
  const enter = async (revision: Revision) => {
    for (const plane of revision.planes)
      await ledger.plane(plane).append({
        v: 1,
        type: 'policy.changed',
        at: revision.at,
        plane,
        revision: revision.revision,
        by: revision.by,
        set: revision.set ?? '',
        summary: revision.summary.slice(0, 2000),
        why: revision.why.slice(0, 2000),
      })
  }
  return {
    dataFolder,
    log,
    store,
    keyring,
    vault,
    change,
    ledger,
    registry,
    upstreams,
    identity,
    people,
    snapshots,
    document,
    watchSecrets,
  }
}
type Parts = Awaited<ReturnType<typeof assemble>>

/** Everything that follows policy is brought to it before the change that made it is answered. */
const follow = async (
  parts: Parts,
  { policy, planes, changes }: Moved,
  serving: boolean,
): Promise<void> => {
  for (const plane of planes) {
    await parts.vault.prepare(plane)
    if (serving) parts.watchSecrets(plane)
    const servers = [...(policy.planes.get(plane)?.servers.values() ?? [])]
    await parts.registry.follow(plane, servers, changes)
    if (serving) await parts.upstreams.follow(plane, servers)
  }
  await parts.vault.follow(changes)
  await parts.identity.follow(changes)
  for (const plane of planes) parts.snapshots.recompile(plane)
}

/** What stood at the start, as if it had just come. */
const everything = (policy: Policy): Moved => ({
  policy,
  planes: [...policy.planes.keys()],
  changes: [],
})

const installationOf = (
  parts: Parts,
  about: {
    origin: string
    startedAt: number
    runners: ReadonlyMap<string, Runner>
    refresh: Installation['refresh']
    ready: Installation['ready']
  },
): Installation => {
  const query = createCallQuery(parts.store)
  return {
    ...parts,
    revisions: parts.store.revisions,
    members: parts.store.members,
    version,
    origin: about.origin,
    startedAt: about.startedAt,
    runners: new Set(about.runners.keys()),
    calls: { list: query.calls, find: query.findCall },
    refresh: about.refresh,
    ready: about.ready,
    explain({ plane, ...question }) {
      const policy = parts.change.current().planes.get(plane)
      if (!policy) throw new Fault('unknown_name', { detail: `There is no plane ${plane}.` })
      const capabilities = parts.registry.capabilities(plane)
      return explain(
        { policy, snapshot: parts.snapshots.of(plane), capabilities, now: clock.now() },
        question,
      )
    },
  }
}

const runnersOf = (configuration: Configuration, sample: boolean): Map<string, Runner> => {
  const configured = Object.entries(configuration.runners).map(
    ([name, { user, sandbox, folder, ...runner }]) => ({
      name,
      ...runner,
      ...(folder === undefined ? {} : { folder }),
      ...(user === undefined ? {} : { user }),
      ...(sandbox === undefined ? {} : { sandbox }),
    }),
  )
  return new Map(
    [...(sample ? sampleRunners() : []), ...configured].map((runner) => [runner.name, runner]),
  )
}

/** Opens the folder for one command while nothing serves: no server is started, nothing listens. */
export const openInstallation = async (about: {
  data: string
  config?: string
}): Promise<{ installation: Installation; close(): Promise<void> }> => {
  const configuration = readConfiguration(about.config)
  const runners = runnersOf(configuration, false)
  const parts = await assemble({
    data: about.data,
    configuration,
    origin: '',
    runners,
    print: () => {},
  })
  const { change } = parts
  await follow(parts, everything(change.current()), false)
  change.onChange((moved) => follow(parts, moved, false))
  const installation = installationOf(parts, {
    origin: '',
    startedAt: clock.now(),
    runners,
    refresh: () => Promise.reject(new Fault('not_running')),
    ready: () => ({ ready: false, because: ['nothing serves'] }),
  })
  return {
    installation,
    async close() {
      await parts.ledger.close()
      await parts.identity.close()
      await parts.store.close()
    },
  }
}

/** Serves until `stop`. What must be right before anything listens is checked first, and all of it is undone where a later part fails. */
export const startInstallation = async (options: StartOptions): Promise<Started> => {
  const configuration = readConfiguration(options.config)
  const address = readAddress(options)
  const runners = runnersOf(configuration, options.sample)
  const edges = new Map<string, Edge>()
  const hosts = new Set(configuration.allowedHosts)
  const log = createLog(options.print, () => clock.now())
  const listener = createListener({
    edges,
    tls: address.tls,
    trusted: address.trusted,
    allowedHosts: () => hosts,
    log,
  })
  const port = await listener.listen(address.host, address.port)
  const origin = address.origin ?? boundOrigin(address, port)
  for (const host of hostsOf(origin, address, port)) hosts.add(host)
  try {
    const isBehindProxy = address.trusted !== undefined
    return await serve({
      options,
      configuration,
      runners,
      origin,
      edges,
      listener,
      isBehindProxy,
    })
  } catch (thrown) {
    await listener.close()
    throw thrown
  }
}

const serve = async (about: {
  options: StartOptions
  configuration: Configuration
  runners: ReadonlyMap<string, Runner>
  origin: string
  edges: Map<string, Edge>
  listener: ReturnType<typeof createListener>
  isBehindProxy: boolean
}): Promise<Started> => {
  const { options, configuration, runners, origin, edges, listener } = about
  const { limits } = configuration
  const parts = await assemble({
    data: options.data,
    configuration,
    origin,
    runners,
    print: options.print,
  })
  const { change, ledger, registry, upstreams, identity, snapshots, log } = parts

  await follow(parts, everything(change.current()), true)
  change.onChange((moved) => follow(parts, moved, true))
  await ledger.open()
  await change.catchUp()
  const windows = await rebuildWindows({
    policy: change.current(),
    now: clock.now(),
    scan: (plane, sinceMs, visit) => scanIntents(parts.store.plane(plane).ledger, sinceMs, visit),
  })
  const watch = watchServers({
    upstreams,
    registry,
    clock,
    log,
    everyMs: configuration.discovery.everyMs,
  })
  if (options.sample && change.current().planes.size === 0)
    await applySample(change, new Set(runners.keys()))

  const ids = createIds({ clock, random })
  const server = parts.document
  const gateway = createGateway({
    ...parts,
    version,
    origin,
    limits,
    clock,
    nextId: ids,
    windows,
    snapshot: snapshots.of,
    server,
  })
  const hasPlane = (plane: PlaneId) => change.current().planes.has(plane)
  const allowedOrigins = new Set([origin, ...configuration.allowedOrigins])
  let draining = false
  const ready = () => {
    const failing = [...change.current().planes.keys()].filter(
      (plane) => ledger.plane(plane).room(clock.now()) === 'failing',
    )
    const because = [
      ...(draining ? ['draining'] : []),
      ...failing.map((plane) => `the ledger of ${plane} cannot be written`),
    ]
    return { ready: because.length === 0, because }
  }
  const health = createHealth({ ready })
  const issuer: Edge = async (request, response) => {
    if (!(await createIssuerEdge(identity)(request, response))) throw new Fault('not_found')
  }
  edges.set('mcp', createAgentsEdge({ gateway, origin, hasPlane, allowedOrigins }))
  edges.set('oauth', issuer)
  edges.set('.well-known', issuer)
  for (const path of ['healthz', 'readyz'])
    edges.set(path, (request, response) => void health(request, response, `/${path}`))

  const plane = [...change.current().planes.keys()][0]
  const refresh: Installation['refresh'] = async (plane, name) =>
    void (await watch.refresh(plane, name))
  const installation = installationOf(parts, {
    origin,
    startedAt: clock.now(),
    runners,
    refresh,
    ready,
  })
  const { isBehindProxy } = about
  const api = { installation, clock, log, nextId: ids, allowedOrigins, isBehindProxy }
  const manager = createManagerEdge(api)
  change.onChange(manager.moved)
  edges.set('api', manager.edge)
  return {
    installation,
    setupCode: await parts.people.setup.first(),
    gateway: plane === undefined ? `${origin}/mcp` : `${origin}/mcp/${plane}`,
    manager: `${origin}/m`,
    plane,
    async stop() {
      draining = true
      watch.close()
      manager.close()
      const closed = listener.close()
      await gateway.drain(limits.drainMs)
      await upstreams.close()
      await closed
      await ledger.close()
      await identity.close()
      await parts.store.close()
    },
  }
}
