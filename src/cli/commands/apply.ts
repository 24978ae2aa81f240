import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import type { ApplyAnswer } from '#change/change.ts'
import { Fault } from '#lib/fault.ts'
import type { AppliedAnswer } from '#manager/documents.ts'
import { oneLine, readable } from '../cells.ts'
import type { Invocation, Options } from '../command.ts'
import type { Ink } from '../glyphs.ts'
import { withOpenApi } from '../openapi-files.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { counted } from './status.ts'

/** A check said no: see `bailiwick help exit-codes`. */
const drifted = 3

const documentEndings = ['.yaml', '.yml', '.json']

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, fields, control } = invocation
  const paths = options.list('file')
  if (paths.length === 0)
    throw new Fault('usage', { detail: 'Say what to apply: -f FILE, -f FOLDER or -f -.' })
  const set = options.text('set') ?? setOf(paths)
  const files = await readFiles(paths, invocation)
  const answer = await (await control()).ask('apply', {
    files,
    set,
    prune: options.flag('prune') || options.flag('drift'),
    dryRun: options.flag('dryRun') || options.flag('drift'),
  })
  if (terminal.json) printJson(terminal, toJson(answer), fields)
  else printAnswer(terminal, answer, options)
  return options.flag('drift') && answer.changes.length > 0 ? drifted : 0
}

/** One file or folder names the set by itself; several, or standard input, cannot. */
const setOf = (paths: readonly string[]): string => {
  const [path, ...others] = paths
  if (path === undefined || path === '-' || others.length > 0)
    throw new Fault('usage', {
      detail: 'Name the set that these documents belong to: --set NAME.',
    })
  const name = basename(realpathSync(mustExist(path)))
  const ending = extname(name)
  return documentEndings.includes(ending) ? name.slice(0, -ending.length) : name
}

const mustExist = (path: string): string => {
  if (statSync(path, { throwIfNoEntry: false })) return path
  throw new Fault('not_found', { detail: `There is no file ${path}.` })
}

export const readFiles = async (
  paths: readonly string[],
  { io }: { io: Pick<Invocation['io'], 'stdin'> },
): Promise<{ name: string; text: string }[]> => {
  const files: { name: string; text: string }[] = []
  for (const path of paths) {
    if (path === '-') files.push({ name: 'standard input', text: await readAll(io.stdin) })
    else if (statSync(mustExist(path)).isDirectory()) files.push(...readFolder(path))
    else files.push(withOpenApi({ name: path, text: readFileSync(path, 'utf8') }))
  }
  return files
}

/** In byte order of their names; folders inside are not entered, and `tickets.openapi.yaml` is what an API names. */
const readFolder = (folder: string): { name: string; text: string }[] => {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && documentEndings.includes(extname(entry.name)))
    .filter(({ name }) => extname(basename(name, extname(name))) !== '.openapi')
    .map((entry) => entry.name)
    .sort()
  if (names.length === 0)
    throw new Fault('not_found', {
      detail: `${folder} holds no document: no ${documentEndings.join(', ')} file.`,
    })
  return names.map((name) => {
    const path = join(folder, name)
    return withOpenApi({ name: path, text: readFileSync(path, 'utf8') })
  })
}

export const toJson = (answer: Applied): object => ({
  ...answer,
  servers: (answer.servers ?? []).map((one) => ({ ...one, problem: one.problem ?? null })),
})

/** What `apply` answers, and, without the servers that were asked, a restoration. */
type Applied = ApplyAnswer & Partial<Pick<AppliedAnswer, 'servers'>>

const signs: Record<'add' | 'change' | 'remove', [string, Ink]> = {
  add: ['+', 'good'],
  change: ['~', 'limit'],
  remove: ['-', 'bad'],
}

const printAnswer = (terminal: Terminal, answer: AppliedAnswer, options: Options): void => {
  printApplied(terminal, answer, `set ${answer.set}`)
  const { dryRun, changes } = answer
  const isWhole = options.flag('prune') || options.flag('drift')
  if (dryRun && changes.length > 0 && !isWhole)
    terminal.hint('--prune also removes what this set applied before and does not hold now.')
}

export const printApplied = (terminal: Terminal, answer: Applied, what: string): void => {
  if (answer.changes.length === 0) {
    terminal.out(`Nothing to change: revision ${answer.revision} is what the documents say.`)
    return
  }
  if (answer.dryRun) for (const line of answer.diff.trimEnd().split('\n')) printDiff(terminal, line)
  for (const { op, plane, kind, name } of answer.changes) {
    const [sign, colour] = signs[op]
    terminal.out(`${terminal.paint(sign, colour)} ${kind} ${plane}/${name}`)
  }
  const changes = counted(answer.changes.length, 'change')
  terminal.out(
    answer.dryRun
      ? `${changes} would be made; nothing was changed.`
      : `${changes}: revision ${answer.revision}, ${what}.`,
  )
  for (const { plane, server, problem } of answer.servers ?? [])
    if (problem !== undefined)
      terminal.warn(
        `${terminal.paintTalk(terminal.glyph('failed'), 'bad')} ${plane}/${server}: ${oneLine(problem)}`,
      )
}

export const printDiff = (terminal: Terminal, line: string): void => {
  const colour = line.startsWith('+') ? 'good' : /^[-−]/.test(line) ? 'bad' : undefined
  terminal.out(terminal.paint(readable(line), colour))
}
