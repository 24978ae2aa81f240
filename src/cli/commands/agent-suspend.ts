import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async ({
  args: [agent = ''],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const reason = options.text('reason')
  if (reason === undefined)
    throw new Fault('usage', {
      detail: 'Say why, for whoever has to resume it.',
      fix: `bailiwick agent suspend ${agent} --reason TEXT`,
    })
  const about = { plane: options.text('plane'), agent, reason }
  const answer = await (await control()).ask('agentSuspend', about)
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${answer.plane}/${answer.agent} is suspended: revision ${answer.revision}.`)
  return 0
}
