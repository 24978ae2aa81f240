import { buffer } from 'node:stream/consumers'
import { Fault } from '#lib/fault.ts'
import { type Invocation, readPlace } from '../command.ts'
import { askSecret } from '../prompt.ts'
import { printJson } from '../terminal.ts'

export const run = async (invocation: Invocation): Promise<number> => {
  const { args, options, terminal, fields, io, control } = invocation
  const { plane, server: credential } = readPlace(args[0] ?? '', options)
  const secret = options.flag('fromStdin')
    ? withoutLineBreak(await buffer(io.stdin))
    : await askSecret(io, `Secret for ${credential}: `)
  if (secret === undefined)
    throw new Fault('usage', {
      detail: 'A secret comes from standard input or from a prompt, never as an argument.',
      fix: `bailiwick cred set ${credential} --from-stdin < FILE`,
    })
  const sent = secret.toString('base64')
  secret.fill(0)
  const answer = await (await control()).ask('credSet', { plane, credential, secret: sent })
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${answer.plane}/${answer.credential} is at version ${answer.version}.`)
  return 0
}

/** The one line break that `echo` and editors add is no part of the secret. */
const withoutLineBreak = (bytes: Buffer): Buffer => {
  if (bytes.at(-1) !== 0x0a) return bytes
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1)
}
