import type { Capability, CapabilityKind } from '#domain/capability.ts'
import type { ServerDocument } from '#domain/documents.ts'
import type { Classification } from '#domain/item-documents.ts'
import { serverName } from '#domain/name.ts'
import { parseJson } from '#lib/json.ts'
import type { StoredCapability } from '#store/store.ts'

export type Definition = Readonly<Record<string, unknown>>

/** A stored capability with its definitions read. */
export interface Item {
  readonly stored: StoredCapability
  readonly definition: Definition
  /** What the server tells now, where that is not the pinned one. */
  readonly observed: Definition | undefined
}

/** The capabilities of one server, by kind and name. */
export type Rows = ReadonlyMap<string, Item>

export function keyOf(kind: CapabilityKind, name: string): string {
  return `${kind} ${name}`
}

export function itemOf(stored: StoredCapability): Item {
  const { definition, observedDefinition } = stored
  return {
    stored,
    definition: parseJson(definition) as Definition,
    observed:
      observedDefinition === undefined ? undefined : (parseJson(observedDefinition) as Definition),
  }
}

/** So often may a capability change before its changes are written down no more. */
export const MOST_CHANGES = 10

/** It has changed too often since a person looked at it: it stays out of reach, as it stands, until one does. */
export const isRestless = ({ changes, absent, observedFingerprint }: StoredCapability): boolean =>
  changes >= MOST_CHANGES && (absent || observedFingerprint !== undefined)

/** As it is where its server tells something else of it by now than what was written down. */
export function asTold(item: Item, told: Told): Item {
  const observedFingerprint = told?.fingerprint
  const observedDefinition = told?.text
  const absent = told === undefined
  return itemOf({ ...item.stored, observedFingerprint, observedDefinition, absent })
}
type Told = { readonly fingerprint: string; readonly text: string } | undefined

/** As the rest of the house sees it, with the classification of the document. */
export function joined(
  { stored, definition, observed }: Item,
  document: ServerDocument | undefined,
): Capability {
  const { kind, name, fingerprint, observedFingerprint, absent } = stored
  const classification = document && classificationOf(document, kind, name)
  const isHeld = observed !== undefined && observedFingerprint !== undefined && !absent
  return {
    server: serverName(stored.server),
    kind,
    name,
    fingerprint,
    definition,
    state: absent ? 'absent' : isHeld ? 'held' : 'pinned',
    ...(isHeld && { observed: { fingerprint: observedFingerprint, definition: observed } }),
    ...(classification && { classification }),
    version: stored.version,
    ...(isRestless(stored) && { restless: true as const }),
  }
}

export function classificationOf(
  { tools, prompts, resources }: ServerDocument,
  kind: CapabilityKind,
  name: string,
): Classification | undefined {
  const classified = kind === 'tool' ? tools : kind === 'prompt' ? prompts : resources
  return classified !== undefined && Object.hasOwn(classified, name) ? classified[name] : undefined
}
