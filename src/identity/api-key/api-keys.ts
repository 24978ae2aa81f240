import type { About, Change, Consequence } from '#change/change.ts'
import type { AgentDocument } from '#domain/documents.ts'
import { type ClientId, type PlaneId, splitClientId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createIds } from '#lib/id.ts'
import type { ApiKeyRow, RevisionChange, RowChange, Store } from '#store/store.ts'
import type { ClientView, TokenProblem, VerifiedToken } from '../identity.ts'
import { checkAsked, mostOfClient, tooMany } from './asked.ts'
import { createKept } from './kept.ts'
import { digestOf, isApiKey, makeApiKey } from './text.ts'

/** What an API key is to be. */
export interface AskedApiKey {
  readonly client: ClientId
  /** Empty: what its grants imply. */
  readonly scopes: readonly string[]
  readonly label: string
  /** UTC milliseconds. */
  readonly endsAt: number
}

/**
 * Keys for REST consumers that cannot ask for tokens: of an agent × consumer in one plane, with an end
 * that the plane bounds. Only a hash of one is kept; whoever reads all of the store can call nothing.
 */
export interface ApiKeys {
  /** Shown this once. Fault('usage') where the plane takes none, or not for so long; Fault('suspended'). */
  issue(plane: PlaneId, asked: AskedApiKey, about: About): Promise<{ key: string; row: ApiKeyRow }>
  /** It is taken no longer, by any process within a second. Fault('unknown_name') where that client has none of that id. */
  revoke(plane: PlaneId, which: { client: ClientId; id: string }, about: About): Promise<ApiKeyRow>
  /** By id; those that ended or were revoked too, until they are forgotten. */
  list(plane: PlaneId): Promise<ApiKeyRow[]>
  /**
   * From memory: the form, one hash and one look-up. Nothing that was learnt of a policy is asked
   * again before that changes. What it answers is for REST APIs alone; see `VerifiedToken.apiKey`.
   */
  verify(plane: PlaneId, text: string, nowMs: number): VerifiedToken | TokenProblem
  /** Whether what came by a key may go on: it stands, its client is there, and the plane takes keys. */
  stands(token: VerifiedToken): boolean
  /** For a change that ends all that a client has. */
  revokedOf(plane: PlaneId, client: ClientId): readonly RowChange[]
  /** Brings into memory what moved. */
  follow(changes: readonly RevisionChange[]): Promise<void>
  /** Clients that are no more lose theirs: an agent made anew under an old name needs new ones. */
  readonly consequence: Consequence
}

export async function createApiKeys(parts: {
  origin: string
  store: Store
  change: Pick<Change, 'execute'>
  view: ClientView
  clock: Clock
  random: Random
}): Promise<ApiKeys> {
  const { store, change, view, clock, random } = parts
  const kept = createKept(parts)
  const ids = createIds({ clock, random })
  for (const plane of await store.planes.list())
    for (const row of await store.plane(plane).apiKeys.list()) kept.put(plane, row)

  const revoked = (plane: PlaneId, row: ApiKeyRow): RowChange => ({
    ...{ topic: 'api key', plane, kind: 'revoked', name: row.id },
    row: { ...row, revokedAt: clock.now() },
  })
  const good = (plane: PlaneId) => kept.good(plane, clock.now())

  return {
    async issue(plane, asked, about) {
      const key = makeApiKey(random)
      const { client, label, endsAt, scopes } = asked
      const row: ApiKeyRow = {
        ...{ id: `key_${ids()}`, client, digest: digestOf(plane, key) },
        ...{ scopes: scopes.length > 0 ? [...new Set(scopes)] : undefined, label },
        ...{ at: clock.now(), by: about.by, endsAt, revokedAt: undefined },
      }
      const plan = () => {
        checkAsked(view, plane, asked, clock.now())
        if (good(plane).filter((one) => one.client === client).length >= mostOfClient)
          throw tooMany(client)
        const rows = [
          { topic: 'api key', plane, kind: 'issued', name: row.id, row },
        ] as const satisfies readonly RowChange[]
        return { summary: `made API key ${row.id} for ${client}`, diff: '', rows }
      }
      await change.execute({ name: `make an API key for ${plane}/${client}`, plan }, about)
      return { key, row }
    },

    async revoke(plane, { client, id }, about) {
      const row = await store.plane(plane).apiKeys.find(id)
      if (row?.client !== client)
        throw new Fault('unknown_name', {
          detail: `${client} has no API key "${id}" in plane ${plane}.`,
          fix: `bailiwick agent keys --plane ${plane}`,
        })
      if (row.revokedAt !== undefined) return row
      const gone = { ...row, revokedAt: clock.now() }
      const rows = [revoked(plane, row)]
      const plan = () => ({ summary: `revoked API key ${id} of ${client}`, diff: '', rows })
      await change.execute({ name: `revoke API key ${plane}/${id}`, plan }, about)
      return gone
    },

    list: (plane) => store.plane(plane).apiKeys.list(),

    verify(plane, text, nowMs) {
      if (!isApiKey(text)) return 'malformed'
      return kept.ask(digestOf(plane, text), nowMs)
    },

    stands: ({ plane, apiKey = '' }) => kept.stands(plane, apiKey),

    revokedOf: (plane, client) =>
      good(plane)
        .filter((row) => row.client === client)
        .map((row) => revoked(plane, row)),

    async follow(changes) {
      for (const { topic, plane, name } of changes) {
        if (topic !== 'api key') continue
        kept.forget(clock.now())
        const row = await store.plane(plane).apiKeys.find(name)
        if (row) kept.put(plane, row)
      }
    },

    consequence: (documents) =>
      documents.flatMap(({ plane, kind, name, after }) =>
        kind !== 'Agent'
          ? []
          : good(plane)
              .filter(({ client }) => isGone(client, name, after?.body))
              .map((row) => revoked(plane, row)),
      ),
  }
}

/** Whether this client is of that agent, which does not act for its consumer any more. */
const isGone = (client: ClientId, agent: string, body: unknown): boolean => {
  const parts = splitClientId(client)
  const { consumers } = (body ?? {}) as Partial<AgentDocument>
  return parts?.agent === agent && !consumers?.some((one) => one === parts.consumer)
}
