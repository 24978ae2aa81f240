import { capabilityClasses } from '#domain/selector.ts'
import { Fault } from '#lib/fault.ts'
import { oneLine } from '../cells.ts'
import { type Invocation, readPlace } from '../command.ts'
import { printJson } from '../terminal.ts'
import { readKind } from './can.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const [written = '', name = '', asked] = args
  const capabilityClass = capabilityClasses.find((one) => one === asked)
  if (!capabilityClass)
    throw new Fault('usage', { detail: `The class is one of: ${capabilityClasses.join(', ')}.` })
  const place = readPlace(written, options)
  const kind = readKind(options)
  const scopes = options.list('scope')
  const labels = options.list('label')
  const personal = options.list('personal')
  const index = [
    ...options.list('index').filter((argument) => !personal.includes(argument)),
    ...personal.map((argument) => ({ argument, personal: true as const })),
  ]
  const answer = await (await control()).ask('serverClassify', {
    ...place,
    kind,
    name,
    class: capabilityClass,
    ...(scopes.length > 0 && { scopes: [...scopes] }),
    ...(labels.length > 0 && { labels: [...labels] }),
    ...(index.length > 0 && { index }),
  })
  if (terminal.json) printJson(terminal, { ...answer, set: answer.set ?? null }, fields)
  else {
    terminal.out(
      `${answer.plane}/${answer.server} ${oneLine(answer.name)} is ${answer.class}: revision ${answer.revision}.`,
    )
    if (answer.set)
      terminal.hint(
        `Write it into the files of the set ${answer.set} too, or their next apply takes it back.`,
      )
  }
  return 0
}
