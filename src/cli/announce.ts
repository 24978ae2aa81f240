import { setTimeout as wait } from 'node:timers/promises'
import { systemClock } from '#lib/clock.ts'
import type { StatusAnswer } from '#manager/status.ts'
import { oneLine } from './cells.ts'
import { counted } from './commands/status.ts'
import type { Started } from './composition.ts'
import type { Io } from './io.ts'
import { nextSteps } from './next-steps.ts'
import type { Terminal } from './terminal.ts'

export interface Announced {
  readonly isNew: boolean
  readonly data: string
  readonly sample: boolean
  /** How many serve. */
  readonly processes: number
}

/** Says that it serves: one line with --json, else where, what, and what to type next. */
export const announce = async (
  terminal: Terminal,
  io: Io,
  started: Started,
  about: Announced,
): Promise<void> => {
  if (terminal.json) terminal.out(readyLine(started))
  else await printReady(terminal, io, started, about)
}

const readyLine = ({ installation, gateway, manager, plane }: Started): string =>
  JSON.stringify({ event: 'ready', origin: installation.origin, manager, gateway, plane })

const printReady = async (
  terminal: Terminal,
  io: Io,
  started: Started,
  { isNew, data, sample, processes }: Announced,
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
  line('listening', `console  ${started.installation.origin}/m`)
  out(`${' '.repeat(16)}gateway  ${started.gateway}`)
  if (processes > 1) line('processes', String(processes))
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
const sayHowToSetUp = (terminal: Terminal, io: Io, { setupCode, installation }: Started): void => {
  if (!setupCode) return
  if (io.stdout.isTTY) {
    terminal.out(
      `  The first administrator's setup code, good once within 30 minutes: ${setupCode.code}`,
    )
    terminal.out(`    ${installation.origin}/setup?code=${setupCode.code}`)
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
