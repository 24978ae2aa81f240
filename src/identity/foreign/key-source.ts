import type { IssuerDocument } from '#domain/documents.ts'
import type { Clock } from '#lib/clock.ts'
import type { Log } from '#lib/log.ts'
import type { Fetch } from './fetch.ts'
import type { ForeignKey } from './jwk.ts'
import { type KeySet, readJwks, readObject } from './jwks.ts'

/** The keys of one issuer, as this process last heard of them. */
export interface KeySource {
  /** From memory: whether the key still stands among them and they are young enough to be believed. */
  holds(key: ForeignKey): boolean
  /** The key of that id, asked for where it is not known or what is known is too old; undefined where there is none. */
  find(kid: string): Promise<ForeignKey | undefined>
}

/** trust.md §4: what a set says is believed for so long, and through an outage for so long at most. */
const freshMs = 10 * 60_000
const staleMs = 60 * 60_000
/** From here on it is asked again beside the calls, so that none has to wait for it. */
const agedMs = 5 * 60_000
/** Whatever tokens name, whether the last answer was good or not. */
const againMs = 30_000
/** Whoever waits for an answer holds a place of the door. */
const mostWaiting = 256

export function createKeySource({
  issuer,
  fetch,
  clock,
  log,
}: {
  issuer: IssuerDocument
  fetch: Fetch
  clock: Clock
  log: Log
}): KeySource {
  let keys: KeySet = new Map()
  let heardAt = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined
  let waiting = 0

  const age = (): number => clock.elapsed() - heardAt
  const mayAsk = (): boolean => clock.elapsed() - askedAt >= againMs

  async function ask(): Promise<void> {
    askedAt = clock.elapsed()
    const answer = await askKeys(issuer, fetch, keys)
    if (!('failed' in answer)) {
      keys = answer.keys
      heardAt = askedAt
      return
    }
    failedAt = clock.elapsed()
    // Of the first and of each that follows, at most one in `againMs`.
    const { plane, name } = issuer
    log.warn('keys of an issuer', { plane, issuer: name, problem: answer.failed })
  }

  /** One question for all who wait. */
  const refresh = (): Promise<void> => {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }

  async function wait(): Promise<void> {
    if (waiting >= mostWaiting) return
    waiting++
    await refresh().finally(() => waiting--)
  }

  /** Longer where it was asked for in vain a moment ago: an outage is met, and not for ever. */
  const isBelieved = (): boolean =>
    age() < freshMs || (age() < staleMs && clock.elapsed() - failedAt < 2 * againMs)

  return {
    holds(key) {
      const isHeld = isBelieved() && keys.get(key.kid) === key
      if (age() >= agedMs && mayAsk()) refresh().catch(() => {})
      return isHeld
    },
    async find(kid) {
      const isKnown = age() < freshMs && keys.has(kid)
      if (!isKnown && (asking !== undefined || mayAsk())) await wait()
      return isBelieved() ? keys.get(kid) : undefined
    },
  }
}

async function askKeys(
  issuer: IssuerDocument,
  fetch: Fetch,
  before: KeySet,
): Promise<{ keys: KeySet } | { failed: string }> {
  const at = issuer.keys ?? (await askMetadata(issuer, fetch))
  if (typeof at !== 'string') return at
  const bytes = await fetch(at)
  if (!Buffer.isBuffer(bytes)) return bytes
  const keys = readJwks(bytes, before)
  return keys ? { keys } : { failed: 'answered something that is not a key set' }
}

/** OpenID Connect Discovery §4.1; what it says of another issuer is not believed (§4.3). */
async function askMetadata(
  { issuer }: IssuerDocument,
  fetch: Fetch,
): Promise<string | { failed: string }> {
  const bytes = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
  if (!Buffer.isBuffer(bytes)) return bytes
  const metadata = readObject(bytes)
  if (metadata?.issuer !== issuer) return { failed: 'has metadata of another issuer' }
  const at = metadata.jwks_uri
  if (typeof at !== 'string' || !isLikeIssuer(at, issuer))
    return { failed: 'names no address of its keys that is as well guarded as itself' }
  return at
}

/** Metadata that came over TLS does not send us where there is none. */
const isLikeIssuer = (at: string, issuer: string): boolean =>
  URL.canParse(at) &&
  (new URL(at).protocol === 'https:' || new URL(at).origin === new URL(issuer).origin)
