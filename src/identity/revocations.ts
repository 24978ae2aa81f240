import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Revocation, RevocationRows } from '#store/store.ts'
import type { VerifiedToken } from './identity.ts'

export interface Revocations {
  /** Synchronous, from memory. */
  has(token: VerifiedToken): boolean
  /** One token ends (RFC 7009): durable, in force here and told to every other process when it resolves. */
  add(plane: PlaneId, token: { readonly id: string; readonly expiresAt: number }): Promise<void>
  /** Brings in what other processes, or a change, have revoked; answers the planes it is in. */
  follow(everything?: boolean): Promise<PlaneId[]>
  /** Changes whenever one more is revoked. */
  version(): number
}

/** A transaction can become visible so much later than its time says. */
const overlapMs = 10_000
/** How far clocks may differ: a token is remembered for so much longer than it lives. */
const graceMs = 60_000

/** Of any token that is taken: another issuer's may live for a day (`longestLife` of an Issuer). */
const longestLifeMs = 24 * 60 * 60_000

/** Everything issued to a client or a user until now; the longest of it has ended when nobody remembers. */
export const revokedUntil = (kind: 'client' | 'user', name: string, nowMs: number): Revocation => ({
  ...{ kind, name, issuedUntil: nowMs },
  endsAt: nowMs + longestLifeMs + graceMs,
})

/**
 * What was revoked, in every process: kept as rows and followed as the change feed is. Nothing is
 * forgotten before it would have ended by itself, whatever its number: forgetting one opens a door.
 */
export async function createRevocations({
  rows,
  clock,
}: {
  rows: RevocationRows
  clock: Clock
}): Promise<Revocations> {
  const known = new Map<string, Revocation>()
  const placeOf = (plane: PlaneId, kind: Revocation['kind'], name: string) =>
    `${plane} ${kind} ${name}`
  let heardMs = 0
  let version = 0
  let prunedAt = clock.now()

  const take = (plane: PlaneId, revocation: Revocation): boolean => {
    const place = placeOf(plane, revocation.kind, revocation.name)
    const before = known.get(place)
    if (before && before.issuedUntil >= revocation.issuedUntil) return false
    known.set(place, revocation)
    version++
    return true
  }
  const prune = (): void => {
    const now = clock.now()
    if (now - prunedAt < graceMs) return
    prunedAt = now
    for (const [place, { endsAt }] of known) if (endsAt + graceMs < now) known.delete(place)
  }

  const follow = async (everything = false): Promise<PlaneId[]> => {
    const found = await rows.list(everything ? 0 : heardMs - overlapMs)
    const planes = new Set<PlaneId>()
    for (const { plane, revokedAt, ...revocation } of found) {
      if (take(plane, revocation)) planes.add(plane)
      heardMs = Math.max(heardMs, revokedAt)
    }
    prune()
    return [...planes]
  }
  await follow(true)

  const holds = (
    { plane, issuedAt }: VerifiedToken,
    kind: Revocation['kind'],
    name: string,
  ): boolean => issuedAt <= (known.get(placeOf(plane, kind, name))?.issuedUntil ?? -1)

  return {
    has: (token) =>
      known.size > 0 &&
      (holds(token, 'token', token.tokenId) ||
        holds(token, 'client', token.client) ||
        (token.user !== undefined && holds(token, 'user', token.user))),
    async add(plane, { id, expiresAt }) {
      // One token is revoked whole, whenever it says that it was issued.
      const issuedUntil = expiresAt
      const revocation = {
        kind: 'token',
        name: id,
        issuedUntil,
        endsAt: expiresAt + graceMs,
      } as const
      await rows.add(plane, revocation)
      take(plane, revocation)
    },
    follow,
    version: () => version,
  }
}
