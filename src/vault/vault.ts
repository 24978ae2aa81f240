import type { KeyObject } from 'node:crypto'
import type { About, Consequence } from '#change/change.ts'
import type { Loan } from '#domain/loan.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Subject } from '#domain/subject.ts'
import type { RevisionChange } from '#store/store.ts'

/**
 * The vault: secrets for calling items, sealed with AES-256-GCM under a data key of their own, which
 * is wrapped by the plane's key, which is wrapped by the root key in the key file. Every layer is
 * bound to its place (plane, credential, version, purpose) as additional data, so that a row copied
 * elsewhere does not open. Nothing here ever returns a secret but `Loan.open`.
 */
export interface Vault {
  /**
   * Brings a plane's key and sealed rows into memory; needed once before `plane(id)`. `createVault`
   * has done it for the planes that stood, so only a new plane needs it: before anything else follows
   * the change that made it. Doing it again changes nothing.
   */
  prepare(id: PlaneId): Promise<void>
  /** A plane that was not prepared is a programmer's mistake. */
  plane(id: PlaneId): PlaneVault
  /** Brings into memory what moved, of planes that are prepared. */
  follow(changes: readonly RevisionChange[]): Promise<void>
  /** Drops from memory, at once, what was destroyed. */
  forget(changes: readonly RevisionChange[]): void
  /** A Credential that is removed takes its secrets with it. */
  readonly consequence: Consequence
}

export interface PlaneVault {
  readonly payloads: PayloadKeys
  /**
   * Stores a new version, sealed and durable when it resolves; answers its number. Numbers only ever
   * grow, over a `remove` too. `secret` is 1 byte to 64 KiB, else Fault('usage'); it is wiped.
   */
  set(credential: string, secret: Uint8Array, about: About): Promise<number>
  /** Which versions stand, in byte order of the credential, never their content. */
  list(): { credential: string; version: number; at: number }[]
  /** The current version's name, for the intent; undefined where no secret has been set. Synchronous. */
  current(credential: string): Loan | undefined
  /** Removes every version's row; Fault('unknown_name') where none stands. */
  remove(credential: string, about: About): Promise<void>
  /** Called after every `set` and `remove` of the credential; children holding it must be restarted. */
  onChange(listener: (credential: string) => void): void
}

/**
 * Keys of what is recorded of calls: random, one for each subject and UTC month, wrapped by the plane's
 * key, made by the first use. Who is erased has lost the keys, and what they sealed is opened by nobody.
 */
export interface PayloadKeys {
  /**
   * What seals now what is recorded of a subject: at once where the key is in memory. Rejects where the
   * store cannot be read or written.
   */
  sealing(subject: Subject, at: number): PayloadKeyInUse | Promise<PayloadKeyInUse>
  /** `erased` where the key is no more; undefined where the bytes or the context were changed. */
  open(sealed: Uint8Array, context: string): Promise<Buffer | 'erased' | undefined>
  /** The subject as rows and entries name it: its kind and a keyed hash, `user:9f3c…`. */
  pseudonym(subject: Subject): string
  /**
   * Every hash that entries may hold of these texts, each given for an argument: one for each key of the
   * months from the one instant to the other, of these subjects or of all. Read from the store, so that
   * none of a key that was destroyed is among them, in whichever process.
   */
  hashes(about: HashesAsked): Promise<string[]>
  /**
   * The hashes that entries may hold of somebody of whom a page has told what they are found by (`soughtOf`)
   * and no text: one for each key of the months, the latest month first, as many months as have no more than
   * `most` keys together, but at least two that have any. Those of earlier versions are not among them.
   */
  sought(about: SoughtAsked): Promise<Sought>
  /** Of the plane: 32 bytes. */
  findKey(): Buffer
  /** Months, in their order, of which there are keys of a subject. */
  periods(subject: Subject): Promise<string[]>
  /**
   * Destroys the keys of a subject, all or those of months before `before`, in one revision; in no
   * process of the installation is one in memory when each has followed it, and in this one when it
   * resolves. Fault('unknown_name') where there is none.
   */
  erase(
    subject: Subject,
    before: string | undefined,
    about: About,
    /** Asked with each attempt; throws where it may not be. */
    refuse?: () => void,
  ): Promise<Erasure>
  /** Drops every key from memory. */
  forget(): void
}
export interface HashesAsked {
  readonly argument: string
  readonly texts: readonly string[]
  readonly since: number
  readonly until: number
  /** All of them, where undefined. */
  readonly subjects: readonly Subject[] | undefined
}
export interface SoughtAsked {
  readonly sought: string
  readonly since: number
  readonly until: number
  readonly most: number
}
export interface Sought {
  readonly hashes: readonly string[]
  /** Where the first month that was tried begins; undefined where all of them were. */
  readonly since: number | undefined
}
/** One of the keys: it seals, and hashes arguments that are personal. */
export interface PayloadKeyInUse extends Pick<Sealer, 'seal'> {
  /** What an entry holds in place of what was given; nothing can be told from it without the key. */
  hash(argument: string, text: string): string
}
export interface Erasure {
  readonly revision: number
  readonly subject: string
  readonly periods: readonly string[]
}

/** Seals small things of other rooms (signing keys, session ids, recorded arguments) under the plane's key. */
export interface Sealer {
  /** Opaque bytes, 45 longer than `plain`. `context` is bound and must be the same on opening. */
  seal(plain: Uint8Array, context: string): Buffer
  /** Undefined where the bytes or the context were changed. */
  open(sealed: Uint8Array, context: string): Buffer | undefined
}

export type Purpose =
  | 'vault'
  | 'signing key'
  | 'ledger key'
  | 'session'
  | 'arguments'
  | 'payload key'
  | 'cursor'
  | 'mailbox'
  | 'request state'
  | 'task'

/** The root key and what is wrapped by it. The file is made at first start, mode 0600. */
export interface Keyring {
  /**
   * Makes or opens the plane's key; needed once before `sealer` of that plane (`Vault.prepare` does
   * it). Fault('bad_key') where the stored key does not open under this root key.
   */
  prepare(plane: PlaneId): Promise<void>
  /** A sealer of its own key for each plane and purpose. A plane not prepared is a programmer's mistake. */
  sealer(plane: PlaneId | 'manager', purpose: Purpose): Sealer
  /**
   * A keyed hash by a key of the plane (HMAC-SHA-256, hex): the same text has the same one, and whoever
   * has not the key cannot tell which text, even of two that he knows.
   */
  pseudonym(plane: PlaneId): (text: string) => string
  /**
   * By which a page hashes whom somebody looks for, HMAC-SHA-256. It is handed to whoever may find persons
   * (`manager/finding.ts`), is the same for as long as the plane's key stands, and opens nothing.
   */
  findKey(plane: PlaneId): KeyObject
}
