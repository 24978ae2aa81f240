import { shellWord } from '#lib/shell.ts'
import { type CapabilityKind, capabilityKinds } from './capability.ts'

export const suspensionKinds = [
  'agent',
  'consumer',
  'user',
  'capability',
  'server',
  'plane',
] as const
export type SuspensionKind = (typeof suspensionKinds)[number]

/**
 * Somebody or something that may not, for now, whatever the documents say. It stands beside them and
 * not in them, so that no file that is applied lifts it.
 */
export interface Suspension {
  readonly kind: SuspensionKind
  /** The item's name; a capability's is `server/kind/name`, a plane's its own. */
  readonly name: string
  /** UTC milliseconds. */
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly revision: number
}

/** Under which a plane's suspensions are kept. */
export const suspensionKey = (kind: SuspensionKind, name: string): string => `${kind}/${name}`

/** What a suspension of one capability is called. */
export const capabilityName = (about: {
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
}): string => `${about.server}/${about.kind}/${about.name}`

/** What such a name is made of; undefined where it is none. The capability's own may hold slashes. */
export const splitCapabilityName = (
  name: string,
): { server: string; kind: CapabilityKind; name: string } | undefined => {
  const [, server = '', written, own = ''] = /^([^/]+)\/([^/]+)\/(.+)$/s.exec(name) ?? []
  const kind = capabilityKinds.find((one) => one === written)
  return kind && { server, kind, name: own }
}

/** The server that a suspension of a server or of one of its capabilities is about. */
export const suspendedServer = (kind: string, name: string): string | undefined => {
  if (kind === 'server') return name
  return kind === 'capability' ? name.slice(0, name.indexOf('/')) : undefined
}

/** For those who may know: in the entry, in `why` and in the terminal. */
export const tellSuspension = ({ kind, name, by, reason }: Suspension): string =>
  `${kind} ${name} suspended by ${by}: ${reason}`

type Verb = 'suspend' | 'resume'

/** The command that suspends or resumes, as it can be typed; for the first the reason is still to be said. */
export const suspensionCommand = (
  verb: Verb,
  plane: string,
  { kind, name }: Pick<Suspension, 'kind' | 'name'>,
): string => {
  const { words, argument, flags } = partsOf(verb, plane, kind, name)
  const all = verb === 'suspend' ? [...flags, '--reason', 'TEXT'] : flags
  const word = shellWord(argument)
  // What begins with a dash would be read as a flag before `--`.
  const rest = argument.startsWith('-') ? [...all, '--', word] : [word, ...all]
  return ['bailiwick', ...words, ...rest].join(' ')
}

interface Parts {
  readonly words: readonly string[]
  readonly argument: string
  readonly flags: readonly string[]
}

const partsOf = (verb: Verb, plane: string, kind: SuspensionKind, name: string): Parts => {
  const capability = kind === 'capability' ? splitCapabilityName(name) : undefined
  if (capability) {
    const blocking = verb === 'suspend' ? 'block' : 'unblock'
    const ofKind = capability.kind === 'tool' ? [] : ['--kind', capability.kind]
    const words = ['server', blocking, `${plane}/${capability.server}`]
    return { words, argument: capability.name, flags: ofKind }
  }
  if (kind === 'server') return { words: ['server', verb], argument: `${plane}/${name}`, flags: [] }
  const flags = kind === 'plane' ? [] : ['--plane', plane]
  return { words: [kind, verb], argument: name, flags }
}
