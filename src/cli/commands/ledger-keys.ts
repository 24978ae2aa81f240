import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, terminal, fields } = invocation
  const [plane] = args
  const answer = await (await invocation.control()).ask('ledgerKeys', {
    ...(plane !== undefined && { plane }),
  })
  if (terminal.json) printJson(terminal, answer, fields)
  else for (const { key } of answer.keys) terminal.out(key)
  terminal.hint('Keep it where whoever runs this installation cannot change it.')
  return 0
}
