import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async ({
  args: [client = ''],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const reached = await control()
  const answer = await reached.ask('agentSecret', {
    plane: options.text('plane'),
    client,
  })
  if (terminal.json) printJson(terminal, answer, fields)
  else {
    const issuer = reached.serving ? `, issuer ${answer.issuer}` : ''
    terminal.out(answer.secret)
    terminal.hint(`Shown once. client_id ${answer.client}${issuer}; the secret before it is void.`)
  }
  return 0
}
