/** A secret named and not yet opened, or a token not yet made: what the credential step lends to a call. */
export interface Loan {
  readonly credential: string
  readonly version: number
  /**
   * Opens it (about 3 µs), or makes it for the request that it goes out with. Whoever opens it writes
   * it where it is lent to and forgets it. Throws where there is none to be had.
   */
  open(sent?: Sent): Buffer
  /** Of a token alone: the same for one call, which it names, and for whoever makes it. */
  readonly speakingOf?: (spoken: Spoken) => Loan
}

/** A request as it goes out, byte for byte. */
export interface Sent {
  readonly httpMethod: string
  /** Path and query (RFC 9112 §3.2.1). */
  readonly target: string
  readonly body: Uint8Array | undefined
  /** Of MCP; empty where there is none. */
  readonly method: string
}

/** Who calls what, for a token that says so. */
export interface Spoken {
  readonly agent: string
  readonly client: string
  /** The person on whose behalf, and the agents that it acts through, nearest first. */
  readonly user: string | undefined
  readonly through: readonly string[]
  readonly run: string | undefined
  /** Undefined for what is no call: a session, a subscription. */
  readonly call:
    | {
        readonly id: string
        readonly kind: string
        /** As the server knows it. */
        readonly capability: string
        readonly scopes: readonly string[]
      }
    | undefined
}

/** What an entry calls a token that was made for one call. A secret's name has no space. */
export const perCallToken = 'per-call token'

/** As an entry names it: `name#version` of a secret, which tells nothing of it. */
export const nameOfLoan = ({ credential, version }: Loan): string =>
  credential === perCallToken ? perCallToken : `${credential}#${version}`
