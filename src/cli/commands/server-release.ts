import { oneLine } from '../cells.ts'
import { type Invocation, readPlace } from '../command.ts'
import { printJson } from '../terminal.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const [written = '', name = ''] = args
  const place = readPlace(written, options)
  const answer = await (await control()).ask('serverRelease', { ...place, name })
  if (terminal.json) printJson(terminal, answer, fields)
  else
    terminal.out(
      `${answer.plane}/${answer.server} ${oneLine(answer.capability.name)} is pinned as ${answer.capability.fingerprint.slice(0, 12)}.`,
    )
  return 0
}
