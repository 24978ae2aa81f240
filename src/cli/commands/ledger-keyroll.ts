import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async ({
  args: [plane = ''],
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const answer = await (await control()).ask('ledgerKeyroll', { plane })
  if (terminal.json) printJson(terminal, answer, fields)
  else {
    terminal.out(`${answer.plane} is signed by SHA256:${answer.now}`)
    terminal.hint(`The key before it, SHA256:${answer.before}, has signed the entry that names it.`)
  }
  return 0
}
