import type { ServerDocument } from '#domain/documents.ts'
import { secretOf } from '#domain/lent.ts'
import { planeId } from '#domain/name.ts'
import { Fault } from '#lib/fault.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Answer, asObject, createAsk } from './ask.ts'
import { runnerOf } from './caller-runner.ts'
import { type Connection, drain, type Ground } from './connection.ts'
import { greetingOf } from './found.ts'
import { modernParams } from './greet.ts'
import { createHealth } from './health.ts'
import type { Host } from './incarnation.ts'
import type { Lifetime } from './lifetime.ts'
import { createLists, listAll } from './list.ts'
import { answerLocally, failSoon } from './locally.ts'
import { createOwnLines, type OwnLines } from './own-lines.ts'
import { isPerConnection } from './per-connection.ts'
import { createProcessLine, type ProcessLine } from './process-line.ts'
import { createRemembered } from './remembered.ts'
import type { Questions } from './stdio-probe.ts'
import { codeOf } from './trouble.ts'
import type { Discovered, Exchange, Outbound, Runner, Sink } from './upstream.ts'

/** A server that a runner of the operator's configuration starts. */
export type StdioServer = ServerDocument & { readonly upstream: { readonly runner: string } }

/** Keeps a process of a runner running, which all callers share unless the runner gives each its own. */
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
  const logged = () =>
    createHealth(clock, ({ state, detail }) =>
      log[state === 'down' ? 'warn' : 'info'](`upstream.${state}`, { ...about, detail }),
    )
  const parts = { document, ground, host, about, say }
  const forCaller = (caller: string | undefined) => runner && runnerOf(runner, caller)
  const health = logged()
  /** The process of all callers; where each has its own, the one that the gateway itself asks. */
  const own = createProcessLine({
    ...{ ...parts, health, onNews: tell },
    runner: forCaller(undefined),
  })
  const { life } = own
  const lines = ownLines()
  const ask = createAsk(own.send, say, createRemembered())
  const lists = createLists()
  let isLeft = false

  function ownLines(): OwnLines<ProcessLine> | undefined {
    if (runner?.perCaller === undefined) return undefined
    return createOwnLines({
      ...{ clock, ...runner.perCaller, makesWay: false },
      open: (caller) =>
        createProcessLine({
          ...{ ...parts, health: logged(), questions: known(life), onNews() {} },
          runner: forCaller(caller),
        }),
      onSize: (processes) => health.about({ processes }),
    })
  }

  function send(message: Outbound, sink: Sink): Exchange {
    if (message.id === undefined || isPerConnection(message.method)) {
      return answerLocally(message, sink)
    }
    if (document.credential !== undefined && message.loan === undefined) {
      const what = `needs the credential ${secretOf(document.credential)}, and none was lent`
      return failSoon(sink, 'no_credential', say(what))
    }
    const unreachable = (what: string) => failSoon(sink, 'upstream_unreachable', say(what))
    if (isLeft) return unreachable('was left: its document changed')
    if (lines === undefined) return own.send(message, sink)
    if (message.caller === undefined) return unreachable('was called by nobody')
    const line = lines.of(message.caller)
    if (line !== undefined) return line.send(message, sink)
    return unreachable(`has a process for each of ${lines.size} callers, and starts no more`)
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
    await Promise.all([own.close(), lines?.clear()])
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
    refresh() {
      for (const line of [own, ...(lines?.all() ?? [])]) line.life.renew()
    },
    async retire(drainMs) {
      isLeft = true
      await drain(clock, () => own.underWay + (lines?.underWay ?? 0) === 0, drainMs)
      await close()
    },
    close,
  }
}

/** One process of a runner speaks what the others do. */
function known({ found: { eras } }: Lifetime): Questions | undefined {
  const legacy = eras.legacy !== undefined
  return eras.modern || legacy ? { modern: eras.modern, legacy } : undefined
}
