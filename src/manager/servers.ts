import { type Capability, type CapabilityKind, capabilityKinds } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import { Fault } from '#lib/fault.ts'
import { diffDefinitions } from '#registry/diff.ts'
import {
  changer,
  choosePlanes,
  type Desk,
  findCapability,
  findItem,
  findPlane,
  findServer,
  itemsOf,
} from './desk.ts'
import { type ItemSaid, saidOf } from './said.ts'
import { type ServerStatus, serverStatus } from './status.ts'
import { untilCurrent } from './until-current.ts'

export interface ServerRow extends ServerStatus, ItemSaid {
  readonly plane: string
  readonly title: string | undefined
}

export interface CapabilityRow {
  readonly kind: CapabilityKind
  readonly name: string
  readonly state: Capability['state']
  readonly class: CapabilityClass | 'unclassified'
  readonly scopes: readonly string[]
  readonly labels: readonly string[]
  readonly fingerprint: string
  readonly title: string
  /** Where it is held: what changed, line by line, with invisible characters spelled out. */
  readonly held: readonly string[] | undefined
}

export interface ServerAnswer extends ServerRow {
  readonly gateway: string
  /** The set of files that manages the document. */
  readonly set: string | undefined
  readonly capabilities: readonly CapabilityRow[]
}

/** Servers and APIs, in order of name. */
export const listServers = (desk: Desk, input: { plane?: string | undefined }): ServerRow[] => {
  const { installation } = desk
  const all = installation.change.current()
  return choosePlanes(all, input.plane).flatMap((id) =>
    itemsOf(all.planes.get(id)).map((item) => ({
      plane: id,
      ...saidOf(item),
      ...serverStatus(installation, id, item),
    })),
  )
}

export const showServer = (
  desk: Desk,
  input: { plane?: string | undefined; server: string },
): ServerAnswer => {
  const { installation } = desk
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  const server = findItem(policy, input.server)
  const path = server.kind === 'API' ? 'rest' : 'mcp'
  return {
    plane: id,
    ...saidOf(server),
    ...serverStatus(installation, id, server),
    gateway: `${installation.origin}/${path}/${id}/${server.name}`,
    set: policy.sets.get(`${server.kind}/${server.name}`),
    capabilities: installation.registry
      .capabilities(id)
      .filter((one) => one.server === server.name)
      .sort(byKindAndName)
      .map(describe),
  }
}

const byKindAndName = (a: Capability, b: Capability): number =>
  capabilityKinds.indexOf(a.kind) - capabilityKinds.indexOf(b.kind) ||
  Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))

const describe = (one: Capability): CapabilityRow => ({
  kind: one.kind,
  name: one.name,
  state: one.state,
  class: one.classification?.class ?? 'unclassified',
  scopes: one.classification?.scopes ?? [],
  labels: one.classification?.labels ?? [],
  fingerprint: one.fingerprint,
  title: titleOf(one.definition),
  held: one.observed && diffDefinitions(one.definition, one.observed.definition),
})

export const titleOf = ({ title, description }: Readonly<Record<string, unknown>>): string => {
  const told = typeof title === 'string' && title !== '' ? title : description
  return typeof told === 'string' ? (told.split('\n')[0] ?? '') : ''
}

const memberOf = {
  tool: 'tools',
  prompt: 'prompts',
  resource: 'resources',
  template: 'resources',
  operation: 'operations',
} as const satisfies Record<CapabilityKind, string>

export interface ClassifiedAnswer {
  readonly plane: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  readonly class: CapabilityClass
  readonly revision: number
  /** The set whose files should say the same, or its next apply takes this back. */
  readonly set: string | undefined
}

interface Classifying {
  plane?: string | undefined
  server: string
  kind: CapabilityKind
  name: string
  class: CapabilityClass
  scopes?: string[] | undefined
  labels?: string[] | undefined
}

/**
 * Writes the class of one capability into the server's document, through the same door as a file. Where
 * somebody else has written that document meanwhile, the class is written into what it says then.
 */
export const classify = (desk: Desk, input: Classifying): Promise<ClassifiedAnswer> =>
  untilCurrent(() => classifyOnce(desk, input))

const classifyOnce = async (desk: Desk, input: Classifying): Promise<ClassifiedAnswer> => {
  const { change, registry } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const server = findItem(policy, input.server)
  if (!findCapability(registry.capabilities(id), input))
    throw new Fault('unknown_name', {
      detail: `${server.kind} ${id}/${server.name} offers no ${input.kind} "${input.name}".`,
      fix: `bailiwick server show ${id}/${server.name}`,
    })
  const document = withClass(server, input)
  const summary = `classified ${server.name} ${input.name} as ${input.class}`
  const ifRevision = change.revisionOf({ plane: id, kind: server.kind, name: server.name })
  const about = { ...changer(desk), summary, ifRevision }
  const revision = await change.put(document, about)
  return {
    plane: id,
    server: server.name,
    kind: input.kind,
    name: input.name,
    class: input.class,
    revision,
    set: policy.sets.get(`${server.kind}/${server.name}`),
  }
}

const classifiedIn = (
  item: ServerDocument | ApiDocument,
  member: (typeof memberOf)[CapabilityKind],
): Readonly<Record<string, Classification>> => {
  if (item.kind === 'API') return member === 'operations' ? (item.operations ?? {}) : {}
  return member === 'operations' ? {} : (item[member] ?? {})
}

/** What was not named stays as it is. */
const withClass = (
  item: ServerDocument | ApiDocument,
  input: {
    kind: CapabilityKind
    name: string
    class: CapabilityClass
    scopes?: string[] | undefined
    labels?: string[] | undefined
  },
): ServerDocument | ApiDocument => {
  const member = memberOf[input.kind]
  const classified = classifiedIn(item, member)
  const before = classified[input.name]
  const scopes = input.scopes ?? before?.scopes
  const labels = input.labels ?? before?.labels
  const after: Classification = {
    ...before,
    class: input.class,
    ...(scopes && { scopes }),
    ...(labels && { labels }),
  }
  return { ...item, [member]: { ...classified, [input.name]: after } }
}

/** Accepts the definition that the server tells now; until then nobody may use it. */
export const release = async (
  desk: Desk,
  input: { plane?: string | undefined; server: string; name: string },
): Promise<{ plane: string; server: string; capability: CapabilityRow; before: string }> => {
  const { change, registry } = desk.installation
  const { id, policy } = findPlane(change.current(), input.plane)
  const server = findServer(policy, input.server)
  const held = registry
    .capabilities(id)
    .find((one) => one.server === server.name && one.name === input.name && one.state === 'held')
  if (!held)
    throw new Fault('unknown_name', {
      detail: `Nothing named "${input.name}" is held at ${id}/${server.name}.`,
      fix: `bailiwick server show ${id}/${server.name}`,
    })
  const before = JSON.stringify(held.definition, null, 2)
  const released = await registry.release(id, server.name, input.name, changer(desk), {
    kind: held.kind,
    ...(held.observed && { fingerprint: held.observed.fingerprint }),
  })
  return { plane: id, server: server.name, capability: describe(released), before }
}
