import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

/** Destroys the keys of what is recorded of somebody; there is no way back. */
export const run = async ({ args, options, terminal, fields, control }: Invocation) => {
  const dryRun = options.flag('dryRun')
  const reason = options.text('reason') ?? (dryRun ? 'a dry run' : undefined)
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
    dryRun,
  })
  if (terminal.json) {
    printJson(terminal, answer, fields)
    return 0
  }
  const { subject, periods, revision } = answer
  const months = periods.length === 0 ? 'nothing' : periods.join(', ')
  if (dryRun) terminal.out(`This would erase: ${months}.`)
  else terminal.out(`Erased, of ${months}: revision ${revision}.`)
  terminal.out(`Entries name it as ${subject}`)
  if (!dryRun)
    terminal.hint('Copies of the store from before still hold the keys: see docs/payloads.md')
  return 0
}
