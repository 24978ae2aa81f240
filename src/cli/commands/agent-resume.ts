import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async ({
  args: [agent = ''],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const about = { plane: options.text('plane'), agent }
  const answer = await (await control()).ask('agentResume', about)
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${answer.plane}/${answer.agent} may go on: revision ${answer.revision}.`)
  return 0
}
