import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async ({
  args: [plane = ''],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const atOnce = options.flag('atOnce')
  const answer = await (await control()).ask('issuerKeyroll', { plane, atOnce })
  if (terminal.json) printJson(terminal, answer, fields)
  else {
    terminal.out(
      `Tokens of ${answer.plane} are signed by ${answer.kid} from ${answer.signsFrom} on`,
    )
    terminal.hint(
      atOnce
        ? 'Nothing that was signed before is taken any more: agents ask for new tokens.'
        : 'It is served from now on; what is signed before then is taken until it ends.',
    )
  }
  return 0
}
