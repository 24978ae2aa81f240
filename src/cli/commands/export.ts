import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async ({ options, terminal, fields, control }: Invocation): Promise<number> => {
  const answer = await (await control()).ask('export', { plane: options.text('plane') })
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.raw(answer.yaml)
  return 0
}
