import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'
import { rfc3339 } from '../when.ts'

export const run = async ({ options, terminal, fields, control }: Invocation): Promise<number> => {
  const running = await control()
  const answer = await running.ask('setupCode', { recover: options.flag('recover') })
  if (terminal.json) printJson(terminal, { ...answer, endsAt: rfc3339(answer.endsAt) }, fields)
  else {
    terminal.out(answer.code)
    // Where nothing serves there is no address to open.
    const { origin } = running.serving ? await running.ask('status', {}) : {}
    const page = origin === undefined ? '' : `${origin}/setup?code=${answer.code}  or  `
    terminal.hint(`Good once, for 30 minutes: ${page}bailiwick login`)
  }
  return 0
}
