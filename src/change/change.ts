import type { Document, Documents, Kind } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Revision } from '#store/store.ts'

/**
 * The one door for writing policy and registry: documents are read, checked as a whole against what
 * stands, and put in one transaction with their revision; the ledgers of the planes they touch get
 * an entry each (after a crash, at the next start). Whoever follows is told before `apply` resolves,
 * so that the next call is decided by the new revision.
 */
export interface Change {
  /**
   * Reads YAML and JSON, checks everything, changes all or nothing. Where there are problems it throws
   * BadDocuments (a Fault, `bad_documents`) with all of them at once. What stands already makes no
   * revision. One change at a time: a second waits for the first.
   */
  apply(input: ApplyInput): Promise<ApplyAnswer>
  /** The documents of a plane (all planes: undefined) as YAML that `apply` takes back unchanged. */
  exportDocuments(plane?: PlaneId): string
  /** Puts one document that a command made (classify …), keeping its set; same checks, same door, BadDocuments too. */
  put(document: Document, by: string, summary: string): Promise<number>
  /** What stands now, from memory; replaced as a whole by every change. */
  current(): Policy
  /**
   * Called with what now stands and the planes that a change touched (those it removed too), one
   * listener after the other in the order they came, before `apply` or `put` resolves. A listener must
   * not apply or put anything itself: it would wait for its own end.
   */
  onChange(listener: (policy: Policy, planes: readonly PlaneId[]) => Promise<void>): void
  /**
   * Enters the revisions that have no ledger entry yet, oldest first. Called at start, when the
   * ledgers are open, and by every change before it begins: what cannot be recorded is not changed.
   */
  catchUp(): Promise<void>
}

/** Writes a revision's entry into the ledger of each of its planes; durable when it resolves. */
export type Enter = (revision: Revision) => Promise<void>

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

/** One thing wrong with what was given to `apply` or `put`. */
export interface Problem {
  /** Empty, with line and column 0, where it stands in no file: what `prune` or a command would do. */
  readonly file: string
  /** From 1; of the key or the value that has to be changed. */
  readonly line: number
  /** From 1, in UTF-16 units as editors count. */
  readonly column: number
  /** `Grant planner-reads: allow[0].tool is not a key; did you mean tools?` Never holds what may be a secret. */
  readonly message: string
  readonly code: ProblemCode
}
export const problemCodes = [
  'syntax',
  'unknown version',
  'unknown kind',
  'unknown key',
  'not built yet',
  'invalid value',
  'missing key',
  'duplicate',
  'dangling name',
  'secret in file',
  'managed elsewhere',
  'too large',
] as const
export type ProblemCode = (typeof problemCodes)[number]

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
