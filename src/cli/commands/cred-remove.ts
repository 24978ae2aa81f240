import { type Invocation, readPlace } from '../command.ts'
import { askYes } from '../prompt.ts'
import { printJson } from '../terminal.ts'

/** Exit code of the table: needs confirmation. */
const unconfirmed = 7

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, io, control } = invocation
  const { plane, server: credential } = readPlace(args[0] ?? '', options)
  const reached = await control()
  const sure =
    options.flag('yes') ||
    (await askYes(
      io,
      `Remove every version of ${credential}? Servers that need it will refuse calls.`,
    ))
  if (sure !== true) {
    if (sure === undefined) terminal.warn(`Removing ${credential} needs confirmation: add --yes.`)
    return unconfirmed
  }
  const answer = await reached.ask('credRemove', { plane, credential })
  if (terminal.json) printJson(terminal, answer, fields)
  else {
    terminal.out(`Removed ${answer.plane}/${answer.credential}.`)
    if (answer.servers.length > 0)
      terminal.hint(`Without it until it is set again: ${answer.servers.join(', ')}.`)
  }
  return 0
}
