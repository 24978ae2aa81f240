import type { ApiKeyIssued, ApiKeyRevoked } from '#domain/entry.ts'
import type { Revision, Store } from '#store/store.ts'

/**
 * The entries of the keys that a revision made or revoked, as sure as that of the revision: written
 * when that one is, after a crash at the next start.
 */
export const createEnterApiKeys =
  (store: Store, append: (entry: ApiKeyIssued | ApiKeyRevoked) => Promise<unknown>) =>
  async ({ revision, at, by, why: given }: Revision): Promise<void> => {
    const why = given.slice(0, 2000).toWellFormed()
    for (const { plane, id, done } of await store.revisions.apiKeysIn(revision)) {
      const row = await store.plane(plane).apiKeys.find(id)
      if (!row) continue
      const { client, scopes = [], label, endsAt } = row
      const about = { v: 1, at, plane, apiKey: id, client, by, revision, why } as const
      await append(
        done === 'issued'
          ? { ...about, type: 'api-key.issued', scopes, label, endsAt }
          : { ...about, type: 'api-key.revoked' },
      )
    }
  }
