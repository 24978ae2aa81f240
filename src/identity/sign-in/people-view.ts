import type { PlaneId } from '#domain/name.ts'
import type { JsonObject } from '#lib/json.ts'

/** Somebody who may sign in at a plane's issuer. */
export interface Known {
  readonly name: string
  /** As people read it, which may be as an organisation says it: it decides nothing. */
  readonly title: string | undefined
  /** Teams that an organisation makes them one of, beside those of documents. */
  readonly teams: readonly string[]
  /** `iss` of that organisation; undefined for an account of this installation. */
  readonly issuer: string | undefined
}

/** Who has an account here, as the issuer asks it; handed over by the composition root. */
export interface PeopleView {
  known(name: string, plane: PlaneId): Promise<Known | undefined>
  /** Whose name and password these are, within the limits of `address`. Wrong name and wrong password are one answer. */
  check(about: {
    readonly name: string
    readonly password: string
    readonly address: string
  }): Promise<
    | { readonly person: { readonly name: string } }
    | { readonly refused: 'wrong' }
    | { readonly refused: 'limited'; readonly waitMs: number }
  >
  /** The same for the Manager. */
  knownAtManager(name: string): Promise<Known | undefined>
  /** A token of the Manager's API, for a person who has just proven who they are; undefined where they may not (any more). */
  begin(about: {
    readonly person: string
    readonly label: string
    /** How they have proven it, where it was told. */
    readonly acr: string | undefined
    /** Of the token. */
    readonly id: string
  }): Promise<{ readonly token: string; readonly endsAt: number } | undefined>
  /** Ends a token of the Manager's API, where it stands. */
  end(about: { readonly person: string; readonly token: string }): Promise<void>
  /** Takes an organisation's word, which is proven; answers the person's name here, undefined where it gives them nothing. */
  vouch(about: {
    readonly issuer: string
    readonly subject: string
    readonly title: string | undefined
    readonly claims: JsonObject
    readonly planes: readonly PlaneId[]
  }): Promise<string | undefined>
  /** Ends all that the person is signed in to, of whom that organisation says that they signed out. */
  signOut(about: { readonly person: string; readonly issuer: string }): Promise<void>
  /** Enters a sign-in to one of our own pages: durable when it resolves. */
  entered(about: {
    readonly person: string
    readonly token: string
    readonly label: string
    readonly acr: string
    readonly endsAt: number
  }): Promise<void>
  readonly passkeys: PasskeyView
}

/** Passkeys of accounts, as pages speak of them. */
export interface PasskeyView {
  /** False where the origin is an address and no name: browsers make none for it. */
  readonly isPossible: boolean
  /** Whether anybody has one. */
  offered(): Promise<boolean>
  /** Whose passkey has signed the challenge, which `spend` uses up, within the limits of `address`. */
  check(about: {
    readonly answer: string
    readonly challenge: string
    readonly address: string
    spend(): Promise<boolean>
  }): Promise<
    | { readonly person: string }
    | { readonly refused: 'wrong' }
    | { readonly refused: 'limited'; readonly waitMs: number }
  >
  /** What a browser is told of who makes one; `handle` stands for the person where they have none yet. */
  beginning(person: string, handle: string): Promise<object>
  add(about: {
    readonly person: string
    readonly handle: string
    readonly label: string
    readonly answer: string
    readonly challenge: string
    readonly by: string
  }): Promise<'added' | 'refused' | 'too many'>
  standing(person: string): Promise<WaysIn>
  /** Fault('usage') for the last thing that the person can sign in with. */
  remove(person: string, id: string, by: string): Promise<void>
  removePassword(person: string, by: string): Promise<void>
}

/** What a person can sign in with. */
export interface WaysIn {
  readonly passkeys: readonly PasskeyShown[]
  readonly hasPassword: boolean
}

export interface PasskeyShown {
  readonly id: string
  /** What its person calls it. */
  readonly label: string
  readonly madeAt: number
  readonly usedAt: number | undefined
}
