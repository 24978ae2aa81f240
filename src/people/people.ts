import type { PlaneId } from '#domain/name.ts'
import type { Person } from '#domain/roles.ts'
import type { JsonObject } from '#lib/json.ts'

/** An account, as its person and administrators see it. */
export interface Account extends Person {
  readonly title: string | undefined
  /** Whether it can sign in with a password. */
  readonly hasPassword: boolean
  readonly madeAt: number
  readonly madeBy: string
  /** `iss` of the organisation that vouches for the person; undefined for an account of our own. */
  readonly issuer: string | undefined
}

/** One of all accounts. */
export interface ListedAccount extends Account {
  readonly hasPasskey: boolean
}

/** Somebody who may sign in, as one plane sees them. */
export interface Known {
  readonly name: string
  /** As people read it. */
  readonly title: string | undefined
  /** What an organisation makes them one of there: at least one, or they are not known. */
  readonly teams: readonly string[]
  readonly issuer: string | undefined
}

/** Whom an organisation vouches for, once its word is proven. */
export interface Vouched {
  /** `iss` and `sub`, exactly: together they are the person, and nothing else is. */
  readonly issuer: string
  readonly subject: string
  /** As people read it; it decides nothing. */
  readonly title: string | undefined
  readonly claims: JsonObject
  /** Where it is asked for. */
  readonly planes: readonly PlaneId[]
}

/** A token that was made at a sign-in: never the token itself. */
export interface TokenInfo {
  readonly id: string
  readonly label: string
  readonly madeAt: number
  readonly endsAt: number
}

export interface Session {
  /** Shown this once; only its SHA-256 is kept. */
  readonly token: string
  readonly id: string
  readonly person: Account
  readonly endsAt: number
}

/** `waitMs`: when to try again. Wrong name and wrong password are one answer, after the same work. */
export type SignedIn =
  | { readonly session: Session }
  | { readonly refused: 'wrong' }
  | { readonly refused: 'limited'; readonly waitMs: number }

/** As `SignedIn`, for whoever keeps a session of their own. */
export type Checked = { readonly person: Account } | Exclude<SignedIn, { session: Session }>

export type SetUp =
  | { readonly session: Session }
  | { readonly refused: 'over' | 'wrong code' | 'old code' }
  | { readonly refused: 'limited'; readonly waitMs: number }

export interface SignIn {
  readonly name: string
  readonly password: string
  readonly label: string
  /** Where it comes from, for the limits. */
  readonly address: string
}

/** A passkey, as its person and administrators see it. */
export interface PasskeyInfo {
  readonly id: string
  /** What its person calls it. */
  readonly label: string
  readonly madeAt: number
  readonly usedAt: number | undefined
}

/**
 * Passkeys beside the password (Web Authentication): for accounts of our own, for this origin alone, as
 * many as a person has devices. Each is asked to verify its person, so one is as good as two factors, and
 * cannot be phished.
 */
export interface Passkeys {
  /** False where the origin is an address and no name: browsers make none for it. */
  readonly isPossible: boolean
  /** Whether anybody has one. */
  offered(): Promise<boolean>
  /**
   * Whose passkey has signed the challenge. `spend` uses the challenge up; it is called once, before
   * anything is looked at. Whatever is wrong is one answer, and nothing that it names is believed before
   * its signature holds.
   */
  check(about: {
    readonly answer: string
    readonly challenge: string
    readonly address: string
    spend(): Promise<boolean>
  }): Promise<
    | { readonly person: string; readonly passkey: string }
    | { readonly refused: 'wrong' }
    | { readonly refused: 'limited'; readonly waitMs: number }
  >
  /** What a browser is told of who makes one; `handle` stands for the person where they have none yet. */
  beginning(person: string, handle: string): Promise<PasskeyBeginning>
  /** `handle` as in `beginning`, of which this is the answer; the challenge is used up by the caller. */
  add(about: {
    readonly person: string
    readonly handle: string
    readonly label: string
    readonly answer: string
    readonly challenge: string
    readonly by: string
  }): Promise<'added' | 'refused' | 'too many'>
  /** What the person can sign in with, oldest first. */
  standing(person: string): Promise<WaysIn>
  /**
   * With all that the person is signed in to. Fault('unknown_name'), and Fault('usage') for the last
   * thing that they can sign in with.
   */
  remove(person: string, id: string, by: string): Promise<void>
  /** The same for the password; that of the last administrator who has one stays. */
  removePassword(person: string, by: string): Promise<void>
}

export interface WaysIn {
  readonly passkeys: readonly PasskeyInfo[]
  readonly hasPassword: boolean
}

/** As PublicKeyCredentialCreationOptionsJSON has it (§5.4), binary as base64url. */
export interface PasskeyBeginning {
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly excludeCredentials: readonly { readonly type: 'public-key'; readonly id: string }[]
}

/**
 * People of this installation: accounts, sign-in, tokens, and the first start. What they may do stands
 * in the planes' documents. Everything is read from the store, so that what one process revokes holds
 * in all of them at once. What was changed here is in the operator's log, by name, and in ledgers: see
 * `Entering`. Nobody is signed in whose entry cannot be written; to take away is always possible.
 */
export interface People {
  /** Who comes with this token; undefined where it is none of ours, over or revoked. */
  authenticate(token: string): Promise<{ person: Person; token: TokenInfo } | undefined>
  signIn(about: SignIn): Promise<SignedIn>
  /** Whose name and password these are: the same limits and the same work as a sign-in, and no token. */
  check(about: Omit<SignIn, 'label'>): Promise<Checked>

  /** Whoever may sign in at that plane's issuer: an account of ours, or whom an organisation makes one of a team there. */
  known(name: string, plane: PlaneId): Promise<Known | undefined>
  /**
   * Takes an organisation's word: what it said before is replaced by what it says now, in the planes
   * named. Answers the name of the person here; undefined where it makes them one of no team, after
   * which they sign in nowhere there.
   */
  vouch(about: Vouched): Promise<string | undefined>
  /** The same for the Manager: whom a team of some plane has by an organisation that signs people in there. */
  knownAtManager(name: string): Promise<Known | undefined>
  /**
   * Ends all that the person is signed in to, of whom that organisation (`iss`) says that they signed out;
   * nothing, where it is not the one that vouches for them.
   */
  signOut(about: { person: string; issuer: string }): Promise<void>
  /** A session for whoever has proven who they are elsewhere; undefined where they may not (any more). */
  begin(about: {
    person: string
    label: string
    /** How they have, where it was told. */
    acr?: string | undefined
    /** Of the token; a new one where none is given. */
    id?: string
  }): Promise<Session | undefined>
  /** Ends the token of that id, where it stands: what it was given for was used twice. */
  end(about: { person: string; token: string }): Promise<void>
  /** Enters a sign-in to what keeps a session of its own: before anything comes of it. */
  entered(about: {
    person: string
    token: string
    label: string
    acr: string
    endsAt: number
  }): Promise<void>

  list(): Promise<ListedAccount[]>
  find(name: string): Promise<Account | undefined>
  /**
   * Makes or changes an account. A password that is given replaces the one before and ends the
   * person's tokens; one that is not given stays. Fault('usage') where the password is too weak, or
   * where no administrator with a password would be left. Whom an organisation vouches for has no
   * password here, and is made by signing in alone.
   */
  put(about: {
    name: string
    title: string | undefined
    administrator: boolean
    password: string | undefined
    by: string
  }): Promise<{ account: Account; isNew: boolean }>
  /** With its tokens. Fault('unknown_name'), and Fault('usage') for the last administrator. */
  remove(name: string, by: string): Promise<void>
  /** Ends the person's other tokens. Undefined: the old password is wrong, or was tried too often. */
  changePassword(about: {
    name: string
    old: string
    fresh: string
    address: string
    keep: string
  }): Promise<SignedIn | 'changed'>

  tokens(person: string): Promise<TokenInfo[]>
  /** Fault('unknown_name') where that person has no such token. */
  revoke(person: string, id: string, by: string): Promise<void>

  readonly passkeys: Passkeys
  readonly setup: Setup
}

/**
 * The first administrator. A code of 40 random bits is good once, for half an hour; it stands in the
 * file `setup-code` of the data folder (mode 0600), and in the store as its SHA-256.
 */
export interface Setup {
  /** True as long as no administrator can sign in with a password. */
  needed(): Promise<boolean>
  /** Whether a code is asked for: one that is too old is told so, as long as there is no administrator. */
  open(): Promise<boolean>
  /** At a start: a code where there is no administrator, else undefined. */
  first(): Promise<{ code: string; endsAt: number } | undefined>
  /** A new code in place of the one before. */
  begin(): Promise<{ code: string; endsAt: number }>
  /** Makes the administrator, in place of an account of that name, and signs them in. */
  finish(about: SignIn & { code: string }): Promise<SetUp>
}
