import type { CapabilityKind } from './capability.ts'
import type { About } from './entry-head.ts'
import type { FindAsked, FindKeyGiven } from './find-entries.ts'
import type { Indexed } from './indexed.ts'
import type { RecordLevel } from './item-documents.ts'
import type { CallId, ClientId } from './name.ts'
import type { CapabilityClass } from './selector.ts'

interface Caller {
  readonly agent: string
  readonly consumer: string
  readonly client: ClientId
  /** On whose behalf; absent where nobody's. */
  readonly user?: string
}

/** The id of the API key that it came by; absent where it came by a token. */
interface ByKey {
  readonly apiKey?: string
}

interface Operation extends Indexed {
  readonly method: string
  readonly server: string
  readonly kind: CapabilityKind
  readonly name: string
  /** The template that a URI was read by; absent for all else, and in entries of earlier versions. */
  readonly template?: string
  /** Of what is called so; absent where nothing is, or nobody has classified it, and in entries of earlier versions. */
  readonly class?: CapabilityClass
}

/** Which flow a call belongs to; absent in entries of earlier versions. */
interface Flow {
  readonly run?: string
  /** The trace-id that its caller sent (W3C Trace Context), 32 hexadecimal digits; absent where none did. */
  readonly trace?: string
}

/** Who refused, by name; absent where nobody of that kind did, and in entries of earlier versions. */
interface Refuser {
  /** Of several that ask for scopes, all, with a space between. */
  readonly rule?: string
  readonly quota?: string
}

/**
 * What an entry says of the arguments that lie encrypted beside it. The commitment is the SHA-256, hex,
 * of `bailiwick/commit/v1` and a zero byte, 32 random bytes, and the arguments as they are recorded;
 * without the random bytes, which are encrypted with them, it says nothing. The other is the SHA-256
 * of what is encrypted. Both are absent where nothing is recorded, and in entries of earlier versions.
 */
export interface ArgumentsSealed {
  readonly argumentsCommit?: string
  readonly argumentsSealed?: string
}

/** The same of a result, where it is recorded. */
export interface ResultSealed {
  readonly resultCommit?: string
  /** Bytes of it that are recorded: fewer than came where it was longer than is kept. */
  readonly resultRecorded?: number
  readonly resultSealed?: string
}

interface Masked {
  /** Data classes that are recorded without what the documents mark as theirs; absent where there is none. */
  readonly masked?: readonly string[]
}

/** Durable before anything reaches the server. The arguments lie encrypted in the payload beside it. */
export interface Intent extends About, Caller, ByKey, Operation, Flow, ArgumentsSealed, Masked {
  readonly type: 'call.intent'
  readonly call: CallId
  /** Fingerprint of the definition that was pinned. */
  readonly definition: string
  readonly grant: string
  /** The quotas whose windows this call was counted in. */
  readonly quotas: readonly string[]
  /** `name#version` of the credential lent; empty where none is. */
  readonly credential: string
  /** Of MCP; `rest` where it was called as a REST API. */
  readonly era: 'modern' | 'legacy' | 'rest'
  /** Revision of policy and registry that decided. */
  readonly revision: number
  readonly argumentBytes: number
  /** Which round of a call it answers, from 1; absent where it answers none, and in entries of earlier versions. */
  readonly round?: number
  /** Of a method of tasks: the call that began it; absent for all else, and in entries of earlier versions. */
  readonly task?: CallId
  /** Data classes of what is called; absent where it has none, and in entries of earlier versions. */
  readonly data?: readonly string[]
  /** How much of the call is recorded, where that is not its arguments alone. */
  readonly record?: Exclude<RecordLevel, 'arguments'>
}

/** Durable before the final message leaves. Exactly one for each intent. */
export interface Outcome extends About, ResultSealed, Masked {
  readonly type: 'call.outcome'
  readonly call: CallId
  /**
   * `complete`, `tool error` (the tool said isError), `protocol error` (a JSON-RPC error), `input
   * required` (a round of it), `failed` (no answer: see code), `cancelled` (its caller went away, or
   * with the code `suspended` or `revoked`: it was permitted no longer),
   * `unknown` (this process ended in between).
   */
  readonly status:
    | 'complete'
    | 'tool error'
    | 'protocol error'
    | 'input required'
    | 'failed'
    | 'cancelled'
    | 'unknown'
  /** JSON-RPC code, fault code, or `http 404` of an API, where there is one, else empty. */
  readonly code: string
  readonly ms: number
  readonly resultBytes: number
  /** Of messages that were relayed before the final one, where there were any. */
  readonly eventBytes?: number
}

/** A call refused at any step, in full; the first ten of a second of equal ones. */
export interface Refused extends About, Caller, ByKey, Operation, Flow, Refuser {
  readonly type: 'call.refused'
  readonly call: CallId
  readonly station: string
  readonly reason: string
  /** What those who may know are told: `no grant`, `quota create-ticket, 2 per second` … */
  readonly because: string
  readonly revision: number
  readonly argumentBytes: number
}

/**
 * The rest of a second of equal refusals, as one count. With the reason `other`, and without caller
 * and operation, those that were too many or too different to be counted apart.
 */
export interface RefusedCount extends About, Caller, ByKey, Operation, Refuser {
  readonly type: 'call.refused.count'
  readonly station: string
  readonly reason: string
  readonly because: string
  readonly count: number
  readonly from: number
  readonly to: number
}

/**
 * Requests without a valid token, refused token requests, and refused sign-ins of people: whoever sends
 * them is nobody yet, so they are counted and not stored one by one, at most one entry a minute and
 * reason.
 */
export interface StrangersCount extends About {
  readonly type: 'unauthenticated.count' | 'token.refused.count' | 'sign-in.refused.count'
  readonly reason: string
  readonly count: number
  readonly from: number
  readonly to: number
}

/** Policy or registry changed; the revision holds the diff. */
export interface Changed extends About {
  readonly type: 'policy.changed'
  readonly revision: number
  readonly by: string
  readonly set: string
  readonly summary: string
  /** The reason that was given, empty where none was; absent in entries of earlier versions. */
  readonly why?: string
}

export interface Opened extends About {
  readonly type: 'ledger.open' | 'ledger.close'
  readonly version: string
  /** Orphaned intents that were closed as unknown. */
  readonly orphans: number
}

/** Nothing could be recorded for a while, and so nothing was let through; written once it can be again. */
export interface Gap extends About {
  readonly type: 'ledger.gap'
  readonly problem: string
  /** The first failure; after a process that ended without `ledger.close`, the entry before it. */
  readonly from: number
  /** When it was found that entries can be written again. */
  readonly to: number
  /** Calls that were refused for it, as far as the process lived to count them. */
  readonly refused: number
}

/** An access token, before it is handed out. */
export interface TokenIssued extends About {
  readonly type: 'token.issued'
  /** Its `jti`: what names a token, and opens nothing. */
  readonly token: string
  readonly client: ClientId
  readonly audience: string
  /** Empty where the token carries none. */
  readonly scopes: readonly string[]
  readonly expiresAt: number
  /** Who asked: the client by its own secret, else an operator. */
  readonly by: string
  /** On whose behalf; absent where nobody's, and in entries of earlier versions, as is what follows. */
  readonly user?: string
  /** That it was obtained for; absent where it names none. */
  readonly run?: string
  /** How it is bound to a key, and to which (RFC 7638, RFC 8705); both absent where whoever has it may use it. */
  readonly binding?: 'dpop' | 'mtls'
  readonly thumbprint?: string
}

/** An API key was made: with the revision that holds it, in force before it was shown. */
export interface ApiKeyIssued extends About {
  readonly type: 'api-key.issued'
  /** Its id: what names a key, and opens nothing. */
  readonly apiKey: string
  readonly client: ClientId
  /** Empty where it has none of its own. */
  readonly scopes: readonly string[]
  readonly label: string
  readonly endsAt: number
  readonly by: string
  readonly revision: number
  /** The reason that was given, empty where none was. */
  readonly why: string
}

/** An API key is taken no longer: it was revoked, or its agent may not have it any more. */
export interface ApiKeyRevoked extends About {
  readonly type: 'api-key.revoked'
  readonly apiKey: string
  readonly client: ClientId
  readonly by: string
  readonly revision: number
  readonly why: string
}

/** A person has signed in, to the API or at the plane's issuer: before anything comes of it. */
export interface SignedIn extends About {
  readonly type: 'person.signed-in'
  readonly person: string
  /** Its id. */
  readonly token: string
  readonly label: string
  /** `iss` of the organisation that vouches for the person; absent for an account of ours, and in entries of earlier versions. */
  readonly issuer?: string
  /**
   * How: `password`, `phr` (a passkey), or as the organisation says; absent where it does not, and in
   * entries of earlier versions.
   */
  readonly acr?: string
  readonly endsAt: number
}

/**
 * A token of a person was ended: by its person, an administrator, or `issuer`, whose code was used twice;
 * or with the token `all` everything, by the organisation (`iss`) at which they signed out.
 */
export interface SignedOut extends About {
  readonly type: 'person.signed-out'
  readonly person: string
  readonly token: string
  readonly by: string
}

/** An account was made, changed or removed; with a password or a passkey that goes its tokens end. */
export interface PersonChanged extends About {
  readonly type: 'person.changed'
  readonly person: string
  readonly done:
    | 'made'
    | 'changed'
    | 'password changed'
    | 'password removed'
    | 'passkey added'
    | 'passkey removed'
    | 'removed'
  /** `administrator` of the installation, or empty. */
  readonly role: string
  readonly by: string
}

/** Keys of what was recorded were destroyed: nobody opens it any more, and everything still verifies. */
export interface Erased extends About {
  readonly type: 'ledger.erased'
  readonly by: string
  readonly why: string
  /** That destroyed them. */
  readonly revision: number
  /** Whose they were, as a hash by a key of the plane: an entry outlives whom it would name. */
  readonly subject: string
  /** UTC months of the keys. */
  readonly periods: readonly string[]
  readonly keys: number
}

/**
 * What was older than the plane keeps it is taken away: payloads, whose entries stay; or with `bodies`
 * the bodies of entries, whose hashes stay.
 */
export interface Pruned extends About {
  readonly type: 'ledger.pruned'
  /** So many entries, all from the one position to the other, with whatever lies encrypted beside them. */
  readonly bodies?: number
  /** Positions of the first and the last entry that loses what it had. */
  readonly from: number
  readonly to: number
  readonly payloads: number
  /** How long they were kept, as the document says it. */
  readonly retain: string
}

/** Somebody reads what is recorded of a call. Durable before he sees it. */
export interface PayloadRead extends About {
  readonly type: 'payload.read'
  readonly call: CallId
  readonly by: string
  /** The reason that was given, empty where none was. */
  readonly why: string
}

/**
 * A key that signs checkpoints, before it signs the first one: what is in the tree under the key before
 * it vouches for it. Ed25519, its 32 bytes in base64.
 */
export interface LedgerKey extends About {
  readonly type: 'ledger.key'
  readonly publicKey: string
  /** The one before it; empty where it is the first. */
  readonly before: string
}

/**
 * A person has accepted that this ledger is not the one that was signed or published: restored from a
 * backup, cut, or changed. From here on it has a tree of its own, of the next generation.
 */
export interface LedgerBroken extends About {
  readonly type: 'ledger.broken'
  readonly by: string
  readonly why: string
  /** What the self-check found. */
  readonly problem: string
  /** That begins. */
  readonly generation: number
  /** The signed notes that it does not continue, byte for byte: what it owes an answer for. */
  readonly checkpoints: readonly string[]
}

/** Somebody was given a bundle of entries: their positions, and what of their payloads went with them. */
export interface LedgerExported extends About {
  readonly type: 'ledger.exported'
  readonly by: string
  readonly from: number
  readonly to: number
  readonly with: readonly ('payloads' | 'arguments')[]
}

/**
 * The entries of a plane's ledger: a closed set of shapes, strings and integers only (RFC 8785 needs
 * no more), and for arguments that are indexed null and true; at most 16 KiB. Their position in the ledger is not part of them. Times are UTC
 * milliseconds, durations milliseconds, sizes bytes.
 */
export type Entry =
  | Intent
  | Outcome
  | Refused
  | RefusedCount
  | StrangersCount
  | Changed
  | Opened
  | Erased
  | Pruned
  | PayloadRead
  | FindKeyGiven
  | FindAsked
  | LedgerKey
  | LedgerBroken
  | LedgerExported
  | Gap
  | TokenIssued
  | ApiKeyIssued
  | ApiKeyRevoked
  | SignedIn
  | SignedOut
  | PersonChanged
export type EntryType = Entry['type']
