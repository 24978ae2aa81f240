import type { Change } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Identity } from '#identity/identity.ts'
import type { Evidence } from '#ledger/bundle/evidence.ts'
import type { GivenArguments } from '#ledger/given.ts'
import type { Ledger } from '#ledger/ledger.ts'
import type { CallQuery } from '#ledger/query.ts'
import type { RecordedQuery } from '#ledger/recorded.ts'
import type { Keeper } from '#ledger/tree/keeper.ts'
import type { Verified } from '#ledger/verified.ts'
import type { Flood } from '#lib/flood.ts'
import type { Era } from '#mcp/revisions.ts'
import type { People } from '#people/people.ts'
import type { Tried } from '#policy/explain.ts'
import type { CallerView, Explanation } from '#policy/policy.ts'
import type { Trials } from '#policy/trials.ts'
import type { WrongCondition } from '#policy/wrong.ts'
import type { Registry } from '#registry/registry.ts'
import type { Check } from '#registry/watcher.ts'
import type { LedgerFile, Members, Revisions } from '#store/store.ts'
import type { Apis } from '#upstream/apis.ts'
import type { Upstreams } from '#upstream/upstream.ts'
import type { Vault } from '#vault/vault.ts'
import type { Listable } from './lists.ts'

/** Without arguments, what depends on them is told as such. */
export type Explained = Omit<Tried, 'now' | 'args'> &
  Partial<Pick<Tried, 'now' | 'args'>> & { readonly plane: PlaneId }

/**
 * The parts of a running installation as its edges see them; `compose.ts` makes it. The terminal
 * reaches the same object through the control socket, or makes one for itself when nothing runs.
 */
export interface Installation {
  readonly version: string
  readonly dataFolder: string
  /** Configured, never taken from a Host header; undefined where the installation does not listen. */
  readonly origin: string
  /** Of the process that ends the installation on this machine: of several the first one. */
  readonly pid: number
  readonly startedAt: number
  /** What is typed on this machine to run the program for this installation: `./bailiwick --data X`. */
  readonly program: string
  /** Names of the runners in the operator's configuration file. */
  readonly runners: ReadonlySet<string>
  readonly change: Change
  /** What has been changed: for whoever may read it. */
  readonly revisions: Pick<Revisions, 'page' | 'find' | 'changesAfter'>
  /** The processes that share the store. */
  readonly members: Pick<Members, 'self' | 'list'>
  readonly people: People
  readonly vault: Vault
  readonly identity: Identity
  readonly registry: Registry
  readonly upstreams: Upstreams
  readonly apis: Pick<Apis, 'find'>
  readonly ledger: Ledger
  /** The trees over the ledgers. */
  readonly trees: Pick<Keeper, 'plane' | 'status'>
  /** What was found where the whole ledger of a plane was looked at. */
  readonly verified: Verified
  readonly calls: CallQuery
  /** What the ledger of a plane hands out to whoever verifies it. */
  evidence(plane: PlaneId): Evidence
  /** A ledger as it lies in the store, for verifying it there. */
  ledgerFile(
    plane: PlaneId,
  ): Pick<LedgerFile, 'read' | 'readBack' | 'seek' | 'size' | 'findPayload' | 'pruning' | 'tree'>
  /** What a call was made with: for evaluation, and for whoever may read it. */
  readonly given: GivenArguments
  readonly recorded: RecordedQuery
  /** How often somebody may look for a person, by plane and who asks. */
  readonly finds: Flood
  /** The same evaluator as the gateway's, with its reasons; now, where nothing else is said. */
  explain(about: Explained): Explanation
  /** What else the evaluator may be asked by: a draft, an earlier revision. */
  readonly trials: Trials
  /** An agent's list at an endpoint, as the gateway answers it; Fault('not_running') where nothing serves. */
  listed(
    at: { readonly plane: PlaneId; readonly server: string | undefined },
    view: CallerView,
    era: Era,
    kind: Listable,
  ): readonly Readonly<Record<string, unknown>>[]
  /** Conditions that are wrong by what servers offer now: over one item, or over any. */
  wrongConditions(plane: PlaneId, item?: string): Promise<readonly WrongCondition[]>
  /** Brings a server's capabilities up to date now; what `server list` and `apply` wait for. */
  refresh(plane: PlaneId, server: string): Promise<void>
  /** How a server's capabilities were last brought up to date; undefined where nothing serves. */
  checked(plane: PlaneId, server: string): Check | undefined
  ready(): { ready: boolean; because: readonly string[] }
}
