import { Fault } from '#lib/fault.ts'
import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async ({ args, terminal, fields, control }: Invocation): Promise<number> => {
  const [plane = '', written = ''] = args
  const position = /^[1-9]\d{0,14}$/.test(written) ? Number(written) : undefined
  if (position === undefined)
    throw new Fault('usage', { detail: `"${written}" is no position: 1, 2, 3 …` })
  const answer = await (await control()).ask('ledgerProve', { plane, position })
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.raw(answer.proof)
  terminal.hint(`Next: bailiwick verify FILE --key KEY, by bailiwick ledger keys ${plane}`)
  return 0
}
