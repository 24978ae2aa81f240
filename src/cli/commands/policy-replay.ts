import { Fault } from '#lib/fault.ts'
import type { ReplayAnswer } from '#manager/replay.ts'
import type { Group, Moved } from '#policy/replay.ts'
import type { Invocation } from '../command.ts'
import { readDraft } from '../draft.ts'
import type { Ink, Shape } from '../glyphs.ts'
import { type Column, printRows } from '../rows.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { dayAndTime, grouped, rfc3339 } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, fields, control } = invocation
  const draft = await readDraft(invocation)
  if (!draft)
    throw new Fault('usage', { detail: 'Say what to replay: -f FILE, -f FOLDER or -f -.' })
  const since = options.text('since') ?? '7d'
  const input = { plane: options.text('plane'), draft, since }
  const answer = await (await control()).ask('policyReplay', input)
  if (terminal.json) printJson(terminal, { ...answer, since: rfc3339(answer.since) }, fields)
  else print(terminal, answer)
  return 0
}

const print = (terminal: Terminal, answer: ReplayAnswer): void => {
  const { calls, looked, since, isWhole, notKnown, plane } = answer
  const entries = calls === looked ? '' : `, in ${grouped(looked)} entries`
  const what = `${counted(calls)} in ${plane} since ${dayAndTime(since)}${entries}`
  terminal.out(`${what}, decided by what stands and by the draft`)
  if (!isWhole) terminal.out('There are more of that time; the oldest were not looked at.')
  printMoved(terminal, answer.newlyDenied, ['denied', 'bad', 'newly denied'])
  printMoved(terminal, answer.newlyPermitted, ['passed', 'good', 'newly permitted'])
  printUnknown(terminal, notKnown)
}

const printMoved = (
  terminal: Terminal,
  { calls, groups, others }: Moved,
  [shape, ink, says]: readonly [Shape, Ink, string],
): void => {
  terminal.out('')
  if (calls === 0) terminal.out(`${terminal.glyph('not reached')} nothing ${says}`)
  if (calls === 0) return
  terminal.out(`${terminal.paint(terminal.glyph(shape), ink)} ${counted(calls)} ${says}`)
  printRows(terminal, columns, groups)
  if (others > 0) terminal.out(`and ${grouped(others)} more agents and capabilities`)
}

const columns: Column<Group>[] = [
  { key: 'calls', align: 'right', cell: ({ count }) => grouped(count) },
  { key: 'agent', cell: ({ client }) => client },
  { key: 'capability', cell: ({ server, name }) => `${server}/${name}`, least: 16 },
  { key: 'now', cell: ({ now }) => now, least: 10, yields: true },
  { key: 'draft', cell: ({ draft }) => draft, least: 16 },
  { key: 'such as', cell: ({ calls }) => calls[0] ?? '', least: 12, yields: true },
]

const whyUnknown = {
  'not recorded': 'they are not recorded: of what was refused, none are',
  'not yours to read': 'you may not read them',
} as const satisfies Record<keyof ReplayAnswer['notKnown'], string>

const printUnknown = (terminal: Terminal, notKnown: ReplayAnswer['notKnown']): void => {
  const told = (['not recorded', 'not yours to read'] as const).filter((one) => notKnown[one] > 0)
  if (told.length > 0) terminal.out('')
  for (const one of told) {
    const mark = terminal.paint(terminal.glyph('unknown'), 'wait')
    terminal.out(
      `${mark} ${counted(notKnown[one])} not known: arguments decide, and ${whyUnknown[one]}`,
    )
  }
}

const counted = (calls: number): string => `${grouped(calls)} ${calls === 1 ? 'call' : 'calls'}`
