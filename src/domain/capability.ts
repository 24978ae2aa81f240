import type { Classification } from './item-documents.ts'
import type { ServerName } from './name.ts'

export const capabilityKinds = ['tool', 'prompt', 'resource', 'template', 'operation'] as const
export type CapabilityKind = (typeof capabilityKinds)[number]

/**
 * One tool, prompt, resource or resource template of a server, or one operation of an API, as the
 * registry knows it. `name` is the tool's or prompt's name, the resource's URI, the template's URI
 * template, the operation's id.
 */
export interface Capability {
  /** The item it is of: names of servers and APIs are one name space. */
  readonly server: ServerName
  readonly kind: CapabilityKind
  readonly name: string
  /** SHA-256 over the canonical definition, hex; what was pinned when a person first saw it or released it. */
  readonly fingerprint: string
  /** The pinned definition exactly as the server gave it. */
  readonly definition: Readonly<Record<string, unknown>>
  /**
   * `pinned`: as it was released. `held`: the server now tells another definition; nobody may call
   * it until its owner releases it. `absent`: the server no longer offers it.
   */
  readonly state: 'pinned' | 'held' | 'absent'
  /** What the server tells now, where that differs from the pinned one. */
  readonly observed?: {
    readonly fingerprint: string
    readonly definition: Readonly<Record<string, unknown>>
  }
  /** Which of the definitions that were ever pinned `definition` is, from 1. */
  readonly version?: number
  /** It changed so often that it stays held, whatever its server tells, until a person releases it. */
  readonly restless?: true
  /** Undefined where nobody has classified it: then it is invisible to every agent. */
  readonly classification?: Classification
}

/** Eras in which a server answers; a legacy server says with which revision. */
export interface Eras {
  readonly modern: boolean
  readonly legacy: string | undefined
}
