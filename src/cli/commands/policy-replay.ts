import { Fault } from '#lib/fault.ts'
import type { ReplayAnswer } from '#manager/replay.ts'
import type { Group } from '#policy/replay.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import { readDraft } from '../draft.ts'
import { printJson, type Terminal } from '../terminal.ts'
import { dayAndTime, grouped, rfc3339 } from '../when.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { options, terminal, fields, control } = invocation
  const draft = await readDraft(invocation)
  if (!draft) throw new Fault('usage', { detail: 'Say what to replay: -f FILE, -f FOLDER or -f -.' })
  const since = options.text('since') ?? '7d'
  const input = { plane: options.text('plane'), draft, since }
  const answer = await (await control()).ask('policyReplay', input)
  if (terminal.json) printJson(terminal, { ...answer, since: rfc3339(answer.since) }, fields)
  else print(terminal, answer)
  return 0
}

const print = (terminal: Terminal, answer: ReplayAnswer): void => {
  const { calls, looked, since, isWhole, notKnown } = answer
  terminal.out(`${grouped(calls)} calls of ${grouped(looked)} entries since ${dayAndTime(since)}`)
  if (!isWhole) terminal.out('  There are more of that time; the oldest were not looked at.')
  printGroups(terminal, 'Newly permitted', answer.newlyPermitted)
  printGroups(terminal, 'Newly denied', answer.newlyDenied)
  for (const [why, count] of Object.entries(notKnown))
    if (count > 0) terminal.out(`Not known  ${grouped(count)}: arguments decide, and are ${why}`)
}

const printGroups = (terminal: Terminal, title: string, groups: readonly Group[]): void => {
  const count = groups.reduce((sum, one) => sum + one.count, 0)
  terminal.out(`${title}  ${grouped(count)}`)
  for (const one of groups) {
    terminal.out(
      `  ${grouped(one.count)}  ${one.client}  ${one.server}/${oneLine(one.name)}`,
    )
    terminal.out(`      now    ${oneLine(one.now)}`)
    terminal.out(`      draft  ${oneLine(one.draft)}`)
    if (one.calls.length > 0) terminal.out(`      as in  ${one.calls.join(' ')}`)
  }
}
