/** Who has an account here, as the issuer asks it; handed over by the composition root. */
export interface PeopleView {
  find(name: string): Promise<{ readonly name: string } | undefined>
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
}
