import type * as Library from 'openid-client'
import type { IssuerDocument } from '#domain/documents.ts'
import type { Clock } from '#lib/clock.ts'

/** Why an organisation signs nobody in, for the log: nothing that a stranger wrote stands in it. */
export interface Failed {
  readonly failed: string
}

const keptMs = 10 * 60_000
/** However many people are waiting, one that does not answer is asked once in this time. */
const missedMs = 10_000

type Found = { readonly metadata: Library.ServerMetadata } | Failed

/**
 * Where an organisation's endpoints are (OpenID Connect Discovery §4), asked once for all who wait. What
 * says to be of another issuer is not believed (§4.3). An Issuer that says something else is another
 * document: what was heard for it goes with the old one.
 */
export const createMetadata = (parts: { fetch: Library.CustomFetch; clock: Clock }) => {
  const { fetch, clock } = parts
  const known = new WeakMap<IssuerDocument, { found: Promise<Found>; untilMs: number }>()

  const ask = async (library: typeof Library, { issuer, signIn }: IssuerDocument) => {
    const isHere = issuer.startsWith('http:')
    const found = await library.discovery(
      new URL(issuer),
      signIn?.client.id ?? '',
      undefined,
      library.None(),
      {
        [library.customFetch]: fetch,
        timeout: 10,
        ...(isHere && { execute: [library.allowInsecureRequests] }),
      },
    )
    return checked(found.serverMetadata(), issuer)
  }

  return (library: typeof Library, issuer: IssuerDocument): Promise<Found> => {
    const before = known.get(issuer)
    if (before && clock.elapsed() < before.untilMs) return before.found
    const found = ask(library, issuer).catch(() => ({ failed: 'its metadata cannot be had' }))
    const made = { found, untilMs: Number.POSITIVE_INFINITY }
    known.set(issuer, made)
    found.then((one) => {
      made.untilMs = clock.elapsed() + ('failed' in one ? missedMs : keptMs)
    })
    return found
  }
}

/** A browser is sent to nothing less guarded than the issuer itself, and a code is sent there neither. */
const checked = (metadata: Readonly<Library.ServerMetadata>, issuer: string): Found => {
  const { authorization_endpoint: authorize, token_endpoint: token } = metadata
  if (metadata.issuer !== issuer) return { failed: 'its metadata is of another issuer' }
  const isGuarded = (at: string | undefined): boolean => {
    const url = at === undefined ? null : URL.parse(at)
    return url?.protocol === 'https:' || url?.origin === new URL(issuer).origin
  }
  return isGuarded(authorize) && isGuarded(token)
    ? { metadata }
    : { failed: 'its metadata names no endpoints that are as well guarded as itself' }
}
