import type { CapabilityKind } from '#domain/capability.ts'
import type { QuotaCounters } from '#domain/counting.ts'
import type { Kind } from '#domain/documents.ts'
import type { Entry, EntryType } from '#domain/entry.ts'
import type { ClientId, MemberId, PlaneId } from '#domain/name.ts'
import type { Suspension, SuspensionKind } from '#domain/suspension.ts'
import type { TileId } from '#lib/tile.ts'
import type { CallIndex } from './call-index/call-index.ts'

/**
 * The store: a data folder, or a PostgreSQL database that several processes share. Everything is
 * asynchronous; on a data folder it runs in workers, so that the main thread opens no database.
 *
 * When a write's promise resolves, the rows have survived a crash of this process and of the machine.
 * When it rejects, none of its rows are there, or (after a crash only) all of them.
 * Text compares byte by byte. `find*` gives undefined, `get*` throws Fault('unknown_name'), `list*`
 * gives everything in byte order of its key unless it says page. Rows come out as domain objects.
 * One process owns a data folder: a second open throws Fault('locked') at once. A PostgreSQL that is
 * away, full, or takes too long makes everything reject with Fault('store_unreachable'), within
 * seconds, and works again by itself.
 */
export interface Store {
  /** The only way to a plane's rows. A plane's ledger that does not exist yet is made by its first use. */
  plane(id: PlaneId): PlaneStore
  readonly planes: {
    /** Every plane that has documents or a ledger. */
    list(): Promise<PlaneId[]>
    /**
     * How far the trees of the ledgers are, of every plane whose ledger has been used since this store
     * was opened, and on PostgreSQL of all. One question for all of them, so that it can be asked often.
     */
    trees(): Promise<TreeStanding[]>
  }
  readonly revisions: Revisions
  /** Rows, revision and what it changed, in one transaction: all or nothing. Only `change/` calls this. */
  commit(change: Commit): Promise<number>
  /** Accounts of people, their tokens and the setup code: the installation's, of no plane. */
  readonly people: PersonRows
  readonly passkeys: PasskeyRows
  /** What sign-ins at the Manager's issuer leave, apart from those of any plane. */
  readonly managerSignIns: SignInRows
  /** Installation-wide small values (origin key ids, schema version): by name, bytes. */
  readonly values: Values
  /** Legacy sessions that were ended, for every process to know. */
  readonly endedSessions: EndedSessionRows
  /** What was asked for in legacy sessions since they began, for every process to know. */
  readonly sessionNotes: SessionNoteRows
  /** Tasks at servers that were begun for callers, for every process to find. */
  readonly tasks: TaskRows
  /** Tokens that were revoked, for every process to know. */
  readonly revocations: RevocationRows
  /** What is good for one use, over all processes. */
  readonly takenOnce: TakenOnceRows
  /** The processes that have this store open. */
  readonly members: Members
  /**
   * Has the listener called when another process may have committed a revision: at once when that is
   * heard, within half a second otherwise, once in the beginning, and now and then for nothing. One
   * call at a time; what comes meanwhile is one more call after it. On a data folder nobody else
   * commits, so never. What the listener rejects with is logged.
   */
  onWake(listener: () => Promise<void>): void
  /** False from the moment that PostgreSQL was found to be away (looked for since `onWake`) until it was found again. */
  readonly reachable: boolean
  /** Counts that the processes of this store share; undefined on a data folder, whose one process counts for itself. */
  readonly counters: QuotaCounters | undefined
  close(): Promise<void>
}

export interface PlaneStore {
  readonly id: PlaneId
  readonly documents: DocumentRows
  readonly suspensions: SuspensionRows
  readonly capabilities: CapabilityRows
  readonly capabilityVersions: CapabilityVersionRows
  readonly secrets: SecretRows
  readonly clientSecrets: ClientSecretRows
  readonly apiKeys: ApiKeyRows
  readonly signingKeys: SigningKeyRows
  readonly signIns: SignInRows
  readonly payloadKeys: PayloadKeyRows
  readonly retention: RetentionRows
  readonly verifications: VerificationRows
  readonly ledgerKeys: LedgerKeyRows
  readonly ledger: LedgerFile
  readonly calls: CallIndex
  readonly followers: FollowerRows
  readonly mailboxes: Mailboxes
}

/**
 * How one process reaches what only another one holds, such as a call that waits for its caller. What
 * is told is for now: it is heard once, in the order that it was told in, or ends, and a crash of the
 * database takes it along. The store does not look into it: whoever tells seals.
 */
export interface Mailboxes {
  /**
   * What is told under this key, in whichever process, is heard here until the answer is called. A key
   * has one holder; it holds no space and is at most 200 characters.
   */
  hold(key: string, hear: (message: Uint8Array) => void): () => void
  /**
   * True when its holder has taken it, and hears it unless its process dies in this instant; false when
   * nobody had within `withinMs`, and then nobody will. Rejects with
   * Fault('flood') where too much waits to be heard, of all processes together, and with
   * Fault('store_unreachable'), after which it may have been heard or not.
   */
  tell(key: string, message: Uint8Array, withinMs: number): Promise<boolean>
}

/**
 * How far the followers of a plane's ledger have come, by name. One process follows at a time: whoever
 * holds the lease, which runs out by the database's clock where processes share it.
 */
export interface FollowerRows {
  /** The cursor, and the lease for so long; undefined where another process holds it. Begins at 0. */
  take(name: string, leaseMs: number): Promise<number | undefined>
  /** False, and nothing is moved, where the cursor stands elsewhere or another process has the lease. */
  move(name: string, from: number, to: number): Promise<boolean>
}

/** A document as it stands: body is the parsed document without apiVersion, kind, plane and name. */
export interface StoredDocument {
  readonly kind: Kind
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
  /** The set of files that manages it, undefined where a command made it. */
  readonly set: string | undefined
  /** Revision that last wrote it. */
  readonly revision: number
}

export interface DocumentRows {
  list(): Promise<StoredDocument[]>
  find(kind: Kind, name: string): Promise<StoredDocument | undefined>
}

/** A document as one side of a change has it. */
export interface Placed {
  readonly body: Readonly<Record<string, unknown>>
  readonly set: string | undefined
}
/** `before` is undefined for what is added, `after` for what is removed; never both. */
export interface DocumentChange {
  readonly plane: PlaneId
  readonly kind: Kind
  readonly name: string
  readonly before: Placed | undefined
  readonly after: Placed | undefined
}
/** Rows beside the documents that a revision writes; `undefined` removes. */
export type RowChange =
  | {
      readonly topic: 'suspension'
      readonly plane: PlaneId
      readonly kind: SuspensionKind
      readonly name: string
      /** By whom and when is the revision's. */
      readonly row: Pick<Suspension, 'reason'> | undefined
    }
  | {
      readonly topic: 'secret'
      readonly plane: PlaneId
      /** The credential. */
      readonly name: string
      /** Added behind the versions that stand; alone where `only` is set. */
      readonly row: SealedSecret
      readonly only: boolean
    }
  | {
      readonly topic: 'client secret'
      readonly plane: PlaneId
      /** The client. */
      readonly name: string
      readonly row: ClientSecretRow | undefined
    }
  | {
      readonly topic: 'api key'
      readonly plane: PlaneId
      /** What the revision did to it. */
      readonly kind: MovedApiKey['done']
      /** Its id. */
      readonly name: string
      readonly row: ApiKeyRow
    }
  | {
      readonly topic: 'signing key'
      readonly plane: PlaneId
      /** What it signs. */
      readonly kind: SigningPurpose
      /** Its id. */
      readonly name: string
      /** Undefined: what it signed is taken no longer. */
      readonly row: SigningKeyRow | undefined
    }
  | {
      readonly topic: 'revocation'
      readonly plane: PlaneId
      readonly kind: Revocation['kind']
      readonly name: string
      readonly row: Revocation
    }
  | {
      readonly topic: 'capability'
      readonly plane: PlaneId
      /** The server. */
      readonly name: string
      /** Undefined: everything of the server goes. */
      readonly rows: readonly StoredCapability[] | undefined
    }
  | {
      /** It is destroyed: nothing ever writes one through a revision. */
      readonly topic: 'payload key'
      readonly plane: PlaneId
      /** The period. */
      readonly kind: string
      /** The subject. */
      readonly name: string
    }

export interface Commit {
  readonly by: string
  readonly at: number
  /** The reason that was given, empty where none was. */
  readonly why: string
  readonly set: string | undefined
  readonly summary: string
  /** The diff as people read it. */
  readonly diff: string
  /** What makes a repeated command happen once; `digest` tells whether it is the same command. */
  readonly key: { readonly text: string; readonly digest: string } | undefined
  readonly documents: readonly DocumentChange[]
  readonly rows: readonly RowChange[]
  /** Refused with Fault('stale') where the newest revision is not this one any more. */
  readonly onto: number
}

export interface Revision {
  readonly revision: number
  readonly at: number
  readonly by: string
  readonly why: string
  readonly set: string | undefined
  readonly summary: string
  readonly diff: string
  readonly planes: readonly PlaneId[]
}

/** What a revision changed, one row each: what followers look at anew. */
export interface RevisionChange {
  readonly revision: number
  readonly topic: 'document' | RowChange['topic']
  readonly plane: PlaneId
  /** Of a document or a suspension, else empty. */
  readonly kind: string
  readonly name: string
  /** Of documents only. */
  readonly before: Placed | undefined
  readonly after: Placed | undefined
}

/** How often an item of the catalogue was changed, when first and when last. */
export interface ItemHistory {
  readonly item: string
  /** Revisions that changed it. */
  readonly count: number
  /** The last of them. */
  readonly revision: number
  /** UTC milliseconds. */
  readonly firstAt: number
  readonly lastAt: number
}

/** A key of what was recorded that a revision destroyed. */
export interface ErasedKey {
  readonly plane: PlaneId
  readonly subject: string
  readonly period: string
}

export interface Revisions {
  newest(): Promise<number>
  find(revision: number): Promise<Revision | undefined>
  /** Newest first. */
  page(before: number | undefined, most: number): Promise<Revision[]>
  /** What revisions above this one changed, in the order they were made: at most `most` revisions of them. */
  changesAfter(revision: number, most: number): Promise<RevisionChange[]>
  /** Of each server and API of a plane that ever was one: the revisions that changed its document or its pins. */
  itemHistories(plane: PlaneId): Promise<ItemHistory[]>
  /** The keys of recorded payloads that a revision destroyed. */
  erasedIn(revision: number): Promise<ErasedKey[]>
  /** The API keys that a revision made or revoked. */
  apiKeysIn(revision: number): Promise<(MovedApiKey & { readonly plane: PlaneId })[]>
  /** The revision that a command with this key made, and of which command. */
  findKey(key: string): Promise<{ revision: number; digest: string } | undefined>
  /** Revisions whose ledger entries have not been written yet; each is marked when they have. */
  listUnentered(): Promise<Revision[]>
  markEntered(revision: number): Promise<void>
}

export interface SuspensionRows {
  list(): Promise<Suspension[]>
}

export interface Values {
  find(name: string): Promise<Uint8Array | undefined>
  /** Writes only where nothing stands yet; answers what stands then. */
  putFirst(name: string, value: Uint8Array): Promise<Uint8Array>
}

/**
 * Every process that opens a store is a member of it from then on, with an id of its own. Times are
 * the database's where it is shared, so that no two clocks are compared.
 */
export interface Members {
  /** This process. */
  readonly self: MemberId
  /** Says that this process is there, and what it has in force; once a second while it serves. */
  beat(said: { revision: number; address: string }): Promise<void>
  /** In the order they came; those that were last seen a day ago are forgotten. */
  list(): Promise<Member[]>
  /** This process stops, in order: nobody needs to wait whether it comes back. */
  leave(): Promise<void>
}
export interface Member {
  readonly id: MemberId
  readonly host: string
  readonly pid: number
  readonly version: string
  /** Where it serves; empty until it has said so. */
  readonly address: string
  /** The revision it decides by; 0 until it has said so. */
  readonly revision: number
  readonly startedAt: number
  readonly seenAt: number
  /** Seen within the last ten seconds, and has not left. */
  readonly alive: boolean
  /** It stopped in order. */
  readonly left: boolean
}

/** SHA-256 of session ids, hex. Written by `gateway/` alone; kept for a week. */
export interface EndedSessionRows {
  /** Other processes are woken (`onWake`) when they can find them. */
  add(digests: readonly string[]): Promise<void>
  /** The last that were ended, newest first: at `fromMs` or later by the database's clock, at most `most`. */
  list(fromMs: number, most: number): Promise<{ digest: string; endedAt: number }[]>
}

/** Written by `gateway/` alone. What is noted of a session is kept for seven days. */
export interface SessionNoteRows {
  /** In the place of what stood under that name. Other processes are woken (`onWake`) when they can find it. */
  put(note: SessionNote): Promise<void>
  /** The last that were put, newest first: at `fromMs` or later by the database's clock, at most `most`. */
  list(fromMs: number, most: number): Promise<(SessionNote & { notedAt: number })[]>
}

export interface SessionNote {
  /** Digests: neither says whose session it is or what is noted. */
  readonly session: string
  readonly name: string
  /** Sealed by whoever notes it; empty where it is not so any more. */
  readonly note: string
}

/** Written by `gateway/` alone. */
export interface TaskRows {
  /** In the place of what stood for it; until then by the database's clock, UTC milliseconds. Lets go of what has ended. */
  put(task: TaskRow): Promise<void>
  /** What it is bound to, sealed by whoever bound it. */
  find(digest: string): Promise<string | undefined>
}

export interface TaskRow {
  readonly digest: string
  readonly bound: string
  readonly until: number
}

/** Written by `identity/` alone. */
export interface TakenOnceRows {
  /** Takes those that nobody has taken yet, and says which these are: digests with their ends, UTC milliseconds. */
  take(rows: readonly { digest: string; until: number }[]): Promise<ReadonlySet<string>>
  /** Lets go of what ended more than five minutes ago. */
  forget(): Promise<void>
}

/** Written by `people/` alone. */
export interface PersonRows {
  list(): Promise<PersonRow[]>
  find(name: string): Promise<PersonRow | undefined>
  /** False, and nothing is written, where a person of that name stands already. */
  add(row: PersonRow): Promise<boolean>
  /** Replaces the row of that name; false where none stands. */
  put(row: PersonRow): Promise<boolean>
  /** With the person's tokens, passkeys and affiliations, in one transaction; false where none stands. */
  remove(name: string): Promise<boolean>
  /** Takes the password away where a passkey stands, whoever removes one at the same time; else false. */
  removePassword(name: string): Promise<boolean>
  /** What organisations said of one person, by plane. */
  affiliations(person: string): Promise<AffiliationRow[]>
  /**
   * Writes the person and the affiliations, each in place of what stood for that plane, in one
   * transaction. Of a person who stands the title alone is written.
   */
  affiliate(row: PersonRow, affiliations: readonly AffiliationRow[]): Promise<void>
  addToken(row: PersonTokenRow): Promise<void>
  /** By the SHA-256 of the token, hex. */
  findToken(hash: string): Promise<PersonTokenRow | undefined>
  /** Of one person, oldest first. */
  listTokens(person: string): Promise<PersonTokenRow[]>
  /** False where that person has no token of that id. */
  removeToken(person: string, id: string): Promise<boolean>
  /** All of a person's, or all that ended before `atMs`. */
  removeTokens(which: { person: string } | { endedBefore: number }): Promise<void>
  findSetupCode(): Promise<SetupCodeRow | undefined>
  /** In place of the one before. */
  putSetupCode(row: SetupCodeRow): Promise<void>
  /**
   * Spends the code and writes the person, in place of one of that name with its tokens and passkeys,
   * in one transaction: of two that come at once with one code, one gets false, and nothing is written
   * for it.
   */
  setUp(code: SetupCodeRow, person: PersonRow): Promise<boolean>
}

/** Passkeys of accounts; an account that is removed takes them with it. */
export interface PasskeyRows {
  /** Whether anybody has one. */
  some(): Promise<boolean>
  /** Whoever has one. */
  people(): Promise<ReadonlySet<string>>
  /** Of one person, oldest first. */
  list(person: string): Promise<PasskeyRow[]>
  find(credential: string): Promise<PasskeyRow | undefined>
  /** False, and nothing is written, where somebody has that credential already. */
  add(row: PasskeyRow): Promise<boolean>
  /**
   * Notes a use. False where the counter is no longer the one given, or where it is gone: of two uses
   * that say the same, one is refused.
   */
  use(credential: string, about: { from: number; to: number; at: number }): Promise<boolean>
  /**
   * `last` where it is all that its person can sign in with, whoever else removes something at the same
   * time; then it stays.
   */
  remove(person: string, id: string): Promise<'removed' | 'unknown' | 'last'>
}

export interface PasskeyRow {
  /** As the authenticator calls it, base64url. */
  readonly credential: string
  /** As we call it. */
  readonly id: string
  readonly person: string
  /** What stands for the person at authenticators, base64url: one for all of a person's. */
  readonly handle: string
  /** COSE_Key, base64url. */
  readonly publicKey: string
  /** Signatures, as the authenticator counts them; 0 always where it does not. */
  readonly counter: number
  readonly label: string
  readonly at: number
  readonly usedAt: number | undefined
}

export interface PersonRow {
  readonly name: string
  readonly title: string | undefined
  /** Of the installation. */
  readonly administrator: boolean
  /** PHC string of Argon2id; undefined: cannot sign in with a password. */
  readonly hash: string | undefined
  readonly at: number
  /** Who made the account. */
  readonly by: string
  /** `iss` of the organisation that vouches for the person; undefined for an account of our own. */
  readonly issuer: string | undefined
}

/** What an organisation said of a person at their last sign-in, as far as a plane asks for it; perhaps nothing. */
export interface AffiliationRow {
  readonly person: string
  readonly plane: PlaneId
  /** `iss`, exactly. */
  readonly issuer: string
  /** JSON text. */
  readonly said: string
  readonly at: number
}

export interface PersonTokenRow {
  readonly id: string
  readonly person: string
  readonly hash: string
  /** What it was made for, in the person's words. */
  readonly label: string
  readonly at: number
  readonly endsAt: number
}

export interface SetupCodeRow {
  /** SHA-256 of the code, hex. */
  readonly hash: string
  readonly endsAt: number
}

/** Discovered capabilities and their pins. */
export interface StoredCapability {
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  readonly fingerprint: string
  /** The definition as JSON text, as the server gave it. */
  readonly definition: string
  readonly observedFingerprint: string | undefined
  readonly observedDefinition: string | undefined
  /** The server does not offer it any more. */
  readonly absent: boolean
  /** Which of the definitions that were ever pinned is pinned now. */
  readonly version: number
  /** So often has the server told something else of it since a person released it. */
  readonly changes: number
  /** A person has released the pinned definition; false where it is the first one or nobody had classified it. */
  readonly released: boolean
}
/** Written by `Store.commit`. */
export interface CapabilityRows {
  list(server?: string): Promise<StoredCapability[]>
}

/** A definition that was pinned once. */
export interface CapabilityVersion {
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  /** From 1. */
  readonly version: number
  readonly fingerprint: string
  readonly definition: string
  /** When, by whom and in which revision; 0 and empty where it was pinned before this was kept. */
  readonly at: number
  readonly by: string
  readonly revision: number
}
/** Written by `Store.commit` with the capabilities, whose pins they are; gone with the server. */
export interface CapabilityVersionRows {
  /** Of a server, or of what is so called at it; by kind, name and version. */
  list(server: string, name?: string): Promise<CapabilityVersion[]>
}

/** Sealed secrets of the vault, one row a version. */
export interface SealedSecret {
  readonly credential: string
  readonly version: number
  /** The data key, wrapped by the plane's key. */
  readonly wrappedKey: Uint8Array
  readonly nonce: Uint8Array
  readonly sealed: Uint8Array
  readonly at: number
}
/** Written by `Store.commit`. */
export interface SecretRows {
  list(credential?: string): Promise<SealedSecret[]>
}

/** Hashes of agents' client secrets. */
export interface ClientSecretRow {
  readonly client: string
  /** PHC string of Argon2id. */
  readonly hash: string
  readonly at: number
}
/** Written by `Store.commit`. */
export interface ClientSecretRows {
  list(): Promise<ClientSecretRow[]>
  find(client: string): Promise<ClientSecretRow | undefined>
}

/** An API key of a client. */
export interface ApiKeyRow {
  readonly id: string
  readonly client: ClientId
  /** SHA-256 of plane and key, hex. */
  readonly digest: string
  /** Undefined: what its grants imply. */
  readonly scopes: readonly string[] | undefined
  /** What it was made for, in the words of whoever made it; empty where nothing was said. */
  readonly label: string
  readonly at: number
  /** Who made it. */
  readonly by: string
  readonly endsAt: number
  readonly revokedAt: number | undefined
}
/** What a revision did to a key. */
export interface MovedApiKey {
  readonly id: string
  readonly done: 'issued' | 'revoked'
}
/** Written by `Store.commit`; kept until 90 days after their end, those that were revoked too. */
export interface ApiKeyRows {
  list(): Promise<ApiKeyRow[]>
  find(id: string): Promise<ApiKeyRow | undefined>
}

/** What a sign-in at the issuer leaves, until its end. Whoever has the row does not have the id. */
export interface SignInRow {
  /** Session, authorization code, refresh token and the like. */
  readonly kind: string
  /** SHA-256 of its id in hexadecimal. */
  readonly digest: string
  /** Everything that one consent led to has one: it ends as a whole. */
  readonly family: string | undefined
  /** By which a session is found by what was issued in it. */
  readonly uid: string | undefined
  /** Who signed in, where it is known. */
  readonly person: string | undefined
  /** JSON text, without the id. */
  readonly payload: string
  readonly endsAt: number
  readonly usedAt: number | undefined
}

/** To what a person has agreed: where answers go, and for which endpoint with which scopes. */
export interface ConsentRow {
  readonly person: string
  readonly client: string
  readonly redirect: string
  readonly resource: string
  readonly scopes: readonly string[]
  readonly at: number
  readonly endsAt: number
}

/** Written by `identity/` alone. */
export interface SignInRows {
  /** Makes it or writes it again; whether it was used stays. */
  put(row: Omit<SignInRow, 'usedAt'>): Promise<void>
  find(kind: string, digest: string): Promise<SignInRow | undefined>
  findByUid(kind: string, uid: string): Promise<SignInRow | undefined>
  list(kind: string): Promise<readonly SignInRow[]>
  /** True once, whoever asks: for all others it was used already, or is not there. */
  use(kind: string, digest: string, at: number): Promise<boolean>
  remove(kind: string, digest: string): Promise<void>
  /** Answers what went, so that what lives on without a row can be ended too. */
  removeFamily(family: string): Promise<readonly SignInRow[]>
  /** All that a person's sign-ins left; to what they agreed stays. Answers what went. */
  removePerson(person: string): Promise<readonly SignInRow[]>
  /** What has ended, consents too. */
  removeEnded(nowMs: number): Promise<void>
  agree(row: ConsentRow): Promise<void>
  findConsent(
    about: Pick<ConsentRow, 'person' | 'client' | 'redirect' | 'resource'>,
  ): Promise<ConsentRow | undefined>
}

/** The issuer's keys, private part sealed by the vault's keyring. The first is `identity/`'s to write, others come by `Store.commit`. */
export interface SigningKeyRow {
  readonly kid: string
  readonly alg: string
  readonly publicJwk: string
  readonly sealedPrivate: Uint8Array
  readonly at: number
  /** What it signs, and nothing else: access tokens, or the tokens of single calls towards servers. */
  readonly purpose: SigningPurpose
  /** From 1, without another of the purpose between it and the one before. */
  readonly number: number
  /** UTC milliseconds: it is published before. */
  readonly signsFrom: number
}
export type SigningPurpose = 'access' | 'call'
export interface SigningKeyRows {
  /** In the order of their numbers. */
  list(purpose: SigningPurpose): Promise<SigningKeyRow[]>
  /** Nothing happens where a key of that number stands: of several processes that make a plane's first key one does. */
  add(row: SigningKeyRow): Promise<void>
}

/** What was issued before some moment and is taken no longer: one token, or all of a client or a user. */
export interface Revocation {
  readonly kind: 'token' | 'client' | 'user'
  /** The token's id (`jti`), the client, or the user. */
  readonly name: string
  /** UTC milliseconds: what was issued later is taken. */
  readonly issuedUntil: number
  /** UTC milliseconds by which all of it has ended by itself. */
  readonly endsAt: number
}
/** Written by `identity/` alone, for single tokens; others come by `Store.commit`. */
export interface RevocationRows {
  /** Other processes are woken (`onWake`) when they can find it. */
  add(plane: PlaneId, revocation: Revocation): Promise<void>
  /** Of every plane, those revoked at `fromMs` or later by the database's clock, oldest first. */
  list(
    fromMs: number,
  ): Promise<(Revocation & { readonly plane: PlaneId; readonly revokedAt: number })[]>
}

/** What seals what is recorded of one subject in one month, wrapped by the plane's key. */
export interface PayloadKey {
  /** 32 of 0-9 and a-f; what it sealed begins with it. */
  readonly id: string
  /** A keyed hash of whom it is about: see `vault/payload-keys.ts`. */
  readonly subject: string
  /** A UTC month, `2026-11`. */
  readonly period: string
  readonly wrapped: Uint8Array
  readonly at: number
}
/** Written by `vault/` alone; destroyed by `Store.commit`. */
export interface PayloadKeyRows {
  find(id: string): Promise<PayloadKey | undefined>
  findFor(subject: string, period: string): Promise<PayloadKey | undefined>
  /** Writes only where none stands for this subject and period; answers what stands then. */
  putFirst(key: PayloadKey): Promise<PayloadKey | undefined>
  /** Of one subject, in the order of periods. */
  list(subject: string): Promise<PayloadKey[]>
  /** Of months from the one to the other, in order of ids: the next so many behind an id. */
  listBetween(about: {
    readonly from: string
    readonly to: string
    readonly after: string
    readonly most: number
  }): Promise<PayloadKey[]>
}

/** How far what is older than a plane keeps has been let go of. Written by `ledger/` alone. */
export interface RetentionRows {
  /** JSON text; undefined where nothing has been let go of yet. */
  find(): Promise<string | undefined>
  put(state: string): Promise<void>
}

/** What the last look at the whole ledger found, in place of the one before. Written by `ledger/` alone. */
export interface VerificationRows {
  /** JSON text; undefined where nobody has looked. */
  find(): Promise<string | undefined>
  put(found: string): Promise<void>
}

/** The keys that sign a plane's checkpoints, private part sealed. Written by `ledger/` alone, never changed. */
export interface LedgerKeyRow {
  /** From 1; the newest signs, once its entry has been covered by the one before it. */
  readonly number: number
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  readonly sealedPrivate: Uint8Array
  readonly at: number
}
export interface LedgerKeyRows {
  /** In the order of their numbers. */
  list(): Promise<LedgerKeyRow[]>
  /** Nothing happens where a key of that number stands. */
  add(row: LedgerKeyRow): Promise<void>
}

/**
 * A plane's ledger. Entries are contiguous from 1, never updated, never deleted (the table's
 * triggers refuse it), but for bodies that go when their time is over (`prune`). Appends from anywhere in this process are committed in groups: whatever
 * arrives while one commit is under way goes into the next; each plane's group is a transaction of
 * its own, so that one plane's failing file fails its own entries only, and a flood in one plane
 * holds up the others by one bounded group.
 *
 * An entry gets its position when it is put in order, which is after it has become durable where
 * several processes append. Whatever reads sees every entry whose append had resolved, in any
 * process, before the question was asked; where they are not in order within seconds it rejects
 * with Fault('store_unreachable') and gives no incomplete answer.
 */
export interface LedgerFile {
  /**
   * Resolves when the entry and its payload are durable (SQLite: synchronous=FULL; PostgreSQL:
   * committed with synchronous_commit=on). Rejects with Fault('unrecordable') where it could not be written, or not within `appendDeadlineMs`;
   * after the deadline, and after a crash, the entry may still come to stand.
   * Rejects with Fault('internal'), and writes nothing, where a `call.outcome` has no open
   * `call.intent` before it, and for a second intent of an open call: so an outcome whose append was
   * unrecordable can be appended again, and stands once.
   * `body` is the canonical JSON of the entry, made by the caller.
   */
  append(row: EntryRow): Promise<void>
  /** Entries waiting for the disk, this plane's. */
  readonly waiting: number
  /**
   * True from the first append that was unrecordable until something has been written again, which
   * is tried with every append and once a second.
   */
  readonly failing: boolean
  /** Positions `from` and later that pass the filter, oldest first, at most `most`. */
  read(from: number, most: number, filter?: EntryFilter): Promise<StoredEntry[]>
  /** Newest first: positions below `before` (undefined: from the end) that pass the filter. */
  readBack(before: number | undefined, most: number, filter?: EntryFilter): Promise<StoredEntry[]>
  /**
   * The first position that an entry of `atMs` or later can have: none before it is that late,
   * whatever steps the clock made. Later ones may be earlier than `atMs`. One past the end where
   * there is none.
   */
  seek(atMs: number): Promise<number>
  size(): Promise<number>
  /** The entries at these positions, in their order. */
  at(positions: readonly number[]): Promise<StoredEntry[]>
  /** The outcomes of these intents, in the order of positions; one that has none now is left out. */
  findOutcomes(intents: readonly Begun[]): Promise<StoredEntry[]>
  /** Positions of intents that have no outcome now. */
  listOpen(): Promise<number[]>
  /**
   * Intents without an outcome whose writer is dead, so that nobody else will conclude them: in a
   * data folder those that were open when it was opened, else those of members that have left, or
   * are dead by `Members` while this process has been seen all the time.
   */
  listOrphans(): Promise<StoredEntry[]>
  findPayload(position: number): Promise<Uint8Array | undefined>
  /** Those of these positions that have a payload. */
  listPayloads(positions: readonly number[]): Promise<number[]>
  /**
   * Takes away the payloads of these positions; the entries stay as they are. Resolves when that is
   * durable. On a data folder the bytes are overwritten in the file; its WAL holds what was written
   * of them last until it is written over. PostgreSQL keeps them until the table is vacuumed.
   */
  dropPayloads(positions: readonly number[]): Promise<void>
  /** How far bodies have gone: see `prune`. */
  pruning(): Promise<Pruning>
  /**
   * From here on the entries up to `to` need have no bodies any more; `said` is the position of the
   * `ledger.pruned` that says so. The one way on which a body goes, and the tables' triggers refuse
   * every other: rejects where there is no such entry, where it would be less than before, or where no
   * checkpoint covers them all. Hashes, positions and times stay. What reads entries leaves out those
   * without a body.
   */
  prune(about: { readonly to: number; readonly said: number }): Promise<void>
  /**
   * Takes away the next so many bodies below that, with their payloads, but for those that the ledger
   * needs to be verified (`keptBodies`).
   */
  dropBodies(most: number): Promise<void>
  readonly tree: LedgerTree
}

/** Entries up to `to` need have no bodies; those up to `done` have none. */
export interface Pruning {
  readonly to: number
  readonly done: number
}

/** Types of entries whose bodies stay whatever their age: keys, breaks, and what was taken away. */
export const keptBodies = [
  'ledger.key',
  'ledger.broken',
  'ledger.pruned',
] as const satisfies EntryType[]

/**
 * The Merkle tree over a plane's entries (RFC 9162 §2.1), kept as tiles (C2SP tlog-tiles: height 8,
 * of level and index, up to 256 hashes one behind the other), and its checkpoints. The leaf of
 * position p has index p − 1. It follows the entries: `append` never waits for it.
 *
 * A tree only grows: hashes that stand in a tile are never changed, no tile is removed, and of
 * checkpoints only such as others of their hour or day make needless (triggers refuse the rest). After a break that a person has accepted, a new generation begins:
 * a tree of its own over the same entries, from nothing. What a generation is not given for is of the
 * newest one.
 */
export interface LedgerTree {
  standing(): Promise<TreeStanding>
  /**
   * The leaf hashes, SHA-256(0x00 ‖ body), of positions `from` to `from + most - 1`, as far as entries
   * have positions: 32 bytes each, one behind the other. Hashed where the bodies lie.
   */
  leafHashes(from: number, most: number): Promise<Uint8Array>
  /** Undefined for what does not stand, in the order of the places. */
  tiles(places: readonly TileId[], generation?: number): Promise<(Uint8Array | undefined)[]>
  /**
   * Tiles and size in one transaction, durable when it resolves. False, and nothing is written, where
   * the tree is of another generation or size than it says, or there are not so many entries.
   */
  grow(growth: Growth): Promise<boolean>
  /**
   * Durable when it resolves. False, and nothing is written, where it is not of the newest generation;
   * does not have the number behind the newest one; is smaller than that, earlier, or of the same size
   * with another root; or is larger than the tree.
   */
  addCheckpoint(row: CheckpointRow): Promise<boolean>
  /** Oldest first: of a generation, with numbers `from` and later, at most `most`. */
  checkpoints(generation: number, from: number, most: number): Promise<CheckpointRow[]>
  /** How many of a generation stand. */
  countCheckpoints(generation: number): Promise<number>
  /**
   * Takes away checkpoints of a generation. What the triggers refuse is not taken: the first, whatever
   * is not two days older than the newest, the last of an hour, and the last of a day alone where it is
   * ninety days older than the newest.
   */
  thin(generation: number, numbers: readonly number[]): Promise<void>
  /** Begins a generation, with a tree of no entries; false where the newest is not the one before it. */
  begin(generation: number): Promise<boolean>
  /**
   * Whether this process may keep the tree of a shared store for the next seconds: nobody else holds
   * it. In a data folder always. Two that keep it at once do no harm, but work twice.
   */
  hold(): Promise<boolean>
}
export interface TreeStanding {
  readonly plane: PlaneId
  /** From 1. */
  readonly generation: number
  /** Entries that have a position. */
  readonly entries: number
  /** The first so many of them are in the tree. */
  readonly size: number
  /** The newest of the generation. */
  readonly checkpoint: CheckpointRow | undefined
}
export interface Growth {
  readonly generation: number
  readonly from: number
  readonly to: number
  /** Each whole, with the hashes that stood in it before. */
  readonly tiles: readonly (TileId & { readonly hashes: Uint8Array })[]
}
export interface CheckpointRow {
  readonly generation: number
  /** From 1 in each generation, one by one; numbers that were thinned out come never again. */
  readonly number: number
  readonly size: number
  readonly root: Uint8Array
  readonly at: number
  /** The signed note, byte for byte. */
  readonly note: string
}

/** All that is given must hold. What does not pass is read over, not loaded: a search costs what it looks at. */
export interface EntryFilter {
  /** Positions from this one on. */
  readonly from?: number
  /** Positions below this one. */
  readonly before?: number
  readonly types?: readonly EntryType[]
  /** What fields of the entry say, or of several such the one or the other. */
  readonly fields?: Fields | readonly Fields[]
}
/** Fields with exactly this text, `{ agent: 'planner' }`; `false`: there is no such field. */
export type Fields = Readonly<Record<string, string | false>>
export interface EntryRow {
  readonly type: EntryType
  readonly at: number
  /** Call id where the entry belongs to a call, else empty. */
  readonly call: string
  readonly body: string
  /**
   * What is appended under the same key again, by this process or another, stands once, and the
   * later append resolves all the same. In a data folder, which has one process, it is not looked at.
   */
  readonly key?: string
  /** What is recorded of a call, encrypted, apart from the entry. */
  readonly payload?: Uint8Array
}
/** Where the intent of a call stands. */
export interface Begun {
  readonly position: number
  readonly call: string
}
export interface StoredEntry {
  readonly position: number
  readonly entry: Entry
}

/** `openStore` of `open.ts`: `memory` is SQLite in memory, the fake of all tests. */
export interface StoreOptions {
  readonly folder: string | 'memory'
  /** `postgres://…` of a database that takes the folder's place. */
  readonly url?: string
  readonly appendDeadlineMs: number
  /** Of this program, for the other members; empty where nobody serves. */
  readonly version?: string
}
