import { fileURLToPath } from 'node:url'
import { createBridges } from '#bridge/bridge.ts'
import { createMailboxes } from '#bridge/mailboxes.ts'
import type { Started, StartOptions } from '#cli/composition.ts'
import { version } from '#cli/version.ts'
import type { PlaneId } from '#domain/name.ts'
import { createAgentsEdge } from '#edge/agents/agents.ts'
import { createIssuerEdge } from '#edge/issuer/issuer.ts'
import { createListener, type Edge, Edges } from '#edge/listen.ts'
import { createConsoleBack } from '#edge/manager/console-back.ts'
import { createManagerEdge } from '#edge/manager/serve.ts'
import { createBuilt } from '#edge/ops/built.ts'
import { createConsole } from '#edge/ops/console.ts'
import { createHealth } from '#edge/ops/health.ts'
import { createRegistryEdge } from '#edge/registry/registry.ts'
import { createRestEdge } from '#edge/rest/rest.ts'
import { createEnded } from '#gateway/ended.ts'
import type { Gateway } from '#gateway/gateway.ts'
import type { Installation } from '#gateway/installation.ts'
import { createGateway } from '#gateway/serve.ts'
import { createSessionNotes } from '#gateway/session-notes.ts'
import type { CertificateOf } from '#identity/proof/certificates.ts'
import { createRetention } from '#ledger/retention.ts'
import { systemClock as clock, systemRandom as random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createIds } from '#lib/id.ts'
import { createLog, type Log } from '#lib/log.ts'
import { createHistories } from '#registry/histories.ts'
import { watchServers } from '#registry/watch.ts'
import { createTelemetry } from '#telemetry/telemetry.ts'
import type { Runner } from '#upstream/upstream.ts'
import { boundOrigin, certificatesAt, hostsOf, readAddress } from './address.ts'
import { assemble, everything, follow, installationOf, type Parts } from './assemble.ts'
import { type Configuration, readConfiguration, redisPassword } from './config.ts'
import { openExport, openMetrics } from './exporters.ts'
import { figuresOf } from './figures.ts'
import { joinMembers } from './membership.ts'
import { applySample, sampleRunners } from './sample.ts'
import { openWindows } from './windows.ts'

/** Beside the sources and beside what is compiled alike. */
const consoleFolder = fileURLToPath(new URL('../console/dist', import.meta.url))

const runnersOf = (configuration: Configuration, sample: boolean): Map<string, Runner> => {
  const configured = Object.entries(configuration.runners).map(
    ([name, { user, sandbox, folder, perCaller, ...runner }]) => ({
      name,
      ...runner,
      ...(folder === undefined ? {} : { folder }),
      ...(user === undefined ? {} : { user }),
      ...(sandbox === undefined ? {} : { sandbox }),
      ...(perCaller === undefined ? {} : { perCaller }),
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
  store?: string
}): Promise<{ installation: Installation; close(): Promise<void> }> => {
  const configuration = readConfiguration(about.config)
  const runners = runnersOf(configuration, false)
  const parts = await assemble({
    ...settingsOf(configuration),
    version,
    data: about.data,
    store: about.store,
    origin: '',
    runners,
    print: () => {},
  })
  const { change } = parts
  await follow(parts, everything(change.current()), false)
  change.onChange((moved) => follow(parts, moved, false))
  const installation = installationOf(parts, {
    origin: '',
    pid: process.pid,
    startedAt: clock.now(),
    program: 'bailiwick',
    runners,
    refresh: () => Promise.reject(new Fault('not_running')),
    checked: () => undefined,
    listed() {
      throw new Fault('not_running')
    },
    ready: () => ({ ready: false, because: ['nothing serves'] }),
  })
  return {
    installation,
    async close() {
      await parts.keeper.close(parts.ledger.close)
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
  const certificateOf = certificatesAt(address, configuration.clientCertificates)
  const edges = new Edges()
  const hosts = new Set(configuration.allowedHosts)
  const log = createLog(options.print, () => clock.now())
  const listener = createListener({
    edges,
    clock,
    tls: address.tls,
    trusted: address.trusted,
    asksForCertificates: configuration.clientCertificates === 'tls',
    allowedHosts: () => hosts,
    log,
  })
  const isBehindProxy = address.trusted !== undefined
  const about = { options, configuration, runners, edges, listener, isBehindProxy, certificateOf }
  const listen = () => listener.listen(address.host, address.port)
  const admit = (origin: string, port: number) => {
    for (const host of hostsOf(origin, address, port)) hosts.add(host)
  }
  if (address.origin === undefined) {
    const port = await listen()
    const origin = boundOrigin(address, port)
    admit(origin, port)
    return await orUndo(serve({ ...about, origin }), listener.close)
  }
  // A balancer in front would send callers to whoever listens: so this one listens when it can serve.
  const { origin } = address
  const started = await serve({ ...about, origin })
  admit(origin, await orUndo(listen(), started.stop))
  return started
}

const orUndo = async <T>(work: Promise<T>, undo: () => Promise<void>): Promise<T> => {
  try {
    return await work
  } catch (thrown) {
    await undo()
    throw thrown
  }
}

const serve = async (about: {
  options: StartOptions
  configuration: Configuration
  runners: ReadonlyMap<string, Runner>
  origin: string
  edges: Edges
  listener: ReturnType<typeof createListener>
  isBehindProxy: boolean
  certificateOf: CertificateOf
}): Promise<Started> => {
  const { options, configuration, runners, origin } = about
  const parts = await assemble({
    ...settingsOf(configuration),
    version,
    data: options.data,
    store: options.store,
    origin,
    runners,
    print: options.print,
    certificateOf: about.certificateOf,
  })
  const opened: (() => Promise<void>)[] = [
    parts.store.close,
    parts.identity.close,
    () => parts.keeper.close(parts.ledger.close),
    parts.upstreams.close,
    parts.apis.close,
  ]
  // Whatever stays open would keep a process that has failed from ending.
  return await orUndo(serveParts({ ...about, parts, opened }), async () => {
    for (const close of opened.reverse()) await close().catch(() => {})
  })
}

const serveParts = async (
  about: Parameters<typeof serve>[0] & {
    parts: Parts
    /** What is to be closed where a later step fails, in the order it was opened. */
    opened: (() => Promise<void>)[]
  },
): Promise<Started> => {
  const { options, configuration, runners, origin, edges, listener, parts, opened } = about
  const { limits } = configuration
  const { change, ledger, keeper, registry, upstreams, identity, snapshots, log } = parts

  await follow(parts, everything(change.current()), true)
  let gateway: Gateway | undefined
  change.onChange((moved) => follow(parts, moved, true, (planes) => gateway?.follow(planes)))
  identity.onRevoked((planes) => gateway?.follow(planes))
  parts.store.onWake(identity.followRevoked)
  const known = [...change.current().planes.keys()]
  const histories = await createHistories(parts.store.revisions, known)
  change.onChange(({ changes }) => histories.follow(changes))
  await ledger.open()
  keeper.start()
  await change.catchUp()
  const { redis } = configuration.quotas
  const windows = await openWindows({
    ...parts,
    clock,
    redis: redis && { ...redis, password: redisPassword() },
  })
  opened.push(windows.close)
  const membership = joinMembers({ ...parts, clock, address: origin })
  opened.push(membership.close)
  const ended = createEnded({ rows: parts.store.endedSessions, most: 10_000, log })
  parts.store.onWake(ended.follow)
  await ended.follow()
  const { sessionNotes: rows } = parts.store
  const notes = createSessionNotes({ rows, keyring: parts.keyring, most: 10_000, log })
  parts.store.onWake(notes.follow)
  await notes.follow()
  const watch = watchServers({
    upstreams,
    registry,
    clock,
    log,
    cadence: configuration.discovery,
  })
  opened.push(async () => watch.close())
  const retention = createRetention({
    ...parts,
    clock,
    planes: () =>
      [...change.current().planes].map(([plane, policy]) => ({
        plane,
        document: policy.plane,
      })),
  })
  opened.push(retention.close)
  const joins = options.worker?.joins === true
  const setupCode = joins ? undefined : await parts.people.setup.first()
  if (options.sample && !joins && change.current().planes.size === 0)
    await applySample(change, new Set(runners.keys()))

  const ids = createIds({ clock, random })
  const mailboxes = createMailboxes({
    carried: (plane) => parts.store.plane(plane).mailboxes,
    keyring: parts.keyring,
    clock,
    nextId: ids,
  })
  const bridges = createBridges({ version, clock, nextId: ids, limits, mailboxes })
  upstreams.onLeave(bridges.leave)
  const otlp = await openExport({ ...parts, settings: configuration.telemetry.otlp })
  if (otlp) opened.push(otlp.close)
  const planeDocument = (plane: PlaneId) => change.current().planes.get(plane)?.plane
  const served = createGateway({
    ...parts,
    bridges,
    mailboxes,
    ended,
    notes,
    taskRows: parts.store.tasks,
    version,
    origin,
    limits,
    clock,
    nextId: ids,
    windows: windows.windows,
    snapshot: snapshots.of,
    item: parts.item,
    planeDocument,
    isCurrent: membership.isCurrent,
    looks: watch,
    telemetry: {
      counts: parts.telemetry.counts,
      traces: otlp?.traces,
      dropsBaggage: configuration.telemetry.baggage === 'drop',
    },
  })
  gateway = served
  const hasPlane = (plane: PlaneId) => change.current().planes.has(plane)
  const allowedOrigins = new Set([origin, ...configuration.allowedOrigins])
  let draining = false
  const ready = () => {
    const unwritten = [...change.current().planes.keys()].flatMap((plane) => {
      const room = ledger.plane(plane).room(clock.now())
      if (room === 'failing') return [`the ledger of ${plane} cannot be written`]
      const problem = keeper.integrity.problem(plane)
      return problem === undefined ? [] : [`the ledger of ${plane} is refused: ${problem}`]
    })
    const because = [...(draining ? ['draining'] : []), ...membership.problems(), ...unwritten]
    return { ready: because.length === 0, because }
  }
  const { inside } = served
  const state = figuresOf(parts, { clock, ready, inside, open: bridges.open })
  const metrics = await openMetrics({
    ...{ ...parts, edges, state, isWorker: options.worker !== undefined },
    listen: configuration.telemetry.metrics.listen,
    tokens: configuration.telemetry.metrics.tokenSha256,
  })
  opened.push(metrics.close)
  otlp?.start(state)
  const health = createHealth({ ready })
  const answersAsIssuer = createIssuerEdge(identity, about.isBehindProxy)
  const issuer: Edge = async (request, response) => {
    if (!(await answersAsIssuer(request, response))) throw new Fault('not_found')
  }
  edges.plain.set('mcp', createAgentsEdge({ gateway: served, origin, hasPlane, allowedOrigins }))
  edges.plain.set('rest', createRestEdge({ gateway: served, origin, hasPlane, allowedOrigins }))
  edges.set(
    'registry',
    createRegistryEdge({
      gateway: served,
      origin,
      plane: (plane) => change.current().planes.get(plane),
      history: histories.of,
      allowedOrigins,
      now: clock.now,
      log,
    }),
  )
  edges.set('oauth', issuer)
  edges.set('.well-known', issuer)
  for (const path of ['healthz', 'readyz'])
    edges.set(path, (request, response) => void health(request, response, `/${path}`))

  const plane = [...change.current().planes.keys()][0]
  const refresh: Installation['refresh'] = async (plane, name) =>
    void (await watch.refresh(plane, name))
  const installation = installationOf(parts, {
    origin,
    // A worker's parent is the first process of those that were started together.
    pid: options.worker ? process.ppid : process.pid,
    startedAt: clock.now(),
    program: options.program ?? 'bailiwick',
    runners,
    refresh,
    checked: watch.check,
    listed: served.listed,
    ready,
  })
  const { isBehindProxy } = about
  const api = { installation, clock, log, nextId: ids, allowedOrigins, isBehindProxy }
  const manager = createManagerEdge(api)
  change.onChange(manager.moved)
  edges.set('api', manager.edge)
  const console = createConsole({
    built: createBuilt(consoleFolder, clock.now),
    isSettingUp: () => parts.people.setup.open(),
    back: createConsoleBack({ ...{ origin, clock, log }, console: identity.console }),
  })
  for (const [path, edge] of Object.entries(console)) edges.set(path, edge)
  return {
    installation,
    setupCode,
    gateway: plane === undefined ? `${origin}/mcp` : `${origin}/mcp/${plane}`,
    manager: `${origin}/m`,
    plane,
    drainMs: limits.drainMs,
    async stop() {
      draining = true
      watch.close()
      manager.close()
      const closed = Promise.all([listener.close(), metrics.close()])
      await served.drain(limits.drainMs)
      await bridges.close()
      await upstreams.close()
      await parts.apis.close()
      await orLeave(async () => {
        await closed
        await otlp?.close()
        await membership.close()
        await windows.close()
        await retention.close()
        await keeper.close(ledger.close)
        await identity.close()
        await parts.store.close()
      }, log)
    },
  }
}

/** A store that stands still says no goodbye; what it did not take is found and concluded at the next start. */
const closeWithinMs = 10_000
const orLeave = async (close: () => Promise<void>, log: Log): Promise<void> => {
  const late = Promise.withResolvers<void>()
  const cancel = clock.after(closeWithinMs, () => {
    log.error('stop.left', { afterMs: closeWithinMs })
    late.resolve()
  })
  await Promise.race([close(), late.promise]).finally(cancel)
}

const settingsOf = ({ ledger, limits, keys, telemetry: { series } }: Configuration) => ({
  telemetry: createTelemetry({ clock, version, series }),
  appendDeadlineMs: ledger.appendDeadlineMs,
  answerBytes: limits.answerBytes,
  publish: ledger.publish,
  rotation: { cachedForS: keys.cachedForSeconds, everyMs: keys.everyDays * 86_400_000 },
})
