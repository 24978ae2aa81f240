import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'
import { rfc3339 } from '../when.ts'

export const run = async ({ options, terminal, fields, control }: Invocation): Promise<number> => {
  const answer = await (await control()).ask('setupCode', { recover: options.flag('recover') })
  if (terminal.json) printJson(terminal, { ...answer, endsAt: rfc3339(answer.endsAt) }, fields)
  else {
    terminal.out(answer.code)
    terminal.hint('Good once, for 30 minutes: bailiwick login')
  }
  return 0
}
