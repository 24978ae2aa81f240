import type { Document, Documents, Kind } from '#domain/documents.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Suspension } from '#domain/suspension.ts'
import type { SortedMap } from '#lib/sorted-map.ts'
import type { DocumentChange, Revision, RevisionChange, RowChange } from '#store/store.ts'

/**
 * The one door for writing policy and registry. A command says what it would change, given what stands;
 * its rows, a numbered revision and what that changed are written in one transaction; the ledgers of the
 * planes it touches get an entry each (after a crash, at the next start). Whoever follows is told
 * before the promise resolves, so that the next call is decided by the new revision; other processes
 * follow within a second. Where somebody else's revision came first, what came is followed and the
 * command asked anew.
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
  put(document: Document, about: EditAbout & { readonly summary: string }): Promise<number>
  /** Fault('unknown_name') where there is none; BadDocuments where others name it. */
  remove(target: DocumentName, about: EditAbout): Promise<number>
  /**
   * Makes the documents say what they said at an earlier revision, as a new one; nothing beside them
   * (secrets, pins, suspensions) is taken back. Fault('unknown_name') where it never was.
   */
  restore(revision: number, about: About & { readonly dryRun: boolean }): Promise<ApplyAnswer>
  /**
   * What would stand after `apply` of the same, for whoever wants to try it: nothing is written, and no
   * check is asked. Throws as `apply` does where a document is none or names what is not there.
   */
  draft(
    input: Pick<ApplyInput, 'files' | 'set' | 'prune' | 'permit' | 'runners'>,
  ): Promise<Proposed>
  /** What stood at an earlier revision, suspensions apart. Fault('unknown_name') where it never was. */
  at(revision: number): Promise<Proposed>
  /** A room's own command; answers the revision that stands when it is done. */
  execute(command: Command, about: About): Promise<number>
  /** What stands now, from memory; replaced as a whole by every change. */
  current(): Policy
  /** The revision that last wrote a document, undefined where there is none: its entity tag. */
  revisionOf(target: DocumentName): number | undefined
  /**
   * Called with what moved, one listener after the other in the order they came, before the change is
   * answered, and for what other processes changed. Where one of them fails, all are told again until
   * none does: a listener takes the same change twice, and what came since with it. It must not change
   * anything itself: it would wait for its own end.
   */
  onChange(listener: (moved: Moved) => Promise<void>): void
  /**
   * Asked what it objects to before documents are changed, in the order they came, when nothing else is
   * wrong with them: what only a room can tell. Where one objects, nothing is changed.
   */
  onCheck(check: Check): void
  /** Rows that a change of documents takes with it (the secrets of a credential that goes), in its own transaction. */
  onDocuments(consequence: Consequence | LateConsequence): void
  /**
   * Follows what other processes have changed, and tells again what a listener could not follow;
   * resolves when all of it is in force here. Where it rejects, the next call tries again.
   */
  follow(): Promise<void>
  /** Whether something is known to stand that is not in force here; `follow` mends it. */
  isBehind(): boolean
  /**
   * Enters the revisions that have no ledger entry yet, oldest first. Called at start, when the
   * ledgers are open, and by every change before it begins: what cannot be recorded is not changed.
   */
  catchUp(): Promise<void>
}

/** Who changes something and why; the same `key` twice is one command (Idempotency-Key), for as long as revisions are kept. */
export interface About {
  readonly by: string
  readonly why?: string | undefined
  readonly key?: string | undefined
  /**
   * Whether the documents that would be changed are theirs to change: asked before anything is written,
   * each time it is planned, and for a dry run too. Throws the Fault that forbids it.
   */
  readonly permit?: ((edits: readonly Edit[], policy: Policy) => void) | undefined
}
/**
 * A document as it stands and as it would stand; `before` is undefined for what is added, `after` for
 * what is removed. With neither, a document of this kind is to be written in this plane, if it is in
 * order: what is wrong with it may tell of the plane, and is not told to whoever may write none.
 */
export interface Edit {
  readonly plane: PlaneId
  readonly kind: Kind
  readonly before: Document | undefined
  readonly after: Document | undefined
}
export interface EditAbout extends About {
  /** The revision of the document that was looked at, `absent` for none: Fault('stale') where it is another. */
  readonly ifRevision?: number | 'absent' | undefined
  /** Names of the runners in the operator's configuration; undefined: a server's runner stays what it is. */
  readonly runners?: ReadonlySet<string> | undefined
}
export interface DocumentName {
  readonly plane: PlaneId
  readonly kind: Kind
  readonly name: string
}

export interface Command {
  /** For the digest that tells whether a key is used for the same command; holds no secret. */
  readonly name: string
  /**
   * What would change, given what stands; undefined where nothing would. Asked again where somebody
   * else's change came first, after that is in force. Throws the Fault that forbids it.
   */
  plan(policy: Policy): Effect | undefined | Promise<Effect | undefined>
}
export interface Effect {
  readonly summary: string
  /** As people read it, `-` and `+` lines; empty where there is nothing to show (a secret). */
  readonly diff: string
  readonly rows: readonly RowChange[]
}
export type Consequence = (
  documents: readonly DocumentChange[],
  policy: Policy,
) => readonly RowChange[]
/** One that takes a while: what it was worked out from cannot change in between. */
export type LateConsequence = (...about: Parameters<Consequence>) => Promise<readonly RowChange[]>

/** What stands and what would, with the documents in which they differ. */
export interface Proposed {
  readonly before: Policy
  readonly after: Policy
  readonly documents: readonly DocumentName[]
}
export type Check = (
  proposed: Proposed,
  /** To be awaited at each step of long work. */
  breathe: () => Promise<void>,
) => Promise<readonly Objection[]>
export interface Objection {
  readonly code: ProblemCode
  readonly message: string
  /** The value that has to be changed, where it stands in one of the documents. */
  readonly at?: DocumentName & { readonly path: readonly (string | number)[] }
}

export interface Moved {
  /** What stands after it. */
  readonly policy: Policy
  /** The planes it touched, those it removed too. */
  readonly planes: readonly PlaneId[]
  readonly changes: readonly RevisionChange[]
}

/** Writes a revision's entry into the ledger of each of its planes; durable when it resolves. */
export type Enter = (revision: Revision) => Promise<'later' | undefined>

/** All documents at one revision: immutable. */
export interface Policy {
  readonly revision: number
  readonly planes: ReadonlyMap<PlaneId, PlanePolicy>
}
export interface PlanePolicy {
  readonly plane: Documents['Plane']
  readonly teams: SortedMap<Documents['Team']>
  readonly roleBindings: SortedMap<Documents['RoleBinding']>
  readonly servers: SortedMap<Documents['Server']>
  readonly apis: SortedMap<Documents['API']>
  readonly consumers: SortedMap<Documents['Consumer']>
  readonly agents: SortedMap<Documents['Agent']>
  readonly agentGroups: SortedMap<Documents['AgentGroup']>
  readonly grants: SortedMap<Documents['Grant']>
  readonly rules: SortedMap<Documents['Rule']>
  readonly quotas: SortedMap<Documents['Quota']>
  readonly credentials: SortedMap<Documents['Credential']>
  readonly issuers: SortedMap<Documents['Issuer']>
  readonly policyTests: SortedMap<Documents['PolicyTest']>
  /** `Kind/name` to the set of files that manages it. */
  readonly sets: SortedMap<string>
  /** `Kind/name` to the revision that last wrote it. */
  readonly revisions: SortedMap<number>
  /** By `suspensionKey`. */
  readonly suspensions: SortedMap<Suspension>
}

export interface ApplyInput {
  /** Files in the order given: the name is for messages. */
  readonly files: readonly { name: string; text: string }[]
  /** What the documents belong to, and what `prune` may remove; undefined: nothing, as what a command makes. */
  readonly set: string | undefined
  readonly prune: boolean
  readonly dryRun: boolean
  readonly by: string
  readonly why?: string | undefined
  readonly key?: string | undefined
  readonly permit?: About['permit']
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
  'look-alike',
  'secret in file',
  'managed elsewhere',
  'bad condition',
  'broken test',
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
