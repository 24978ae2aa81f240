import { userInfo } from 'node:os'
import { Fault } from '#lib/fault.ts'
import type { AppliedAnswer } from '#manager/documents.ts'
import { oneLine } from '../cells.ts'
import type { Invocation, Options } from '../command.ts'
import { draftAll, type Taken } from '../import/draft.ts'
import { type Format, formats, names, type ReadFile, readImport } from '../import/read.ts'
import { runnersSnippet } from '../import/runner.ts'
import { keepSecrets, makeDrafts, planeFor, standingIn } from '../import/take.ts'
import type { Io } from '../io.ts'
import { keptSession } from '../kept.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { printApplied } from './apply.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, io } = invocation
  const [path = ''] = args
  const file = readImport(path, { format: readFormat(options), upstream: options.text('upstream') })
  const runners = readRunners(options, file)
  const control = await invocation.control()
  const plane = await planeFor(control, options.text('plane'))
  const owner = options.text('owner') ?? ownerOf(options, io)
  const standing = await standingIn(control, plane)
  const taken = draftAll(file.entries, { plane, owner, standing, runners })
  const dryRun = options.flag('dryRun')
  const applied = await makeDrafts(control, taken, dryRun)
  const kept = dryRun ? [] : await keepSecrets(control, plane, taken)
  const told = { path, file, plane, dryRun, taken, applied, kept }
  if (terminal.json) printJson(terminal, toJson(told), fields)
  else print(terminal, told)
  return 0
}

const readFormat = (options: Options): Format | undefined => {
  const written = options.text('as')
  const format = formats.find((one) => one === written)
  if (written === undefined || format) return format
  throw new Fault('usage', { detail: `--as takes ${formats.join(', ')}.` })
}

/** `--runner ENTRY=RUNNER`: which program of the operator's an entry is. */
const readRunners = (options: Options, { entries }: ReadFile): Map<string, string> =>
  new Map(
    options.list('runner').map((written) => {
      const [, entry, runner] = /^(.+)=([a-z][a-z0-9-]{0,23})$/s.exec(written) ?? []
      if (entry === undefined || runner === undefined)
        throw new Fault('usage', { detail: '--runner takes ENTRY=RUNNER.' })
      if (!entries.some(({ name, reach }) => name === entry && reach.how === 'program'))
        throw new Fault('usage', {
          detail: `--runner names an entry that is no program of the file; its programs are: ${
            entries
              .flatMap(({ name, reach }) => (reach.how === 'program' ? [oneLine(name)] : []))
              .join(', ') || 'none'
          }.`,
        })
      return [entry, runner]
    }),
  )

/** Whoever imports it, as people know them. */
const ownerOf = (options: Options, io: Io): string => {
  const url = options.text('url')
  return url === undefined ? userInfo().username : keptSession(io, url.replace(/\/$/, '')).person
}

interface Told {
  readonly path: string
  readonly file: ReadFile
  readonly plane: string
  readonly dryRun: boolean
  readonly taken: readonly Taken[]
  readonly applied: AppliedAnswer | undefined
  readonly kept: readonly { credential: string; version: number }[]
}

const snippetOf = ({ taken }: Told): string =>
  runnersSnippet(taken.flatMap(({ runner }) => (runner ? [runner] : [])))

const toJson = (told: Told): object => ({
  format: told.file.format,
  plane: told.plane,
  dryRun: told.dryRun,
  revision: told.applied?.revision ?? null,
  entries: told.taken.map(({ entry, becomes, name, notes, secrets }) => ({
    entry: entry.name,
    at: entry.at,
    becomes,
    name: name ?? null,
    notes,
    credentials: secrets.map(({ credential }) => credential),
  })),
  diff: told.applied?.diff ?? '',
  servers: (told.applied?.servers ?? []).map((one) => ({ ...one, problem: one.problem ?? null })),
  runners: snippetOf(told) || null,
  held: told.taken.flatMap(({ held }) =>
    held.map(({ at, credential }) => ({ file: told.path, at, credential: credential ?? null })),
  ),
})

const print = (terminal: Terminal, told: Told): void => {
  const { path, file, taken, applied, dryRun } = told
  terminal.say(`${path} is ${names[file.format]}.`)
  if (taken.length === 0) terminal.say('It names no server.')
  else printRows(terminal, columns(told), taken)
  for (const { entry, notes } of taken)
    for (const note of notes)
      terminal.out(`  ${oneLine(entry.name)}: ${terminal.typed(oneLine(note))}`)
  if (applied) {
    terminal.out('')
    printApplied(terminal, applied, 'drafts that no agent meets')
  }
  printVault(terminal, told)
  printRunners(terminal, told)
  printHeld(terminal, told)
  if (!dryRun && applied)
    terminal.hint(`Look at them, classify them, then: bailiwick server publish ${told.plane}/NAME`)
}

const columns = ({ plane }: Told): Column<Taken>[] => [
  { key: 'entry', cell: ({ entry }) => entry.name, least: 12 },
  {
    key: 'becomes',
    cell: ({ becomes }) => becomes,
    colour: ({ becomes }) =>
      (({ draft: 'good', stands: 'faint', 'left out': 'wait' }) as const)[becomes],
  },
  { key: 'name', cell: ({ name }) => (name === undefined ? '' : `${plane}/${name}`) },
  { key: 'runner', cell: ({ runner }) => (runner ? runner.name : '') },
  {
    key: 'credentials',
    cell: ({ secrets }) => secrets.map(({ credential }) => credential).join(' '),
    least: 11,
  },
]

const printVault = (terminal: Terminal, { taken, kept, dryRun, plane }: Told): void => {
  for (const { credential, version } of kept)
    terminal.out(`${plane}/${credential} is at version ${version}.`)
  if (!dryRun) return
  for (const { credential } of taken.flatMap(({ secrets }) => secrets))
    terminal.out(`${plane}/${credential} would go to the vault.`)
}

/** For a person to judge: nothing here is ever run because a file said so. */
const printRunners = (terminal: Terminal, told: Told): void => {
  const snippet = snippetOf(told)
  if (snippet === '') return
  terminal.out('')
  terminal.out(
    "These are programs. Only the operator's configuration file can say what is run; read each",
  )
  terminal.out('line before you write it there, and take secrets (…) and {names} out of it:')
  terminal.out('')
  for (const line of snippet.trimEnd().split('\n')) terminal.out(`  ${oneLine(line)}`)
}

const printHeld = (terminal: Terminal, { path, taken, dryRun }: Told): void => {
  const held = taken.flatMap((one) => one.held)
  if (held.length === 0) return
  terminal.out('')
  terminal.out(`${oneLine(path)} ${dryRun ? 'holds' : 'still holds'} secrets:`)
  for (const { at, credential } of held) {
    const now = dryRun ? 'would be in the vault as' : 'is in the vault as'
    const what = credential === undefined ? 'nowhere else' : `${now} ${credential}: remove it here`
    terminal.out(`  ${oneLine(at)}  ${what}`)
  }
}
