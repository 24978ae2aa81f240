import { Fault } from '#lib/fault.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'
import { dayAndTime } from '../when.ts'
import { apiKeyJson } from './agent-keys.ts'

export const run = async ({
  args: [client = ''],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const until = options.text('until')
  if (until === undefined)
    throw new Fault('usage', {
      detail: 'A key has an end.',
      fix: 'add --until 2027-03-31, or an instant with its offset',
    })
  const about = {
    ...{ plane: options.text('plane'), client, until, scopes: [...options.list('scope')] },
    ...{ label: options.text('label'), reason: options.text('reason') },
  }
  const answer = await (await control()).ask('apiKeyNew', about)
  if (terminal.json) printJson(terminal, { ...apiKeyJson(answer), key: answer.key }, fields)
  else {
    terminal.out(answer.key)
    const { plane, id } = answer
    terminal.hint(
      oneLine(
        `Shown once. A bearer token for the REST APIs of ${plane} until ${dayAndTime(answer.endsAt)}, as ${answer.client}; it ends before by: bailiwick agent revoke ${answer.client} --key ${id} --reason TEXT`,
      ),
    )
  }
  return 0
}
