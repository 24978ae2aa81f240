import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { findSocket } from '#edge/control/socket.ts'
import { asFault } from '#lib/fault.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import { reachRunning } from '../control.ts'
import { findPortOwner } from '../port-owner.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { dayAndTime } from '../when.ts'
import { defaultListen } from './start.ts'

interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly found: string
  readonly fix?: string
}

/** Below this much room SQLite and the ledger may soon refuse to write. */
const leastFreeBytes = 512 * 1024 * 1024

export const run = async (invocation: Invocation): Promise<number> => {
  const { terminal, fields, data } = invocation
  const findings: Finding[] = [checkNode()]
  if (!existsSync(join(data, 'store.db')))
    findings.push(await checkPort(invocation), noFolder(data))
  else {
    const running = await isRunning(data)
    findings.push(...checkModes(data), checkDisk(data), checkClock(data, invocation.io.now()))
    findings.push(checkSocket(data, running))
    if (!running) findings.push(await checkPort(invocation))
    findings.push(...(await checkStore(invocation)))
  }
  if (terminal.json)
    printJson(
      terminal,
      findings.map((one) => ({ ...one, fix: one.fix ?? null })),
      fields,
    )
  else for (const one of findings) print(terminal, one)
  return findings.every(({ ok }) => ok) ? 0 : 3
}

const print = (terminal: Terminal, { check, ok, found, fix }: Finding): void => {
  const mark = ok
    ? terminal.paint(terminal.glyph('yes'), 'good')
    : terminal.paint(terminal.glyph('no'), 'bad')
  terminal.out(`${mark} ${check.padEnd(12)}  ${oneLine(found)}`)
  if (fix !== undefined) terminal.out(`  ${' '.repeat(12)}  Fix: ${terminal.typed(oneLine(fix))}`)
}

const finding = (check: string, found: string, problem?: string, fix?: string): Finding => ({
  check,
  ok: problem === undefined,
  found: problem ?? found,
  ...(problem !== undefined && fix !== undefined && { fix }),
})

const checkNode = (): Finding => {
  const major = Number(process.versions.node.split('.')[0])
  const problem = major >= 24 ? undefined : `Node.js ${process.versions.node} is too old`
  return finding('Node.js', process.versions.node, problem, 'install Node.js 24 or newer')
}

const noFolder = (data: string): Finding =>
  finding('data folder', '', `${data} is no data folder of a Bailiwick`, 'bailiwick start')

const isRunning = async (data: string): Promise<boolean> => {
  try {
    await reachRunning(data)
    return true
  } catch {
    return false
  }
}

/** Nobody but its owner reads the folder, and nobody but its owner reads what lies in it. */
const checkModes = (data: string): Finding[] => {
  const mode = (path: string) => statSync(path).mode & 0o777
  const octal = (bits: number) => bits.toString(8).padStart(4, '0')
  const open = readdirSync(data)
    .filter((name) => statSync(join(data, name), { throwIfNoEntry: false })?.isFile())
    .filter((name) => (mode(join(data, name)) & 0o077) !== 0)
  return [
    finding(
      'data folder',
      `${data}, mode ${octal(mode(data))}`,
      (mode(data) & 0o077) === 0
        ? undefined
        : `${data} has mode ${octal(mode(data))}: other users can look into it`,
      `chmod 700 ${data}`,
    ),
    finding(
      'its files',
      'for their owner alone',
      open.length === 0 ? undefined : `other users can open ${open.join(', ')}`,
      `chmod 600 ${open.map((name) => join(data, name)).join(' ')}`,
    ),
  ]
}

const checkDisk = (data: string): Finding => {
  const { bavail, bsize } = statfsSync(data)
  const free = bavail * bsize
  const told = `${(free / 1024 ** 3).toFixed(1)} GiB free`
  return finding(
    'disk',
    told,
    free < leastFreeBytes
      ? `only ${told}: without room nothing is recorded, and no call is made`
      : undefined,
    'make room on the disk of the data folder',
  )
}

/** A clock that was set back would let tokens and windows of the future stand. */
const checkClock = (data: string, now: number): Finding => {
  const newest = Math.max(
    ...readdirSync(data).map(
      (name) => statSync(join(data, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
    ),
  )
  return finding(
    'clock',
    dayAndTime(now),
    newest > now + 60_000
      ? `it says ${dayAndTime(now)}, and the folder was written at ${dayAndTime(newest)}`
      : undefined,
    'set the clock of this machine, by NTP',
  )
}

const checkSocket = (data: string, running: boolean): Finding => {
  const socket = findSocket(data)
  const about = statSync(socket, { throwIfNoEntry: false })
  if (!about) return finding('socket', 'none: nothing runs')
  const bits = about.mode & 0o777
  if (!running)
    return finding('socket', 'left behind by a process that was killed; the next start removes it')
  return finding(
    'socket',
    `${socket} answers, mode 0${bits.toString(8)}`,
    (bits & 0o077) === 0
      ? undefined
      : `${socket} has mode 0${bits.toString(8)}: whoever can open it administers this installation`,
    `chmod 600 ${socket}`,
  )
}

const checkPort = async ({ options }: Invocation): Promise<Finding> => {
  const listen = options.text('listen') ?? defaultListen
  const [, host = '127.0.0.1', written = '0'] = /^\[?(.+?)\]?:(\d+)$/.exec(listen) ?? []
  const port = Number(written)
  const free = await canListen(host, port)
  const owner = free ? undefined : findPortOwner(port)
  return finding(
    'port',
    `${listen} is free`,
    free ? undefined : `${listen} is taken${owner ? ` by pid ${owner.pid} (${owner.name})` : ''}`,
    `bailiwick start --listen ${host}:${port + 10}, or stop it`,
  )
}

const canListen = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })

/** Opening the store proves lock, key file, schema and ledgers at once; a fault names which. */
const checkStore = async ({ control }: Invocation): Promise<Finding[]> => {
  try {
    const status = await (await control()).ask('status', {})
    const what = status.serving ? `served by pid ${status.pid}` : 'opens'
    return [
      finding('store', `${what}, revision ${status.revision}, ${status.planes.length} plane(s)`),
      finding(
        'ready',
        status.serving ? 'takes calls' : 'not running',
        status.serving && !status.ready ? status.because.join('; ') : undefined,
        'bailiwick status',
      ),
      ...status.planes.flatMap(({ plane, servers }) =>
        servers
          .filter(({ state }) => state === 'down')
          .map(({ server, detail }) =>
            finding(
              `${plane}/${server}`,
              '',
              `down: ${detail}`,
              `bailiwick server show ${plane}/${server}`,
            ),
          ),
      ),
    ]
  } catch (thrown) {
    const fault = asFault(thrown)
    return [finding('store', '', fault.detail ?? fault.message, fault.fix)]
  }
}
