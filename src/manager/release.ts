import { createHash } from 'node:crypto'
import type { Capability, CapabilityKind } from '#domain/capability.ts'
import { Fault } from '#lib/fault.ts'
import { type CapabilityRow, describe } from './capabilities.ts'
import { changer, type Desk, findPlane, findServer } from './desk.ts'

interface Releasing {
  readonly plane?: string | undefined
  readonly server: string
  readonly name: string
  /** Where a tool and a prompt of that name are held. */
  readonly kind?: CapabilityKind | undefined
  /** Of the definition that was looked at, or its beginning. */
  readonly fingerprint?: string | undefined
}

export interface ReleasedAnswer {
  readonly plane: string
  readonly server: string
  readonly capability: CapabilityRow
  readonly before: string
}

/** Accepts the definition that the server tells now; until then nobody may use it. */
export const release = async (desk: Desk, input: Releasing): Promise<ReleasedAnswer> => {
  const { registry } = desk.installation
  const { id, server, held } = findHeld(desk, input)
  const named = held.filter(
    ({ name, kind }) => name === input.name && (input.kind ?? kind) === kind,
  )
  const [one, another] = named
  if (!one)
    throw new Fault('unknown_name', {
      detail: `Nothing named "${input.name}" is held at ${id}/${server}.`,
      fix: `bailiwick server show ${id}/${server}`,
    })
  if (another)
    throw new Fault('usage', {
      detail: `A ${one.kind} and a ${another.kind} named "${input.name}" are held; say which.`,
      fix: `bailiwick server release ${id}/${server} ${input.name} --kind ${one.kind}`,
    })
  const fingerprint = input.fingerprint ?? one.observed?.fingerprint
  const about = { kind: one.kind, ...(fingerprint !== undefined && { fingerprint }) }
  const released = await registry.release(id, server, input.name, changer(desk), about)
  const before = JSON.stringify(one.definition, null, 2)
  return { plane: id, server, capability: describe(released), before }
}

export interface ReleasedAllAnswer {
  readonly plane: string
  readonly server: string
  readonly released: number
}

/** Accepts everything that is held at a server, where that is still what was looked at. */
export const releaseAll = async (
  desk: Desk,
  input: Pick<Releasing, 'plane' | 'server'> & { readonly fingerprint: string },
): Promise<ReleasedAllAnswer> => {
  const { id, server, held } = findHeld(desk, input)
  const shown = held.flatMap(({ kind, name, observed }) =>
    observed ? [{ kind, name, fingerprint: observed.fingerprint }] : [],
  )
  if (shown.length === 0)
    throw new Fault('unknown_name', { detail: `Nothing is held at ${id}/${server}.` })
  if (!fingerprintOf(held).startsWith(input.fingerprint))
    throw new Fault('stale', {
      detail: `What is held at ${id}/${server} has changed again since it was shown.`,
      fix: `bailiwick server show ${id}/${server}`,
    })
  await desk.installation.registry.releaseAll(id, server, changer(desk), shown)
  return { plane: id, server, released: shown.length }
}

/** Of everything that is held, as it is told now: what a release of all of it has to name. */
export const fingerprintOf = (held: readonly Capability[]): string => {
  const hash = createHash('sha256')
  const all = held.map(({ kind, name, observed }) => `${kind} ${name} ${observed?.fingerprint}\n`)
  return hash.update(all.sort().join('')).digest('hex')
}

const findHeld = (desk: Desk, input: Pick<Releasing, 'plane' | 'server'>) => {
  const { change, registry } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const { name: server } = findServer(policy, input.server)
  const held = registry.capabilities(id, server).filter(isHeld)
  return { id, server, held }
}

const isHeld = ({ state }: Capability): boolean => state === 'held'
