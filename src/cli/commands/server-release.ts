import { Fault } from '#lib/fault.ts'
import { oneLine } from '../cells.ts'
import { type Invocation, readPlace } from '../command.ts'
import { printJson } from '../terminal.ts'
import { readKind } from './can.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, control } = invocation
  const [written = '', name] = args
  const place = readPlace(written, options)
  const fingerprint = options.text('fingerprint')
  if (options.flag('all')) return releaseAll(invocation, place, fingerprint)
  if (name === undefined)
    throw new Fault('usage', { detail: 'Name what is to be released, or say --all.' })
  const kind = options.text('kind') === undefined ? undefined : readKind(options)
  const asked = { ...place, name, kind, fingerprint }
  const answer = await (await control()).ask('serverRelease', asked)
  if (terminal.json) printJson(terminal, answer, fields)
  else
    terminal.out(
      `${answer.plane}/${answer.server} ${oneLine(answer.capability.name)} is pinned as ${answer.capability.fingerprint.slice(0, 12)}.`,
    )
  return 0
}

const releaseAll = async (
  { terminal, fields, control }: Invocation,
  place: ReturnType<typeof readPlace>,
  fingerprint: string | undefined,
): Promise<number> => {
  if (fingerprint === undefined)
    throw new Fault('usage', {
      detail: '--all accepts what was looked at: it needs --fingerprint.',
      fix: `bailiwick server show ${place.server}`,
    })
  const answer = await (await control()).ask('serverReleaseAll', { ...place, fingerprint })
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${answer.released} of ${answer.plane}/${answer.server} are pinned anew.`)
  return 0
}
