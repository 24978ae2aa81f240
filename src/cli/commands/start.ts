import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { toWire } from '#edge/control/wire.ts'
import { systemClock, systemRandom } from '#lib/clock.ts'
import { asFault, Fault } from '#lib/fault.ts'
import { createLog } from '#lib/log.ts'
import { announce } from '../announce.ts'
import type { Invocation } from '../command.ts'
import type { Started, StartOptions } from '../composition.ts'
import { buildConsoleBeside } from '../console-build.ts'
import { reachRunning } from '../control.ts'
import type { Io } from '../io.ts'
import { showCalls } from '../live.ts'
import { printLog } from '../log-lines.ts'
import { findPortOwner } from '../port-owner.ts'
import { storeAddress } from '../store-address.ts'
import type { Terminal } from '../terminal.ts'
import { clockTime } from '../when.ts'
import type { Line } from '../worker.ts'

export const defaultListen = '127.0.0.1:4680'

export const run = async (invocation: Invocation): Promise<number> => {
  const count = invocation.options.count('workers', { least: 2, most: 64, otherwise: 1 })
  const options = startOptions(invocation)
  if (count > 1) {
    if (options.store === undefined) throw needsStore()
    const { isWorker, openLine } = await import('../worker.ts')
    if (isWorker) return await serveAsWorker(invocation, options, count, openLine())
  }
  if (options.store !== undefined) await refuseServed(options)
  if (count > 1) await serveWithWorkers(invocation, options, count)
  else await serveAlone(invocation, options)
  return 0
}

const serveAlone = async (invocation: Invocation, options: StartOptions): Promise<void> => {
  const { terminal, io, data } = invocation
  const ending = Promise.withResolvers<string>()
  const unlisten = listenForEnd(io, ending.resolve)
  try {
    const isNew = isNewFolder(data)
    const started = await start(invocation, options)
    const control = await serve(started, options, () => ending.resolve('bailiwick stop'), io)
    await announce(terminal, io, started, { isNew, data, sample: options.sample, processes: 1 })
    const unshow = watch(terminal, started)
    const leaveBuild = buildBeside(options, io)
    const because = await ending.promise
    unshow()
    leaveBuild()
    sayEnding(invocation, because)
    await control.close()
    await started.stop()
  } finally {
    unlisten()
  }
}

const serveWithWorkers = async (
  invocation: Invocation,
  options: StartOptions,
  count: number,
): Promise<void> => {
  const { createWorkers } = await import('../workers.ts')
  const { io } = invocation
  const log = createLog(options.print, () => io.now())
  let leaveBuild = () => {}
  const stop = (because: string) => {
    sayEnding(invocation, because)
    workers.stop()
  }
  const onStopAsked = () => stop('bailiwick stop')
  // By this process, which serves nothing: once for all of them.
  const onServing = () => {
    leaveBuild = buildBeside(options, io)
  }
  const parts = { clock: systemClock, random: systemRandom, log }
  const workers = createWorkers({
    ...{ count, listen: options.listen, onStopAsked, onServing },
    ...parts,
  })
  const unlisten = listenForEnd(io, stop, workers.kill)
  try {
    await workers.run()
  } finally {
    leaveBuild()
    unlisten()
  }
}

/**
 * A terminal sends its signals to each of its processes, and so do some supervisors: a worker that
 * is told twice to end goes on ending.
 */
const serveAsWorker = async (
  invocation: Invocation,
  written: StartOptions,
  processes: number,
  line: Line,
): Promise<number> => {
  const { terminal, io, data } = invocation
  const unlisten = io.onSignal(line.end)
  let control: { close(): Promise<void> } | undefined
  let unshow = () => {}
  try {
    const { listen, joins, origin } = await line.start
    const known = origin === undefined ? {} : { origin }
    const options: StartOptions = { ...written, listen, ...known, worker: { joins } }
    const isNew = isNewFolder(data)
    const started = await start(invocation, options)
    line.onDuty(async (duty) => {
      if (duty === 'control') {
        control = await serve(started, options, () => line.say({ said: 'stop' }), io)
        unshow = watch(terminal, started)
      } else {
        await announce(terminal, io, started, { isNew, data, sample: options.sample, processes })
        await line.say({ said: 'announced' })
      }
    })
    const { drainMs, installation } = started
    await line.say({ said: 'ready', origin: installation.origin, drainMs })
    try {
      await line.ending
    } finally {
      line.limit(drainMs)
      unshow()
      await control?.close()
      await started.stop()
    }
    return 0
  } catch (thrown) {
    const fault = asFault(thrown)
    // What was not foreseen is told here, where it broke.
    if (fault.code === 'internal') throw thrown
    await line.say({ said: 'failed', fault: toWire(fault) })
    return fault.row.exit
  } finally {
    unlisten()
    line.close()
  }
}

/** Beside what serves, and told where it fails: a checkout without its console serves agents all the same. */
const buildBeside = ({ print }: StartOptions, io: Io): (() => void) => {
  const log = createLog(print, () => io.now())
  return buildConsoleBeside((because) => log.warn('console.not_built', { because }))
}

const isNewFolder = (data: string): boolean => !existsSync(join(data, 'root.key'))

const start = async ({ composition }: Invocation, options: StartOptions): Promise<Started> => {
  const { startInstallation } = await composition()
  return await startInstallation(options).catch(async (thrown: unknown) => {
    throw await explain(thrown, options)
  })
}

const watch = (terminal: Terminal, { installation }: Started): (() => void) =>
  !terminal.json && terminal.isWatched ? showCalls(terminal, installation) : () => {}

const sayEnding = ({ terminal, io }: Invocation, because: string): void => {
  if (!terminal.json)
    terminal.say(`${clockTime(io.now())}  ${because}: letting calls under way end`)
}

const needsStore = (): Fault =>
  new Fault('usage', {
    detail: '--workers needs a store that processes can share; a data folder belongs to one.',
    fix: 'Name a PostgreSQL with --store or DATABASE_URL, or leave --workers out.',
  })

/** A database is nobody's alone, but the folder has one control socket. */
const refuseServed = async ({ data }: StartOptions): Promise<void> => {
  const running = await reachRunning(data).catch(() => undefined)
  if (running) throw await lockedFolder(new Fault('locked'), data)
}

/** The first signal lets calls end; the second one does not wait for them. */
const listenForEnd = (
  io: Io,
  end: (because: string) => void,
  endNow: () => void = () => {},
): (() => void) => {
  let asked = false
  return io.onSignal((signal) => {
    if (asked) {
      endNow()
      process.exit(130)
    }
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
    program: terminal.program,
    print: io.stderr.isTTY ? printLog(terminal) : (line) => terminal.warn(line.trimEnd()),
  }
}

const serve = async (started: Started, { print }: StartOptions, stop: () => void, io: Io) => {
  const { serveControl } = await import('#edge/control/serve.ts')
  const log = createLog(print, () => io.now())
  return await serveControl({ installation: started.installation, stop, log })
}

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
