import type { ServerDocument } from '#domain/documents.ts'
import { secretOf } from '#domain/lent.ts'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Answer, asObject, createAsk } from './ask.ts'
import { type Connection, drain, type Ground } from './connection.ts'
import { greetingOf } from './found.ts'
import { modernParams } from './greet.ts'
import { createHealth } from './health.ts'
import type { Host, Incarnation } from './incarnation.ts'
import { keepRunning } from './lifetime.ts'
import { createLists, listAll } from './list.ts'
import { answerLocally, failSoon } from './locally.ts'
import { createParking } from './parked.ts'
import { createRemembered } from './remembered.ts'
import { createStarter } from './starting.ts'
import { codeOf } from './trouble.ts'
import type { Discovered, Exchange, Outbound, Runner, Sink } from './upstream.ts'

/** A server that a runner of the operator's configuration starts. */
export type StdioServer = ServerDocument & { readonly upstream: { readonly runner: string } }

/** Keeps a process of a runner running, which all callers share. */
export function openStdio(
  document: StdioServer,
  /** Undefined where the operator's configuration has none of that name. */
  runner: Runner | undefined,
  ground: Ground,
  host: Host,
): Connection {
  const { clock, log, limits } = ground
  const plane = planeId(document.plane)
  const about = { plane, server: document.name }
  const say = (what: string) => `${document.name} ${what} (runner ${document.upstream.runner})`
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const health = createHealth(clock, ({ state, detail }) =>
    log[state === 'down' ? 'warn' : 'info'](`upstream.${state}`, { ...about, detail }),
  )
  const parking = createParking({ clock, say, most: limits.waiting })
  const start = createStarter({ document, runner, ground, host, health, say, onListChanged: tell })
  const life = keepRunning({
    ...{ ground, about, say, health, start },
    onUp(one, isNews) {
      parking.release(one.send)
      if (isNews) tell()
    },
    onDown: () => parking.fail('upstream_unreachable', say('has no process')),
  })
  const ask = createAsk(send, say, createRemembered())
  const lists = createLists()
  let isLeft = false

  function send(message: Outbound, sink: Sink): Exchange {
    if (message.id === undefined || isPerConnection(message.method)) {
      return answerLocally(message, sink)
    }
    if (document.credential !== undefined && message.loan === undefined) {
      const what = `needs the credential ${secretOf(document.credential)}, and none was lent`
      return failSoon(sink, 'no_credential', say(what))
    }
    if (isLeft) {
      return failSoon(sink, 'upstream_unreachable', say('was left: its document changed'))
    }
    const { running } = life
    if (running !== undefined && isCurrent(running, message)) return running.send(message, sink)
    if (health.current.state !== 'down') return parking.add(message, sink)
    return failSoon(sink, 'upstream_unreachable', health.current.detail)
  }

  /** Another version of the secret than the process holds was lent to this call: a new process, first. */
  function isCurrent(one: Incarnation, { loan }: Outbound): boolean {
    if (loan === undefined || loan.version === one.version) return true
    if (ground.loanFor(plane, document.name)?.version === one.version) return true
    life.renew()
    return false
  }

  /** Waits for a process that is being started, as a call does. */
  async function discover(): Promise<Discovered[]> {
    await life.first
    const { found } = life
    const capabilities = asObject((found.discover ?? found.initialize)?.capabilities)
    if (capabilities === undefined) {
      const { trouble, detail } = health.current
      throw new Fault(codeOf(trouble), { detail })
    }
    const era = found.discover === undefined ? 'legacy' : 'modern'
    const loan = ground.loanFor(plane, document.name)
    const question = { era, headers: [], loan, timeoutMs: limits.askTimeoutMs } as const
    const page = (method: string, asked: JsonObject): Promise<Answer> => {
      const params = era === 'modern' ? modernParams(ground.about, asked) : asked
      const remembered = JSON.stringify([era, method, asked.cursor])
      return ask({ ...question, method, params, remembered })
    }
    return listAll(page, { capabilities, say, lists, limits: limits.list })
  }

  async function close(): Promise<void> {
    isLeft = true
    parking.fail('upstream_unreachable', say('is being stopped'))
    await life.close()
  }

  return {
    plane,
    server: document.name,
    shared: true,
    ready: life.first,
    get eras() {
      return life.found.eras
    },
    get health() {
      return health.current
    },
    get greeting() {
      return greetingOf(life.found)
    },
    send,
    discover,
    onListChanged(listener) {
      listeners.add(listener)
    },
    refresh: life.renew,
    async retire(drainMs) {
      isLeft = true
      await drain(clock, () => (life.running?.underWay ?? 0) === 0, drainMs)
      await close()
    },
    close,
  }
}

/** What belongs to one connection and its one client, which no caller of a shared process is. */
function isPerConnection(method: string): boolean {
  return PER_CONNECTION.has(method) || method.startsWith('tasks/')
}

const PER_CONNECTION: ReadonlySet<string> = new Set([
  'initialize',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
])
