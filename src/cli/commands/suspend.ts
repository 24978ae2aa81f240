import { capabilityName, type SuspensionKind, splitCapabilityName } from '#domain/suspension.ts'
import { Fault } from '#lib/fault.ts'
import type { SuspendedAnswer } from '#manager/suspensions.ts'
import { oneLine } from '../cells.ts'
import { type Command, type Invocation, readPlace } from '../command.ts'
import { printJson } from '../terminal.ts'
import { readKind } from './can.ts'

/** Stops who or what is named at once, whatever the documents say, until it is resumed. */
export const suspending = (kind: SuspensionKind): Command => ({
  async run(invocation) {
    const reason = invocation.options.text('reason')
    if (reason === undefined)
      throw new Fault('usage', {
        detail: 'Say why, for whoever has to resume it.',
        fix: 'add --reason TEXT',
      })
    const about = { ...readMeant(kind, invocation), reason }
    const answer = await (await invocation.control()).ask('suspend', about)
    print(invocation, answer, 'is suspended')
    // A user stands in no document, so that nothing tells a misspelt one from one who is not there.
    if (kind === 'user')
      invocation.terminal.hint(
        'A user is who tokens name so, letter by letter: see bailiwick calls',
      )
    return 0
  },
})

/** Lets who or what is suspended go on. */
export const resuming = (kind: SuspensionKind): Command => ({
  async run(invocation) {
    const reason = invocation.options.text('reason')
    const about = { ...readMeant(kind, invocation), ...(reason !== undefined && { reason }) }
    const answer = await (await invocation.control()).ask('resume', about)
    print(invocation, answer, 'may go on')
    return 0
  },
})

interface Meant {
  readonly plane: string | undefined
  readonly kind: SuspensionKind
  readonly name: string
}

const readMeant = (kind: SuspensionKind, { args, options }: Invocation): Meant => {
  const [written = '', capability = ''] = args
  if (kind === 'plane') return { plane: written, kind, name: written }
  if (kind !== 'server' && kind !== 'capability')
    return { plane: options.text('plane'), kind, name: written }
  const { plane, server } = readPlace(written, options)
  if (kind === 'server') return { plane, kind, name: server }
  const about = { server, kind: readKind(options), name: capability }
  return { plane, kind, name: capabilityName(about) }
}

const print = ({ terminal, fields }: Invocation, answer: SuspendedAnswer, what: string): void => {
  if (terminal.json) printJson(terminal, answer, fields)
  else terminal.out(`${oneLine(tell(answer))} ${what}: revision ${answer.revision}.`)
}

const tell = ({ plane, kind, name }: SuspendedAnswer): string => {
  if (kind === 'plane') return `plane ${plane}`
  const capability = kind === 'capability' ? splitCapabilityName(name) : undefined
  if (capability) return `${capability.kind} ${plane}/${capability.server}/${capability.name}`
  return `${kind} ${plane}/${name}`
}
