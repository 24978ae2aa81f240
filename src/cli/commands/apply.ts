import type { ApplyAnswer } from '#change/change.ts'
import { Fault } from '#lib/fault.ts'
import type { AppliedAnswer } from '#manager/documents.ts'
import { oneLine, readable } from '../cells.ts'
import type { Invocation, Options } from '../command.ts'
import { readFiles, setOf } from '../document-files.ts'
import type { Ink } from '../glyphs.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { counted } from './status.ts'

/** A check said no: see `bailiwick help exit-codes`. */
const drifted = 3

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, fields, control } = invocation
  const paths = options.list('file')
  if (paths.length === 0)
    throw new Fault('usage', { detail: 'Say what to apply: -f FILE, -f FOLDER or -f -.' })
  const set = options.text('set') ?? setOf(paths)
  const files = await readFiles(paths, invocation.io)
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
