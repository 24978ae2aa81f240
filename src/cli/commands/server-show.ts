import type { CapabilityRow } from '#manager/capabilities.ts'
import type { ServerAnswer } from '#manager/servers.ts'
import { oneLine } from '../cells.ts'
import { type Invocation, readPlace } from '../command.ts'
import { printFieldChanges } from '../field-changes.ts'
import type { Ink } from '../glyphs.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { printFindings } from './server-findings.ts'
import { itemJson } from './server-list.ts'
import { printWrong } from './status.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const place = readPlace(args[0] ?? '', options)
  const answer = await (await control()).ask('serverShow', place)
  if (terminal.json) printJson(terminal, toJson(answer), fields)
  else print(terminal, answer)
  return 0
}

const toJson = (answer: ServerAnswer): object => ({
  ...itemJson(answer),
  set: answer.set ?? null,
  held: answer.held ?? null,
})

const print = (terminal: Terminal, answer: ServerAnswer): void => {
  const name = `${answer.plane}/${answer.server}`
  terminal.out(`${terminal.paint(name, 'strong')}  ${oneLine(answer.title ?? '')}`.trimEnd())
  const facts: [string, string | undefined][] = [
    ['about', answer.description],
    ['life', answer.lifeCycle],
    ['health', `${answer.health}: ${answer.detail}`],
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
  printRefused(terminal, answer)
  if (answer.capabilities.length === 0) return
  terminal.out('')
  printRows(terminal, columns, answer.capabilities)
  printReview(terminal, name, answer)
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

const printRefused = (terminal: Terminal, { refused, findings }: ServerAnswer): void => {
  const about = (effect: string) =>
    findings
      .filter((one) => one.effect === effect)
      .map(({ at, problem }): [string, string] => [at || '/', problem])
  printList(terminal, 'Described and not offered:', about('left out'))
  printList(terminal, 'Offered without:', about('noted'))
  printList(
    terminal,
    'Not taken in:',
    refused.map(({ name, problem }) => [name, problem]),
  )
}

const printList = (terminal: Terminal, head: string, lines: readonly [string, string][]): void => {
  if (lines.length === 0) return
  terminal.out('')
  terminal.out(head)
  for (const [what, why] of lines.slice(0, mostShown))
    terminal.out(`  ${oneLine(what)}: ${oneLine(why)}`)
  if (lines.length > mostShown) terminal.out(`  and ${lines.length - mostShown} more`)
}
const mostShown = 20

const inks: Readonly<Record<CapabilityRow['state'], Ink | undefined>> = {
  pinned: undefined,
  held: 'wait',
  absent: 'faint',
}

const columns: Column<CapabilityRow>[] = [
  { key: 'kind', cell: ({ kind }) => kind },
  { key: 'name', cell: ({ name }) => name, least: 12 },
  {
    key: 'class',
    cell: (row) => row.class,
    colour: (row) => (row.class === 'unclassified' ? 'wait' : undefined),
  },
  { key: 'state', cell: ({ state }) => state, colour: ({ state }) => inks[state] },
  {
    key: 'findings',
    cell: worst,
    colour: (row) => (worst(row).endsWith('serious') ? 'bad' : undefined),
  },
  { key: 'suggestion', cell: suggested, least: 11 },
  { key: 'labels', cell: ({ labels }) => labels.join(' '), least: 6 },
  { key: 'scopes', cell: ({ scopes }) => scopes.join(' '), least: 6 },
  { key: 'title', cell: ({ title }) => title, least: 8, yields: true },
  { key: 'version', cell: ({ version }) => String(version ?? ''), align: 'right', hidden: true },
  { key: 'fingerprint', cell: ({ fingerprint }) => fingerprint.slice(0, 12), hidden: true },
]

/** `2 serious`; what is merely told is in the JSON. */
function worst({ findings }: CapabilityRow): string {
  for (const severity of ['serious', 'warning'] as const) {
    const count = findings.filter((one) => one.severity === severity).length
    if (count > 0) return `${count} ${severity}`
  }
  return ''
}

function suggested({ suggestion }: CapabilityRow): string {
  return suggestion ? `${suggestion.class ?? 'unsure'}: ${suggestion.because}` : ''
}

/** What waits for a person: what is held with what changed, and what was found in what nobody has accepted. */
const printReview = (terminal: Terminal, server: string, answer: ServerAnswer): void => {
  const { capabilities } = answer
  const held = capabilities.filter(({ state }) => state === 'held')
  if (answer.isMost) printMost(terminal, server, answer, held.length)
  for (const one of held) printHeld(terminal, server, one)
  printWrong(terminal, answer.wrongConditions)
  for (const one of capabilities) {
    if (one.state === 'held' || one.class !== 'unclassified') continue
    printFindings(terminal, one)
    if (one.renamedFrom !== undefined)
      terminal.out(`${oneLine(one.name)}: renamed from ${oneLine(one.renamedFrom)}?`)
  }
}

const printMost = (
  terminal: Terminal,
  server: string,
  { capabilities, held }: ServerAnswer,
  count: number,
): void => {
  const gone = capabilities.filter((one) => one.state === 'absent' && one.class !== 'unclassified')
  terminal.out('')
  terminal.out(
    `${terminal.paint(terminal.glyph('held'), 'wait')} Most of ${server} changed at once: ${count} held, ${gone.length} gone. It may be another server.`,
  )
  if (held === undefined) return
  const all = `bailiwick server release ${server} --all --fingerprint ${held.slice(0, 12)}`
  terminal.out(terminal.typed(`  Accept all of it:  ${all}`))
}

const printHeld = (terminal: Terminal, server: string, row: CapabilityRow): void => {
  const { name, kind, observed, fingerprint, restless } = row
  terminal.out('')
  const often = restless ? ', time and again: it stays held whatever it becomes' : ''
  terminal.out(
    `${terminal.paint(terminal.glyph('held'), 'wait')} ${oneLine(name)} is held: its definition changed${often}.`,
  )
  terminal.out(`  ${fingerprint.slice(0, 12)} → ${observed?.slice(0, 12)}`)
  printFieldChanges(terminal, row.changes ?? [])
  printFindings(terminal, row)
  const which = kind === 'tool' ? '' : ` --kind ${kind}`
  const accept = `bailiwick server release ${server} ${oneLine(name)}${which} --fingerprint ${observed?.slice(0, 12)}`
  terminal.out(terminal.typed(`  Accept it:  ${accept}`))
}
