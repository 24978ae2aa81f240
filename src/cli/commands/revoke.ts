import { Fault } from '#lib/fault.ts'
import { oneLine } from '../cells.ts'
import type { Command } from '../command.ts'
import { printJson } from '../terminal.ts'

/** Ends what was issued to an agent, or on behalf of a user, until now. */
export const revoking = (kind: 'client' | 'user'): Command => ({
  async run({ args: [name = ''], options, terminal, fields, control }) {
    const reason = options.text('reason')
    if (reason === undefined)
      throw new Fault('usage', {
        detail: 'Say why, for whoever reads the ledger.',
        fix: 'add --reason TEXT',
      })
    const about = { plane: options.text('plane'), kind, name, reason }
    const answer = await (await control()).ask('revoke', about)
    if (terminal.json) printJson(terminal, answer, fields)
    else {
      terminal.out(oneLine(`Every token of ${answer.name} in ${answer.plane} is taken no longer`))
      terminal.hint('What is issued from now on is taken. To stop that too: suspend it.')
    }
    return 0
  },
})
