import { Fault } from '#lib/fault.ts'
import type { VersionRow, VersionsAnswer } from '#manager/versions.ts'
import { type Invocation, type Options, readPlace } from '../command.ts'
import { printFieldChanges } from '../field-changes.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { rfc3339 } from '../when.ts'
import { readKind } from './can.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const [written = '', name] = args
  const place = readPlace(written, options)
  const kind = options.text('kind') === undefined ? undefined : readKind(options)
  const between = { from: versionIn(options, 'from'), to: versionIn(options, 'to') }
  if (name === undefined && (between.from ?? between.to) !== undefined)
    throw new Fault('usage', { detail: 'Versions are compared of one capability: name it.' })
  const answer = await (await control()).ask('serverVersions', { ...place, name, kind, ...between })
  if (terminal.json) printJson(terminal, toJson(answer), fields)
  else print(terminal, answer)
  return 0
}

const versionIn = (options: Options, flag: 'from' | 'to'): number | undefined => {
  const written = options.text(flag)
  if (written === undefined) return undefined
  const version = Number(written)
  if (Number.isSafeInteger(version) && version >= 1) return version
  throw new Fault('usage', { detail: `--${flag} takes the number of a version.` })
}

const toJson = (answer: VersionsAnswer): object => ({
  ...answer,
  versions: answer.versions.map((one) => ({ ...one, at: since(one) })),
  diff: answer.diff ?? null,
})

const since = ({ at }: VersionRow): string | null => (at === undefined ? null : rfc3339(at))

const print = (terminal: Terminal, { versions, diff }: VersionsAnswer): void => {
  if (versions.length === 0) terminal.say('Nothing was ever pinned there.')
  if (versions.length === 0) return
  printRows(terminal, columns, versions)
  if (!diff || diff.from === diff.to) return
  terminal.out('')
  terminal.out(`From version ${diff.from} to ${diff.to}:`)
  printFieldChanges(terminal, diff.changes)
}

const columns: Column<VersionRow>[] = [
  { key: 'kind', cell: ({ kind }) => kind },
  { key: 'name', cell: ({ name }) => name, least: 12 },
  { key: 'version', align: 'right', cell: ({ version }) => String(version) },
  { key: 'since', cell: (row) => since(row) ?? 'before this was kept' },
  { key: 'by', cell: ({ by }) => by },
  {
    key: 'revision',
    align: 'right',
    cell: ({ revision }) => (revision === 0 ? '' : String(revision)),
  },
  { key: 'fingerprint', cell: ({ fingerprint }) => fingerprint.slice(0, 12) },
  {
    key: 'changed',
    align: 'right',
    cell: ({ changed }) => (changed === 0 ? '' : `${changed} fields`),
  },
]
