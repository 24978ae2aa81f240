import type { Invocation } from '../command.ts'
import { reachRunning } from '../control.ts'
import { printJson } from '../terminal.ts'

export const run = async ({
  args: [client],
  options,
  terminal,
  fields,
  data,
}: Invocation): Promise<number> => {
  const control = await reachRunning(data)
  const { eras: _, ...answer } = await control.ask('token', {
    plane: options.text('plane'),
    client,
    resource: options.text('resource'),
  })
  if (terminal.json) printJson(terminal, answer, fields)
  else {
    terminal.out(answer.token)
    terminal.hint(`${answer.client} at ${answer.resource}, for ${answer.expiresInS} s`)
  }
  return 0
}
