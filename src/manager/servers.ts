import type { CapabilityKind } from '#domain/capability.ts'
import type { ApiDocument, ServerDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import type { PlaneId } from '#domain/name.ts'
import { argumentIn } from '#domain/personal.ts'
import type { CapabilityClass } from '#domain/selector.ts'
import { Fault } from '#lib/fault.ts'
import type { WrongCondition } from '#policy/wrong.ts'
import { visible } from '#registry/visible.ts'
import { type CapabilityRow, describeAll } from './capabilities.ts'
import {
  changer,
  choosePlanes,
  type Desk,
  findCapability,
  findItem,
  findPlane,
  itemsOf,
} from './desk.ts'
import { fingerprintOf } from './release.ts'
import { type ItemSaid, saidOf } from './said.ts'
import { type ServerStatus, serverStatus } from './status.ts'
import { untilCurrent } from './until-current.ts'

export interface DocumentFinding {
  /** Into the document: RFC 6901. */
  readonly at: string
  /** `left out`: an operation is not offered; `noted`: it is offered without this. */
  readonly effect: string
  readonly problem: string
}

export interface ServerRow extends ServerStatus, ItemSaid {
  readonly plane: string
  readonly title: string | undefined
}

export interface ServerAnswer extends ServerRow {
  readonly gateway: string
  /** The set of files that manages the document. */
  readonly set: string | undefined
  readonly capabilities: readonly CapabilityRow[]
  /** Of everything that is held; what a release of all of it has to name. */
  readonly held: string | undefined
  /** What the OpenAPI document of an API describes and is not offered, or not so, and why. */
  readonly findings: readonly DocumentFinding[]
  /** What the server told last and was not taken in, and why. */
  readonly refused: readonly { readonly name: string; readonly problem: string }[]
  /** More than half of what people have classified is held or gone. */
  readonly isMost: boolean
  /** Conditions about it that are wrong by what it offers now. */
  readonly wrongConditions: readonly WrongCondition[]
}

/** Servers and APIs, in order of name. */
export const listServers = (desk: Desk, input: { plane?: string | undefined }): ServerRow[] => {
  const { installation } = desk
  const all = installation.change.current()
  return choosePlanes(all, input.plane).flatMap((id) =>
    itemsOf(all.planes.get(id)).map((item) => ({
      plane: id,
      ...saidOf(item),
      ...serverStatus(desk, id, item),
    })),
  )
}

export const showServer = async (
  desk: Desk,
  input: { plane?: string | undefined; server: string },
): Promise<ServerAnswer> => {
  const { installation } = desk
  const { id, policy } = findPlane(installation.change.current(), input.plane)
  const server = findItem(policy, input.server)
  const path = server.kind === 'API' ? 'rest' : 'mcp'
  const capabilities = await describeAll(installation, id, server.name)
  const held = installation.registry
    .capabilities(id, server.name)
    .filter(({ state }) => state === 'held')
  return {
    plane: id,
    ...saidOf(server),
    ...serverStatus(desk, id, server),
    gateway: `${installation.origin}/${path}/${id}/${server.name}`,
    set: policy.sets.get(`${server.kind}/${server.name}`),
    capabilities,
    held: held.length > 0 ? fingerprintOf(held) : undefined,
    findings: findingsOf(desk, id, server.name),
    refused: await installation.registry.refused(id, server.name),
    isMost: isMost(capabilities),
    wrongConditions: await installation.wrongConditions(id, server.name),
  }
}

/** By the text that is served; where nothing serves, nobody reads it. */
const findingsOf = (
  { installation }: Desk,
  plane: PlaneId,
  name: string,
): readonly DocumentFinding[] =>
  (installation.apis.find(plane, name)?.findings ?? []).map(({ pointer, effect, message }) => ({
    at: pointer,
    effect,
    problem: visible(message),
  }))

/** More than half of what people have classified is held or gone at once: it may be another server. */
const isMost = (capabilities: readonly CapabilityRow[]): boolean => {
  const classified = capabilities.filter((one) => one.class !== 'unclassified')
  const moved = classified.filter(({ state }) => state !== 'pinned')
  return moved.length >= 3 && moved.length * 2 > classified.length
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

type Index = NonNullable<Classification['index']>

interface Classifying {
  plane?: string | undefined
  server: string
  kind: CapabilityKind
  name: string
  class: CapabilityClass
  scopes?: string[] | undefined
  labels?: string[] | undefined
  index?: Index | undefined
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
    index?: Index | undefined
  },
): ServerDocument | ApiDocument => {
  const member = memberOf[input.kind]
  const classified = classifiedIn(item, member)
  const before = classified[input.name]
  const scopes = input.scopes ?? before?.scopes
  const labels = input.labels ?? before?.labels
  const index = input.index?.map((one) => asPersonal(one, before)) ?? before?.index
  const after: Classification = {
    ...before,
    class: input.class,
    ...(scopes && { scopes }),
    ...(labels && { labels }),
    ...(index && { index }),
  }
  return { ...item, [member]: { ...classified, [input.name]: after } }
}

/** What was declared personal is made plain by a document alone, and by nobody who left a word out. */
const asPersonal = (written: Index[number], before: Classification | undefined): Index[number] => {
  const stood = before?.index?.find((one) => argumentIn(one) === argumentIn(written))
  return typeof stood === 'object' ? stood : written
}
