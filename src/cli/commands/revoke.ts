import { Fault } from '#lib/fault.ts'
import { oneLine } from '../cells.ts'
import type { Command, Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

/** Ends what was issued to an agent, or on behalf of a user, until now; of an agent also one API key alone. */
export const revoking = (kind: 'client' | 'user'): Command => ({
  async run(invocation) {
    const { args, options } = invocation
    const reason = options.text('reason')
    if (reason === undefined)
      throw new Fault('usage', {
        detail: 'Say why, for whoever reads the ledger.',
        fix: 'add --reason TEXT',
      })
    const about = { plane: options.text('plane'), name: args[0] ?? '', reason }
    const key = options.text('key')
    if (key !== undefined) return revokeKey(invocation, { ...about, key })
    const { terminal, fields, control } = invocation
    const answer = await (await control()).ask('revoke', { ...about, kind })
    if (terminal.json) printJson(terminal, answer, fields)
    else {
      const what = kind === 'client' ? 'Every token and API key' : 'Every token'
      terminal.out(oneLine(`${what} of ${answer.name} in ${answer.plane} is taken no longer`))
      terminal.hint('What is issued from now on is taken. To stop that too: suspend it.')
    }
    return 0
  },
})

const revokeKey = async (
  { terminal, fields, control }: Invocation,
  asked: { plane: string | undefined; name: string; reason: string; key: string },
): Promise<number> => {
  const { plane, name: client, reason, key: id } = asked
  const answer = await (await control()).ask('apiKeyRevoke', { plane, client, reason, id })
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(oneLine(`${id} of ${answer.client} in ${answer.plane} is taken no longer`))
  return 0
}
