import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { askYes } from '../prompt.ts'
import { printJson } from '../terminal.ts'

/** Exit code of the table: needs confirmation. */
const unconfirmed = 7

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, io, control } = invocation
  const [plane = ''] = args
  const reason = options.text('reason')
  if (reason === undefined) {
    throw new Fault('usage', { detail: 'Say why with --reason: it stands in the ledger for ever.' })
  }
  const reached = await control()
  const question = `Go on with the ledger of ${plane} as it stands? What was signed beyond it stays unaccounted for, and an entry says so.`
  const sure = options.flag('yes') || (await askYes(io, question))
  if (sure !== true) {
    if (sure === undefined)
      terminal.warn('Accepting a broken ledger needs confirmation: add --yes.')
    return unconfirmed
  }
  const answer = await reached.ask('ledgerAccept', { plane, reason })
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${answer.plane} goes on as ${answer.origin}. It was: ${answer.problem}`)
  return 0
}
