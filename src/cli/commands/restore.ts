import type { Invocation } from '../command.ts'
import { printJson } from '../terminal.ts'
import { printApplied, toJson } from './apply.ts'
import { readRevision } from './revisions.ts'

export const run = async ({
  args: [written = ''],
  options,
  terminal,
  fields,
  control,
}: Invocation): Promise<number> => {
  const answer = await (await control()).ask('restore', {
    revision: readRevision(written),
    dryRun: options.flag('dryRun'),
    reason: options.text('reason'),
  })
  if (terminal.json) printJson(terminal, toJson(answer), fields)
  else printApplied(terminal, answer, `restored revision ${written}`)
  return 0
}
