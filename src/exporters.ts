import { createListener, type Edge } from '#edge/listen.ts'
import { createMetricsEdge } from '#edge/ops/metrics.ts'
import { systemClock as clock, systemRandom as random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import { contentType } from '#telemetry/exposition.ts'
import type { Otlp, OtlpSettings } from '#telemetry/otlp/otlp.ts'
import type { State } from '#telemetry/state.ts'
import type { Telemetry } from '#telemetry/telemetry.ts'

/** Each of several processes takes the next port that is free: no more of them can be started. */
const mostProcesses = 64

/** Where metrics are read: at the origin with a token, at a loopback listener of their own without. */
export const openMetrics = async (about: {
  listen: string | undefined
  tokens: readonly string[]
  telemetry: Telemetry
  state: State
  /** Of the origin. */
  edges: Map<string, Edge>
  isWorker: boolean
  log: Log
}): Promise<{ close(): Promise<void> }> => {
  const { tokens, listen, edges, log } = about
  const text = () => about.telemetry.expose(about.state)
  if (tokens.length > 0 && about.isWorker) throw needsListener()
  if (tokens.length > 0) edges.set('metrics', createMetricsEdge({ tokens, contentType, text }))
  if (listen === undefined) return { close: async () => {} }
  const own = createMetricsEdge({ tokens: undefined, contentType, text })
  const [host = '', port = ''] = listen.split(/:(?=\d+$)/)
  const hosts = new Set<string>()
  const listener = createListener({
    edges: new Map([['metrics', own]]),
    tls: undefined,
    trusted: undefined,
    // Whatever page a browser of this machine shows: no name that resolves here is one of these.
    allowedHosts: () => hosts,
    isOwn: true,
    log,
  })
  const most = about.isWorker ? mostProcesses : 1
  const taken = await listenFrom(listener, host.replace(/[[\]]/g, ''), Number(port), most)
  for (const name of [host, 'localhost']) hosts.add(`${name}:${taken}`)
  log.info('metrics.listening', { address: `${host}:${taken}` })
  return { close: listener.close }
}

/** To a collector, where one is configured: nothing of it is loaded otherwise. */
export const openExport = async (about: {
  settings: OtlpSettings | undefined
  telemetry: Telemetry
  version: string
  store: { readonly members: { readonly self: string } }
}): Promise<Otlp | undefined> => {
  const { settings, telemetry, version, store } = about
  if (!settings) return undefined
  const { openOtlp } = await import('#telemetry/otlp/otlp.ts')
  const instance = store.members.self
  const { env: environment } = process
  return openOtlp({ settings, telemetry, version, instance, clock, random, environment })
}

const listenFrom = async (
  listener: ReturnType<typeof createListener>,
  host: string,
  port: number,
  most: number,
): Promise<number> => {
  for (let at = port; ; at++) {
    try {
      return await listener.listen(host, at)
    } catch (fault) {
      if (at === port + most - 1) throw taken(host, port, fault)
    }
  }
}

const taken = (host: string, port: number, cause: unknown): Fault =>
  new Fault('port_taken', {
    detail: `Cannot listen on ${host}:${port}, which telemetry.metrics.listen names.`,
    fix: 'Name another port there, or stop what listens at this one.',
    cause,
  })

const needsListener = (): Fault =>
  new Fault('bad_configuration', {
    detail:
      'telemetry.metrics.tokenSha256 and --workers do not go together: at the origin whichever process takes the request would tell of itself alone.',
    fix: 'Set telemetry.metrics.listen instead, and let each process be scraped at its own port.',
  })
