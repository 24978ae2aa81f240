import { type PlaneId, splitClientId } from '#domain/name.ts'
import type { ApiKeyRow } from '#store/store.ts'
import type { ClientView, TokenProblem, VerifiedToken } from '../identity.ts'

/** The keys of all planes as this process knows them. */
export interface KeptKeys {
  /** In the place of what was known of it. */
  put(plane: PlaneId, row: ApiKeyRow): void
  /** Whose key hashes to this, where it may be used now. */
  ask(digest: string, nowMs: number): VerifiedToken | TokenProblem
  /** Whether the policy that stands lets it be used, whatever the time. */
  stands(plane: PlaneId, id: string): boolean
  /** Lets go of those that ended. */
  forget(nowMs: number): void
  /** Those that have neither ended nor been revoked, whatever the policy says. */
  good(plane: PlaneId, nowMs: number): ApiKeyRow[]
}

interface Kept {
  readonly plane: PlaneId
  readonly row: ApiKeyRow
  /** What was found of it by the policy of that revision; found anew by another. */
  revision: number
  problem: TokenProblem | undefined
  token: VerifiedToken
}

const unasked = -1

/**
 * By hash, so that no key lies in memory either; how long it is looked for tells nothing of one that
 * stands, for nobody chooses what a guess hashes to. A client has few, and all of them fit.
 */
export const createKept = ({ origin, view }: { origin: string; view: ClientView }): KeptKeys => {
  const byDigest = new Map<string, Kept>()
  const byId = new Map<string, Kept>()
  const idOf = (plane: PlaneId, id: string) => `${plane} ${id}`

  const problemOf = ({ plane, row }: Kept): TokenProblem | undefined => {
    if (row.revokedAt !== undefined) return 'revoked'
    if (view.longestKeyMs(plane) === undefined) return 'API key'
    return view.findClient(plane, row.client) ? undefined : 'unknown client'
  }

  /** The plane's word holds over what was made before it. */
  const endOf = ({ plane, row }: Kept): number =>
    Math.min(row.endsAt, row.at + (view.longestKeyMs(plane) ?? 0))

  const look = (kept: Kept): Kept => {
    const revision = view.revision()
    if (kept.revision === revision) return kept
    kept.problem = problemOf(kept)
    const expiresAt = endOf(kept)
    // As long as it says the same it is the same object, and so what was looked up for it is.
    if (kept.token.expiresAt !== expiresAt) kept.token = asVerified(origin, kept, expiresAt)
    kept.revision = revision
    return kept
  }

  return {
    put(plane, row) {
      const token = asVerified(origin, { plane, row }, row.endsAt)
      const kept: Kept = { plane, row, revision: unasked, problem: undefined, token }
      byDigest.set(row.digest, kept)
      byId.set(idOf(plane, row.id), kept)
    },
    ask(digest, nowMs) {
      const kept = byDigest.get(digest)
      if (kept === undefined) return 'unknown API key'
      const { problem, token } = look(kept)
      if (problem !== undefined) return problem
      return token.expiresAt > nowMs ? token : 'expired'
    },
    stands(plane, id) {
      const kept = byId.get(idOf(plane, id))
      return kept !== undefined && look(kept).problem === undefined
    },
    forget(nowMs) {
      for (const [id, { row }] of byId)
        if (row.endsAt <= nowMs) {
          byId.delete(id)
          byDigest.delete(row.digest)
        }
    },
    good: (plane, nowMs) =>
      [...byId.values()]
        .filter((one) => one.plane === plane)
        .map(({ row }) => row)
        .filter((row) => row.revokedAt === undefined && row.endsAt > nowMs),
  }
}

/** As a token says it: an agent for a consumer and for nobody, with nothing proven but the key. */
const asVerified = (
  origin: string,
  { plane, row }: Pick<Kept, 'plane' | 'row'>,
  expiresAt: number,
): VerifiedToken => {
  const { agent = '', consumer = '' } = splitClientId(row.client) ?? {}
  return Object.freeze({
    ...{ plane, client: row.client, agent, consumer, user: undefined },
    audience: `${origin}/rest/${plane}`,
    scopes: row.scopes && new Set(row.scopes),
    ...{ tokenId: row.id, apiKey: row.id },
    ...{ through: [], run: undefined, binding: undefined, acr: undefined, signedInAt: undefined },
    ...{ issuedAt: row.at, expiresAt },
  })
}
