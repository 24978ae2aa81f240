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
  }): Promise<{ readonly token: string; readonly endsAt: number } | undefined>
  /** Takes an organisation's word, which is proven; answers the person's name here, undefined where it gives them nothing. */
  vouch(about: {
    readonly issuer: string
    readonly subject: string
    readonly title: string | undefined
    readonly claims: JsonObject
    readonly planes: readonly PlaneId[]
  }): Promise<string | undefined>
}
