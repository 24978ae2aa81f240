/** What a condition may speak of, of one call. */
export interface Facts {
  /**
   * Arguments of a tool, prompt or operation; variables of a resource template; {} where there are
   * none; undefined where they are not known (a listing, a try without them): a condition that
   * speaks of them errs.
   */
  readonly args: Readonly<Record<string, unknown>> | undefined
  /** Of a resource; undefined otherwise: a condition that speaks of it then errs. */
  readonly uri: string | undefined
  readonly caller: {
    readonly agent: string
    readonly client: string
    readonly owner: string
    readonly groups: readonly string[]
    readonly claims: Readonly<Record<string, string | number | boolean | readonly string[]>>
    readonly scopes: readonly string[]
    /** How strongly its user signed in; empty where nobody has, or nobody said. */
    readonly acr: string
  }
  /** Empty texts where it has none. */
  readonly consumer: { readonly name: string; readonly owner: string }
  /** On whose behalf, if anybody's; null in a condition. */
  readonly user: { readonly name: string } | undefined
  readonly item: {
    readonly name: string
    readonly kind: 'server' | 'api'
    readonly owner: string
    readonly labels: readonly string[]
    readonly capability: string
    readonly class: string
  }
  readonly run: { readonly id: string }
  /** UTC milliseconds; a timestamp in a condition. */
  readonly now: number
}

export type FactName = keyof Facts

export const factNames = [
  'args',
  'uri',
  'caller',
  'consumer',
  'user',
  'item',
  'run',
  'now',
] as const satisfies readonly FactName[]
