import type { Document, Documents, Kind } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'

/**
 * The one door for writing policy and registry: documents are read, checked as a whole against what
 * stands, and put in one transaction with their revision; the ledgers of the planes they touch get
 * an entry each (after a crash, at the next start). Whoever follows is told before `apply` resolves,
 * so that the next call is decided by the new revision.
 */
export interface Change {
  /** Reads YAML, checks everything, changes all or nothing. All problems come at once. */
  apply(input: ApplyInput): Promise<ApplyAnswer>
  /** The documents of a plane (all planes: undefined) as YAML that `apply` takes back unchanged. */
  exportDocuments(plane?: PlaneId): string
  /** Puts one document that a command made (classify …), keeping its set; same checks, same door. */
  put(document: Document, by: string, summary: string): Promise<number>
  /** What stands now, from memory; replaced as a whole by every change. */
  current(): Policy
  onChange(listener: (policy: Policy, planes: readonly PlaneId[]) => Promise<void>): void
}

/** All documents at one revision: immutable. */
export interface Policy {
  readonly revision: number
  readonly planes: ReadonlyMap<PlaneId, PlanePolicy>
}
export interface PlanePolicy {
  readonly plane: Documents['Plane']
  readonly servers: ReadonlyMap<string, Documents['Server']>
  readonly consumers: ReadonlyMap<string, Documents['Consumer']>
  readonly agents: ReadonlyMap<string, Documents['Agent']>
  readonly grants: ReadonlyMap<string, Documents['Grant']>
  readonly quotas: ReadonlyMap<string, Documents['Quota']>
  readonly credentials: ReadonlyMap<string, Documents['Credential']>
  /** `Kind/name` to the set of files that manages it. */
  readonly sets: ReadonlyMap<string, string>
}

export interface ApplyInput {
  /** Files in the order given: the name is for messages. */
  readonly files: readonly { name: string; text: string }[]
  /** Required: what the documents belong to, and what `prune` may remove. */
  readonly set: string
  readonly prune: boolean
  readonly dryRun: boolean
  readonly by: string
  /** Names of the runners in the operator's configuration. */
  readonly runners: ReadonlySet<string>
}

export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** `Grant planner-reads: allow[0].tool is not a key; did you mean tools?` */
  readonly message: string
  readonly code: ProblemCode
}
export type ProblemCode =
  | 'syntax'
  | 'unknown version'
  | 'unknown kind'
  | 'unknown key'
  | 'not built yet'
  | 'invalid value'
  | 'missing key'
  | 'duplicate'
  | 'dangling name'
  | 'secret in file'
  | 'managed elsewhere'
  | 'too large'

export interface ApplyAnswer {
  readonly revision: number
  readonly changes: readonly {
    op: 'add' | 'change' | 'remove'
    plane: string
    kind: Kind
    name: string
  }[]
  /** Unified, line by line, with + and −. */
  readonly diff: string
  readonly dryRun: boolean
}
