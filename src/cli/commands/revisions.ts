import { Fault } from '#lib/fault.ts'
import type { RevisionRow } from '#manager/revisions.ts'
import type { Invocation } from '../command.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson } from '../terminal.ts'
import { rfc3339, shortTime } from '../when.ts'
import { printDiff } from './apply.ts'

/** The newest revisions, or one with what it changed. */
export const run = async (invocation: Invocation): Promise<number> => {
  const [written] = invocation.args
  return written === undefined ? list(invocation) : show(invocation, readRevision(written))
}

const list = async ({ options, terminal, fields, io, control }: Invocation): Promise<number> => {
  const most = options.count('most', { least: 1, most: 200, otherwise: 20 })
  const rows = await (await control()).ask('revisions', { most })
  if (terminal.json) printJson(terminal, rows.map(toJson), fields)
  else if (rows.length === 0) terminal.say('No revision yet.')
  else printRows(terminal, columns(io.now()), rows)
  return 0
}

const show = async (
  { terminal, fields, io, control }: Invocation,
  revision: number,
): Promise<number> => {
  const answer = await (await control()).ask('revision', { revision })
  if (terminal.json) {
    printJson(terminal, { ...toJson(answer), changes: answer.changes, diff: answer.diff }, fields)
    return 0
  }
  printRows(terminal, columns(io.now()), [answer])
  for (const line of answer.diff.trimEnd().split('\n')) printDiff(terminal, line)
  return 0
}

const toJson = (row: RevisionRow): object => ({ ...row, at: rfc3339(row.at), set: row.set ?? null })

const columns = (now: number): Column<RevisionRow>[] => [
  { key: 'revision', align: 'right', cell: ({ revision }) => String(revision) },
  { key: 'time', cell: ({ at }) => shortTime(at, now) },
  { key: 'by', cell: ({ by }) => by, least: 8 },
  { key: 'planes', cell: ({ planes }) => planes.join(' '), least: 6 },
  { key: 'set', cell: ({ set }) => set ?? '', least: 6 },
  { key: 'what', cell: ({ summary }) => summary, least: 12 },
  { key: 'why', cell: ({ why }) => why, least: 8, yields: true },
]

export const readRevision = (written: string): number => {
  if (/^[1-9]\d{0,14}$/.test(written)) return Number(written)
  throw new Fault('usage', { detail: `"${written.slice(0, 40)}" is not the number of a revision.` })
}
