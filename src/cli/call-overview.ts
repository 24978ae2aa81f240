import type { OperationInput } from '#edge/control/operations.ts'
import { Fault } from '#lib/fault.ts'
import { printDifference, printFacets, printHistogram } from './bars.ts'
import type { Invocation } from './command.ts'
import { tellBeside } from './looking.ts'
import { printJson } from './terminal.ts'
import { grouped } from './when.ts'

type Asked = Omit<OperationInput<'callHistogram'>, 'step'>
type Step = OperationInput<'callHistogram'>['step']
type Part = Parameters<typeof tellBeside>[1][number] & { total: number; behind: number }

/** What was asked for besides a list or a count; undefined where that was all. */
export const overview = async (
  invocation: Invocation,
  asked: Asked,
): Promise<number | undefined> => {
  const { options, terminal, io } = invocation
  const ways = ['histogram', 'different', 'count'].filter((one) => options.flag(one))
  const field = [...options.list('facet')]
  if (field.length > 0) ways.push('facet')
  if (ways.length > 1)
    throw new Fault('usage', { detail: `Choose one of --${ways.join(' and --')}.` })
  const [way] = ways
  if (way === undefined || way === 'count') return undefined
  const top = options.count('top', { least: 1, most: 100, otherwise: 10 })
  const control = await invocation.control()
  const now = io.now()
  switch (way) {
    case 'histogram': {
      const step = options.text('step') as Step
      const parts = await control.ask('callHistogram', { ...asked, step })
      return print(invocation, parts, (part) => printHistogram(terminal, part, now))
    }
    case 'facet': {
      const parts = await control.ask('callFacets', { ...asked, field, top })
      return print(invocation, parts, (part) => printFacets(terminal, part, now))
    }
    case 'different': {
      const against = [...options.list('against')]
      const parts = await control.ask('callDifference', { ...asked, against, top })
      return print(invocation, parts, (part) => {
        terminal.say(`${grouped(part.total)} calls, beside ${grouped(part.rest)} others.`)
        if (part.values.length === 0) terminal.say('Nothing is different about these.')
        else printDifference(terminal, part)
      })
    }
    default:
      return undefined
  }
}

const print = <P extends Omit<Part, 'next' | 'unnamed'>>(
  { terminal }: Invocation,
  parts: readonly P[],
  draw: (part: P) => void,
): number => {
  if (terminal.json) printJson(terminal, [...parts], [])
  else
    for (const part of parts) {
      if (parts.length > 1) terminal.out(terminal.paint(part.plane, 'strong'))
      if (part.total === 0) terminal.say('No such call.')
      else draw(part)
    }
  const behind = parts.reduce((sum, part) => sum + part.behind, 0)
  if (behind > 0)
    terminal.warn(
      `The newest ${grouped(behind)} entries are not indexed yet: nothing of them is in this.`,
    )
  tellBeside(
    terminal,
    parts.map((part) => ({ ...part, next: undefined, unnamed: 0 })),
  )
  return 0
}
