import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

/** Destroys the keys of what is recorded of somebody; there is no way back. */
export const run = async ({ args, options, terminal, fields, control }: Invocation) => {
  const reason = options.text('reason')
  if (reason === undefined)
    throw new Fault('usage', {
      detail: 'Say why, for whoever finds that nothing can be read any more.',
      fix: 'add --reason TEXT',
    })
  const answer = await (await control()).ask('erase', {
    plane: args[0],
    user: options.text('user'),
    agent: options.text('agent'),
    before: options.text('before'),
    reason,
  })
  if (terminal.json) {
    printJson(terminal, answer, fields)
    return 0
  }
  const { subject, periods, revision } = answer
  terminal.out(`Erased, of ${periods.join(', ')}: revision ${revision}.`)
  terminal.out(`The entry names it as ${subject}`)
  terminal.hint('Copies of the store from before still hold the keys: see docs/payloads.md')
  return 0
}
