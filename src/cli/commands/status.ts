import type { MemberStatus, PlaneStatus, ServerStatus, StatusAnswer } from '#manager/status.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import type { Ink } from '../glyphs.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { grouped, rfc3339, span } from '../when.ts'

export const run = async ({
  options,
  terminal,
  fields,
  io,
  control,
}: Invocation): Promise<number> => {
  const answer = await (await control()).ask('status', { plane: options.text('plane') })
  if (terminal.json) {
    printJson(terminal, toJson(answer), fields)
    return 0
  }
  printHead(terminal, answer, io.now())
  printMembers(terminal, answer.members, io.now())
  const about = { serving: answer.serving, now: io.now() }
  for (const plane of answer.planes) printPlane(terminal, plane, about)
  if (answer.planes.length === 0)
    terminal.hint('No plane yet: bailiwick apply -f FILE --set NAME, with a document of kind Plane')
  return 0
}

const toJson = (answer: StatusAnswer): object => ({
  ...answer,
  pid: answer.pid ?? null,
  dataFolder: answer.dataFolder ?? null,
  startedAt: rfc3339(answer.startedAt),
  members: answer.members.map(memberJson),
  planes: answer.planes.map(planeJson),
})

const planeJson = ({
  servers,
  tree,
  suspensions: { count, newest },
  ...rest
}: PlaneStatus): object => ({
  ...rest,
  tree: treeJson(tree),
  suspensions: { count, newest: newest ? { ...newest, at: rfc3339(newest.at) } : null },
  servers: servers.map(serverJson),
})

const printHead = (terminal: Terminal, answer: StatusAnswer, now: number): void => {
  const state = !answer.serving
    ? 'not running; read from the folder'
    : answer.ready
      ? `serving for ${span(now - answer.startedAt)}${answer.pid === undefined ? '' : `, pid ${answer.pid}`}`
      : `${terminal.paint('not ready', 'bad')}: ${answer.because.join('; ')}`
  terminal.out(`Bailiwick ${answer.version}  ${state}`)
  if (answer.dataFolder !== undefined) terminal.out(`data      ${answer.dataFolder}`)
  if (answer.serving) terminal.out(`origin    ${answer.origin}`)
  terminal.out(`revision  ${answer.revision}`)
}

const printMembers = (terminal: Terminal, all: readonly MemberStatus[], now: number): void => {
  const shown = all.filter(({ alive, missed }) => alive || missed)
  if (shown.length < 2) return
  terminal.out('')
  printRows(terminal, memberColumns(now), shown)
}

const memberColumns = (now: number): Column<MemberStatus>[] => [
  { key: 'host', cell: ({ host }) => host },
  { key: 'pid', align: 'right', cell: ({ pid }) => String(pid) },
  { key: 'address', cell: ({ address }) => address, least: 12 },
  { key: 'revision', align: 'right', cell: ({ revision }) => String(revision) },
  {
    key: 'state',
    cell: ({ alive, behind, seenAt }) =>
      alive
        ? behind
          ? 'behind'
          : 'in force'
        : `gone, seen ${span(Math.max(0, now - seenAt))} ago`,
    colour: ({ alive, behind }) => (alive ? (behind ? 'wait' : 'good') : 'bad'),
  },
]

const memberJson = ({ startedAt, seenAt, ...rest }: MemberStatus): object => ({
  ...rest,
  startedAt: rfc3339(startedAt),
  seenAt: rfc3339(seenAt),
})

const printPlane = (
  terminal: Terminal,
  plane: PlaneStatus,
  { serving, now }: { serving: boolean; now: number },
): void => {
  terminal.out('')
  const counts = [
    counted(plane.servers.length, 'server'),
    counted(plane.agents, 'agent'),
    counted(plane.consumers, 'consumer'),
    counted(plane.grants, 'grant'),
    counted(plane.quotas, 'quota'),
  ].join(` ${terminal.glyph('dot')} `)
  terminal.out(`${terminal.paint(plane.plane, 'strong')}${serving ? `  ${plane.gateway}` : ''}`)
  terminal.out(counts)
  printLedger(terminal, plane, now)
  for (const { name, state, behind, problem } of plane.followers)
    if (state === 'failing')
      terminal.out(
        `${terminal.paint(terminal.glyph('failed'), 'bad')} ${name} ${grouped(behind)} entries behind: ${oneLine(problem)}`,
      )
  printSuspensions(terminal, plane, now)
  if (plane.servers.length === 0) return
  terminal.out('')
  printRows(terminal, serverColumns(terminal), plane.servers)
  printTroubles(terminal, plane)
}

/** How far it is signed; and what keeps calls from being recorded. */
const printLedger = (terminal: Terminal, { ledger, tree }: PlaneStatus, now: number): void => {
  const mark = terminal.paint(terminal.glyph('failed'), 'bad')
  const { size, checkpoint, problem, unpublished } = tree
  terminal.out(
    checkpoint === undefined
      ? 'ledger not signed yet'
      : `ledger signed to #${checkpoint.size} of ${size}, ${span(Math.max(0, now - checkpoint.at))} ago`,
  )
  if (problem !== undefined) {
    terminal.out(`${mark} ledger refused: ${oneLine(problem)}`)
    terminal.hint('Nothing is written to it until a person has looked: docs/ledger.md')
  } else if (ledger !== 'open') terminal.out(`${mark} ledger ${ledger}`)
  if (unpublished !== undefined)
    terminal.out(`${mark} its checkpoints are not published: ${oneLine(unpublished)}`)
}

const treeJson = ({ size, checkpoint, problem, unpublished }: PlaneStatus['tree']): object => ({
  size,
  checkpoint: checkpoint ? { size: checkpoint.size, at: rfc3339(checkpoint.at) } : null,
  problem: problem ?? null,
  unpublished: unpublished ?? null,
})

const printSuspensions = (terminal: Terminal, plane: PlaneStatus, now: number): void => {
  const { count, newest } = plane.suspensions
  if (!newest) return
  const { kind, name, by, at, reason } = newest
  const last = oneLine(`${kind} ${name} by ${by} ${span(Math.max(0, now - at))} ago: ${reason}`)
  terminal.out(
    `${terminal.paint(terminal.glyph('held'), 'wait')} ${counted(count, 'suspension')}, the newest ${last}`,
  )
  if (count > 1) terminal.hint(`bailiwick suspensions --plane ${plane.plane}`)
}

export const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`

const inkOf: Record<ServerStatus['state'], Ink> = {
  up: 'good',
  starting: 'wait',
  down: 'bad',
  unknown: 'faint',
}

/** Health, eras and what agents can get of each server. */
export const serverColumns = <R extends ServerStatus>(terminal: Terminal): Column<R>[] => [
  { key: 'server', cell: ({ server }) => server },
  {
    key: 'health',
    cell: ({ health }) => health,
    colour: ({ state, side }) => (side === undefined ? inkOf[state] : 'bad'),
  },
  { key: 'state', cell: ({ state }) => state, hidden: true },
  { key: 'eras', cell: erasOf },
  { key: 'visible', align: 'right', cell: ({ counts }) => String(counts.visible) },
  number(terminal, 'unclassified', 'wait'),
  number(terminal, 'held', 'wait'),
  number(terminal, 'absent', 'faint'),
  { key: 'isolation', cell: ({ isolation }) => isolation ?? '', least: 9 },
  { key: 'credential', cell: credentialOf, least: 10 },
  { key: 'upstream', cell: ({ upstream }) => upstream, least: 12 },
]

const number = <R extends ServerStatus>(
  _terminal: Terminal,
  key: 'unclassified' | 'held' | 'absent',
  colour: Ink,
): Column<R> => ({
  key,
  align: 'right',
  cell: ({ counts }) => String(counts[key]),
  colour: ({ counts }) => (counts[key] > 0 ? colour : 'faint'),
})

const erasOf = ({ kind, modern, legacy }: ServerStatus): string =>
  kind === 'API' ? 'rest' : modern ? (legacy ? 'both' : 'modern') : legacy ? 'legacy' : ''

const credentialOf = ({ credential, credentialVersion }: ServerStatus): string =>
  credential === undefined
    ? ''
    : `${credential} ${credentialVersion === undefined ? 'not set' : `v${credentialVersion}`}`

/** A condition that is wrong by what servers tell now: nobody sees why it denies. */
export const printWrong = (terminal: Terminal, wrong: PlaneStatus['wrongConditions']): void => {
  const mark = terminal.paint(terminal.glyph('failed'), 'bad')
  for (const { kind, name, key, message } of wrong)
    terminal.out(`${mark} ${kind} ${name}: its ${key} is wrong now: ${oneLine(message)}`)
}

/** What keeps something from agents. */
const printTroubles = (terminal: Terminal, plane: PlaneStatus): void => {
  const mark = terminal.paint(terminal.glyph('failed'), 'bad')
  for (const { server, side, health, detail } of plane.servers)
    if (side !== undefined) terminal.out(`${mark} ${server}: ${health}: ${oneLine(detail)}`)
  for (const { server, notOffered } of plane.servers)
    if (notOffered !== undefined)
      terminal.hint(
        `${server}: ${counted(notOffered, 'operation')} of its document not offered: bailiwick server show ${plane.plane}/${server}`,
      )
  printWrong(terminal, plane.wrongConditions)
}

/** Every field stands, with null where there is nothing to say. */
export const serverJson = <R extends ServerStatus>(row: R): object => ({
  ...row,
  title: row.title ?? null,
  since: row.since === undefined ? null : rfc3339(row.since),
  side: row.side ?? null,
  checkedAt: row.checkedAt === undefined ? null : rfc3339(row.checkedAt),
  legacy: row.legacy ?? null,
  isolation: row.isolation ?? null,
  notOffered: row.notOffered ?? null,
  restarts: row.restarts ?? null,
  processes: row.processes ?? null,
  credential: row.credential ?? null,
  credentialVersion: row.credentialVersion ?? null,
})
