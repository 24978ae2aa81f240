import { type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import { Fault } from '#lib/fault.ts'
import type { CanAnswer } from '#manager/calls.ts'
import { oneLine } from '../cells.ts'
import { type Invocation, type Options, readTarget } from '../command.ts'
import { printRemedy } from '../remedy.ts'
import { printJson, type Terminal } from '../terminal.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const [client = '', target = ''] = args
  const { plane, server, name } = readTarget(target, options)
  const kind = readKind(options)
  const answer = await (await control()).ask('can', { plane, client, server, kind, name })
  if (terminal.json)
    printJson(terminal, { ...answer, wouldChange: answer.wouldChange ?? null }, fields)
  else print(terminal, answer)
  return answer.decision === 'permitted' ? 0 : 3
}

export const readKind = (options: Options): CapabilityKind => {
  const written = options.text('kind') ?? 'tool'
  const kind = capabilityKinds.find((one) => one === written)
  if (kind) return kind
  throw new Fault('usage', { detail: `--kind takes ${capabilityKinds.join(', ')}.` })
}

const print = (terminal: Terminal, answer: CanAnswer): void => {
  const yes = answer.decision === 'permitted'
  const mark = yes
    ? terminal.paint(terminal.glyph('passed'), 'good')
    : terminal.paint(terminal.glyph(answer.decision === 'held' ? 'held' : 'denied'), 'bad')
  const what = oneLine(`${answer.plane}/${answer.server}/${answer.name}`)
  terminal.out(
    `${mark} ${answer.decision}: ${answer.client} ${yes ? 'may' : 'may not'} use ${what}`,
  )
  terminal.out(`  because  ${oneLine(answer.because)}`)
  for (const { grant, verdict } of answer.considered)
    terminal.out(`  grant    ${grant}: ${oneLine(verdict)}`)
  for (const quota of answer.quotas) terminal.out(`  quota    ${oneLine(quota)}`)
  printRemedy(terminal, answer.wouldChange)
}
