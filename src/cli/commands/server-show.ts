import type { CapabilityRow, ServerAnswer } from '#manager/servers.ts'
import { oneLine } from '../cells.ts'
import { type Invocation, readPlace } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { printDiff } from './apply.ts'
import { itemJson } from './server-list.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const place = readPlace(args[0] ?? '', options)
  const answer = await (await control()).ask('serverShow', place)
  if (terminal.json) printJson(terminal, { ...itemJson(answer), set: answer.set ?? null }, fields)
  else print(terminal, answer)
  return 0
}

const print = (terminal: Terminal, answer: ServerAnswer): void => {
  const name = `${answer.plane}/${answer.server}`
  terminal.out(`${terminal.paint(name, 'strong')}  ${oneLine(answer.title ?? '')}`.trimEnd())
  const facts: [string, string | undefined][] = [
    ['about', answer.description],
    ['life', answer.lifeCycle],
    ['state', `${answer.state}: ${answer.detail}`],
    ['eras', [answer.modern ? '2026-07-28' : '', answer.legacy ?? ''].filter(Boolean).join(' ')],
    ['upstream', answer.upstream],
    ['isolation', answer.isolation],
    ['owner', answer.owner],
    ['contacts', answer.contacts.join(', ')],
    ['docs', answer.documentation],
    ['labels', answer.labels.join(' ')],
    ['data', answer.data.join(' ')],
    ['gateway', answer.gateway],
    ['files', answer.set && `managed by the set ${answer.set}`],
    ['secret', secretOf(answer)],
  ]
  for (const [key, fact] of facts) if (fact) terminal.out(`${key.padEnd(9)}  ${oneLine(fact)}`)
  if (answer.capabilities.length === 0) return
  terminal.out('')
  printRows(terminal, columns, answer.capabilities)
  for (const one of answer.capabilities) if (one.held) printHeld(terminal, name, one, one.held)
  if (answer.capabilities.some((one) => one.class === 'unclassified'))
    terminal.hint(
      `Nobody sees what is unclassified: bailiwick server classify ${name} NAME CLASS [--kind KIND]`,
    )
}

const secretOf = ({ credential, credentialVersion }: ServerAnswer): string | undefined =>
  credential &&
  (credentialVersion === undefined
    ? `${credential}: not set`
    : `${credential}, version ${credentialVersion}`)

const columns: Column<CapabilityRow>[] = [
  { key: 'kind', cell: ({ kind }) => kind },
  { key: 'name', cell: ({ name }) => name, least: 12 },
  {
    key: 'class',
    cell: (row) => row.class,
    colour: (row) => (row.class === 'unclassified' ? 'wait' : undefined),
  },
  {
    key: 'state',
    cell: ({ state }) => state,
    colour: ({ state }) =>
      ({ pinned: undefined, held: 'wait' as const, absent: 'faint' as const })[state],
  },
  { key: 'labels', cell: ({ labels }) => labels.join(' '), least: 6 },
  { key: 'scopes', cell: ({ scopes }) => scopes.join(' '), least: 6 },
  { key: 'title', cell: ({ title }) => title, least: 8 },
  { key: 'fingerprint', cell: ({ fingerprint }) => fingerprint.slice(0, 12), hidden: true },
]

const printHeld = (
  terminal: Terminal,
  server: string,
  { name }: CapabilityRow,
  held: readonly string[],
): void => {
  terminal.out('')
  terminal.out(
    `${terminal.paint(terminal.glyph('held'), 'wait')} ${oneLine(name)} is held: its definition changed.`,
  )
  for (const line of held) printDiff(terminal, line)
  terminal.out(terminal.typed(`  Accept it:  bailiwick server release ${server} ${oneLine(name)}`))
}
