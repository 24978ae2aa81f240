import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createLog } from '#lib/log.ts'
import type { StatusAnswer } from '#manager/status.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import type { Started, StartOptions } from '../composition.ts'
import { reachRunning } from '../control.ts'
import type { Io } from '../io.ts'
import { showCalls } from '../live.ts'
import { printLog } from '../log-lines.ts'
import { nextSteps } from '../next-steps.ts'
import { findPortOwner } from '../port-owner.ts'
import { storeAddress } from '../store-address.ts'
import type { Terminal } from '../terminal.ts'
import { clockTime } from '../when.ts'
import { counted } from './status.ts'

export const defaultListen = '127.0.0.1:4680'

export const run = async (invocation: Invocation): Promise<number> => {
  const ending = Promise.withResolvers<string>()
  const unlisten = listenForEnd(invocation.io, ending.resolve)
  try {
    await serveUntil(invocation, ending)
  } finally {
    unlisten()
  }
  return 0
}

const serveUntil = async (
  invocation: Invocation,
  { promise, resolve }: PromiseWithResolvers<string>,
): Promise<void> => {
  const { terminal, io, data, composition } = invocation
  const isNew = !existsSync(join(data, 'root.key'))
  const options = startOptions(invocation)
  const { startInstallation } = await composition()
  const started = await startInstallation(options).catch(async (thrown: unknown) => {
    throw await explain(thrown, options)
  })
  const control = await serve(started, options, () => resolve('bailiwick stop'), io)
  if (terminal.json) terminal.out(readyLine(started))
  else await printReady(terminal, io, started, { isNew, data, sample: options.sample })
  const isWatched = !terminal.json && terminal.isWatched
  const unshow = isWatched ? showCalls(terminal, started.installation) : () => {}
  const because = await promise
  unshow()
  if (!terminal.json)
    terminal.say(`${clockTime(io.now())}  ${because}: letting calls under way end`)
  await control.close()
  await started.stop()
}

/** The first signal lets calls end; the second one does not wait for them. */
const listenForEnd = (io: Io, end: (because: string) => void): (() => void) => {
  let asked = false
  return io.onSignal((signal) => {
    if (asked) process.exit(130)
    asked = true
    end(signal)
  })
}

const startOptions = ({ options, terminal, io, data }: Invocation): StartOptions => {
  const text = (name: string) => options.text(name)
  const origin = text('origin')
  const tlsCert = text('tlsCert')
  const tlsKey = text('tlsKey')
  const trustProxy = text('trustProxy')
  const config = text('config')
  const store = storeAddress(options, io)
  return {
    data,
    listen: text('listen') ?? defaultListen,
    ...(origin !== undefined && { origin }),
    ...(tlsCert !== undefined && { tlsCert }),
    ...(tlsKey !== undefined && { tlsKey }),
    ...(trustProxy !== undefined && { trustProxy }),
    ...(config !== undefined && { config }),
    ...(store !== undefined && { store }),
    sample: options.flag('sample'),
    print: io.stderr.isTTY ? printLog(terminal) : (line) => terminal.warn(line.trimEnd()),
  }
}

const serve = async (started: Started, { print }: StartOptions, stop: () => void, io: Io) => {
  const { serveControl } = await import('#edge/control/serve.ts')
  const log = createLog(print, () => io.now())
  return await serveControl({ installation: started.installation, stop, log })
}

const readyLine = ({ installation, gateway, manager, plane }: Started): string =>
  JSON.stringify({ event: 'ready', origin: installation.origin, manager, gateway, plane })

/** Says who is in the way, as far as this machine tells. */
const explain = async (thrown: unknown, { listen, data }: StartOptions): Promise<unknown> => {
  if (!(thrown instanceof Fault)) return thrown
  if (thrown.code === 'port_taken') return busyPort(thrown, listen)
  if (thrown.code === 'locked') return await lockedFolder(thrown, data)
  return thrown
}

const busyPort = (cause: Fault, listen: string): Fault => {
  const port = Number(/:(\d+)$/.exec(listen)?.[1])
  const owner = findPortOwner(port)
  const other = listen.replace(/\d+$/, String(port + 10))
  return new Fault('port_taken', {
    detail: `Port ${port} is taken by ${owner ? `pid ${owner.pid} (${owner.name})` : 'another process'}.`,
    fix: `bailiwick start --listen ${other}, or stop it`,
    cause,
  })
}

const lockedFolder = async (cause: Fault, data: string): Promise<Fault> => {
  try {
    const { pid, origin } = await (await reachRunning(data)).ask('status', {})
    const detail = `${data} is served by pid ${pid} at ${origin}.`
    return new Fault('locked', { detail, fix: 'bailiwick stop', cause })
  } catch {
    return cause
  }
}

const printReady = async (
  terminal: Terminal,
  io: Io,
  started: Started,
  { isNew, data, sample }: { isNew: boolean; data: string; sample: boolean },
): Promise<void> => {
  const status = await readStatus(started)
  const { out } = terminal
  out(`Bailiwick ${status.version}${' '.repeat(33)}data  ${data}${isNew ? ' (new)' : ''}`)
  out('')
  const line = (key: string, fact: string, more = '') =>
    out(
      `  ${terminal.paint(terminal.glyph('yes'), 'good')} ${key.padEnd(10)}  ${fact.padEnd(34)}  ${more}`.trimEnd(),
    )
  line('policy', 'default deny', `rev ${status.revision}`)
  for (const { plane, servers, agents, grants } of status.planes)
    line(
      plane,
      [counted(servers.length, 'server'), counted(agents, 'agent'), counted(grants, 'grant')].join(
        ', ',
      ),
      sample && plane === started.plane ? 'sample' : '',
    )
  line('listening', `gateway  ${started.gateway}`)
  for (const { plane, servers } of status.planes)
    for (const { server, state, detail } of servers)
      if (state === 'down')
        out(
          `  ${terminal.paint(terminal.glyph('failed'), 'bad')} ${plane}/${server} is down: ${oneLine(detail)}`,
        )
  out('')
  sayHowToSetUp(terminal, io, started)
  await untilAsked(started)
  out('  Type next, in another terminal:')
  for (const { command, says } of await nextSteps(started, { sample })) {
    out(
      `    ${terminal.paint(terminal.typed(command), 'strong')}  ${terminal.paint(`# ${says}`, 'faint')}`,
    )
  }
  out('')
  out(terminal.typed('  Stop:  Ctrl+C          Docs:  bailiwick help first-steps'))
  out('')
}

/** The code is for whoever sits here, never for a log that others read. */
const sayHowToSetUp = (terminal: Terminal, io: Io, { setupCode }: Started): void => {
  if (!setupCode) return
  if (io.stdout.isTTY) {
    terminal.out(
      `  The first administrator's setup code, good once within 30 minutes: ${setupCode.code}`,
    )
    terminal.out(terminal.typed('    bailiwick login'))
  } else terminal.out(terminal.typed('  setup code: run "bailiwick setup-code" on this machine'))
  terminal.out('')
}

/** Servers tell what they offer a moment after the start; what to type next depends on it. */
const untilAsked = async ({ installation }: Started): Promise<void> => {
  for (const id of installation.change.current().planes.keys())
    for (const upstream of installation.upstreams.list(id))
      for (let waited = 0; waited < askedPatienceMs; waited += askedEveryMs) {
        const known = installation.registry.capabilities(id)
        const { health, server } = upstream
        if (health.state === 'down' || known.some((one) => one.server === server)) break
        await wait(askedEveryMs)
      }
}
const askedPatienceMs = 3000
const askedEveryMs = 25

const readStatus = async ({ installation }: Started): Promise<StatusAnswer> => {
  const { status } = await import('#manager/status.ts')
  return status({ installation, by: '', stop: () => {}, clock: systemClock }, {})
}
