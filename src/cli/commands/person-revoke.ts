import { Fault } from '#lib/fault.ts'
import { oneLine } from '../cells.ts'
import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

/** Ends one passkey, and with it all that its person is signed in to. */
export const run = async ({
  args: [person = ''],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const id = options.text('passkey')
  if (id === undefined)
    throw new Fault('usage', {
      detail: 'Say which passkey.',
      fix: `bailiwick person passkeys ${oneLine(person)}, then add --passkey ID`,
    })
  const answer = await (await control()).ask('passkeyRevoke', { person, id })
  if (terminal.json) printJson(terminal, answer, fields)
  else {
    terminal.out(oneLine(`${answer.id} of ${answer.person} is taken no longer`))
    terminal.hint('What they were signed in to has ended with it.')
  }
  return 0
}
