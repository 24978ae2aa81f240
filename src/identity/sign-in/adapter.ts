import { hash } from 'node:crypto'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Clock } from '#lib/clock.ts'
import type { SignInRow, SignInRows } from '#store/store.ts'

export const digestOf = (id: string): string => hash('sha256', id, 'hex')

export interface AdapterParts {
  readonly rows: SignInRows
  readonly issuer: string
  readonly clock: Clock
  /** Called with what went together with something else. */
  gone(rows: readonly SignInRow[]): Promise<void>
  /** Called with a code or a refresh token that was found, before it is used; what it throws refuses it. */
  check(kind: string, payload: AdapterPayload): Promise<void>
  /** What is thrown where something is used that was used before; its family is gone by then. */
  usedBefore(): Error
}

/**
 * What oidc-provider stores, in our rows. An id is a secret (whoever has a code's has the code), so a
 * row stands under its SHA-256 and does not hold it. `consume` is one atomic update: of two who use a
 * code or a refresh token at the same time, in whatever processes, one is refused, and what came of
 * that consent ends for both (RFC 6749 §4.1.2, RFC 9700 §4.14.2). Access tokens are ours and are not kept.
 */
export const createAdapter = (parts: AdapterParts): ((kind: string) => Adapter) => {
  const { rows, clock } = parts
  let prunedAt = clock.elapsed()

  /** One process or another does it once a minute, as long as people sign in at all. */
  const prune = async (): Promise<void> => {
    if (clock.elapsed() - prunedAt < pruneEveryMs) return
    prunedAt = clock.elapsed()
    await rows.removeEnded(clock.now())
  }
  const payloadOf = (row: SignInRow | undefined): AdapterPayload | undefined => {
    if (!row || row.endsAt <= clock.now()) return undefined
    const consumed = row.usedAt === undefined ? {} : { consumed: Math.floor(row.usedAt / 1000) }
    return { ...JSON.parse(row.payload), ...consumed }
  }

  return (kind) => ({
    async upsert(id, payload, expiresInS = 0) {
      if (kind === 'AccessToken') return
      await prune()
      const family = kind === 'Grant' ? id : payload.grantId
      await rows.put({
        ...{ kind, digest: digestOf(id), uid: payload.uid, person: payload.accountId },
        family: family === undefined ? undefined : digestOf(family),
        payload: JSON.stringify(withoutIds(payload)),
        endsAt: clock.now() + expiresInS * 1000,
      })
    },
    async find(id) {
      const payload = payloadOf(await rows.find(kind, digestOf(id)))
      if (!payload) return undefined
      await parts.check(kind, payload)
      const back = kind === 'Interaction' ? { returnTo: `${parts.issuer}/authorize/${id}` } : {}
      return { ...payload, ...back, jti: id }
    },
    findByUid: async (uid) => payloadOf(await rows.findByUid(kind, uid)),
    findByUserCode: async () => undefined,
    async consume(id) {
      if (await rows.use(kind, digestOf(id), clock.now())) return
      const row = await rows.find(kind, digestOf(id))
      if (row?.family !== undefined) await parts.gone(await rows.removeFamily(row.family))
      throw parts.usedBefore()
    },
    destroy: (id) => rows.remove(kind, digestOf(id)),
    revokeByGrantId: async (grantId) => parts.gone(await rows.removeFamily(digestOf(grantId))),
  })
}

const pruneEveryMs = 60_000

/** The id itself, the address with it in, and the cookie of the session in which it happens. */
const withoutIds = ({ jti: _, returnTo: __, ...payload }: AdapterPayload): object => {
  const { session } = payload as { session?: { cookie?: string } }
  if (session?.cookie === undefined) return payload
  const { cookie: ___, ...rest } = session
  return { ...payload, session: rest }
}
