import { createHmac, timingSafeEqual } from 'node:crypto'
import type { About, Change, Consequence } from '#change/change.ts'
import type { AgentDocument } from '#domain/documents.ts'
import { type ClientId, type PlaneId, splitClientId } from '#domain/name.ts'
import { hashSecret, matchesSecret } from '#lib/argon2.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createFlood } from '#lib/flood.ts'
import { createRoom } from '#lib/room.ts'
import type { RevisionChange, RowChange, Store } from '#store/store.ts'
import type { ClientView } from './identity.ts'

export interface Secrets {
  /** Makes a secret for a client that authenticates by one; replaces the one before, at once. */
  set(plane: PlaneId, client: ClientId, about: About): Promise<string>
  /** Whether `secret` is that of the client written as `written`, or how long to wait before asking again. */
  check(plane: PlaneId, written: string, secret: string): Promise<boolean | { waitMs: number }>
  /** Brings into memory what moved. */
  follow(changes: readonly RevisionChange[]): Promise<void>
  /** Clients that are not to authenticate by a secret any more lose theirs. */
  readonly consequence: Consequence
}

const randomBytesInSecret = 32
const tagBytes = 6

/** Hashing holds 7 MiB and a thread of libuv's four: two at once leave room for everything else. */
const hashesAtOnce = 2
const hashesWaiting = 32

/**
 * Client secrets, of which only Argon2id hashes are kept. A secret is 32 random bytes and a tag over
 * them, plane and client, under a key of this installation. Whatever lacks the tag was never made
 * here for that client and is refused before anything is hashed: a stranger's guesses cost
 * microseconds, take none of the client's own attempts, and take the same way for clients that exist
 * and clients that do not. The tag is no second secret: who knows its key can only make us hash.
 */
export async function createSecrets({
  store,
  change,
  view,
  clock,
  random,
}: {
  store: Store
  change: Pick<Change, 'execute'>
  view: ClientView
  clock: Clock
  random: Random
}): Promise<Secrets> {
  const hashes = new Map<string, string>()
  const tagKey = await store.values.putFirst('identity.client-secret-tag', random(32))
  const flood = createFlood({ atOnce: 60, intervalMs: 200 })
  const room = createRoom(hashesAtOnce, hashesWaiting)
  const place = (plane: PlaneId, client: string): string => `${plane}/${client}`

  const tagOf = (at: string, bytes: Buffer): Buffer =>
    createHmac('sha256', tagKey).update(`${at}\0`).update(bytes).digest().subarray(0, tagBytes)

  const isTagged = (at: string, secret: string): boolean => {
    const bytes = Buffer.from(secret, 'base64url')
    const content = bytes.subarray(0, randomBytesInSecret)
    const tag = bytes.subarray(randomBytesInSecret)
    return tag.length === tagBytes && timingSafeEqual(tag, tagOf(at, content))
  }

  const hasSecret = (plane: PlaneId, client: ClientId): boolean =>
    view.findClient(plane, client)?.authenticate?.secret === true

  const reload = async (plane: PlaneId, client: string): Promise<string | undefined> => {
    const row = await store.plane(plane).clientSecrets.find(client)
    if (row) hashes.set(place(plane, client), row.hash)
    else hashes.delete(place(plane, client))
    return row?.hash
  }

  for (const plane of await store.planes.list()) {
    for (const row of await store.plane(plane).clientSecrets.list()) {
      hashes.set(place(plane, row.client), row.hash)
    }
  }

  return {
    async set(plane, client, about) {
      if (!view.findClient(plane, client)) throw new Fault('unknown_name', { detail: client })
      if (!hasSecret(plane, client)) {
        throw new Fault('usage', {
          detail: `agent ${client} does not authenticate by a secret`,
          fix: 'Give the agent `authenticate: { secret: true }` and apply it.',
        })
      }
      const at = place(plane, client)
      const content = random(randomBytesInSecret)
      const secret = Buffer.concat([content, tagOf(at, content)]).toString('base64url')
      const hash = await hashSecret(secret, random(16))
      const row = { client, hash, at: clock.now() }
      const plan = () => ({
        summary: `made a secret for ${client}`,
        diff: '',
        rows: [{ topic: 'client secret', plane, name: client, row } as const],
      })
      await change.execute({ name: `make a secret for ${at}`, plan }, about)
      return secret
    },

    async check(plane, written, secret) {
      const client = view.resolveClient(plane, written)
      const at = place(plane, client ?? written)
      if (!isTagged(at, secret) || client === undefined) return false
      if (!hasSecret(plane, client)) return false
      const hash = hashes.get(at) ?? (await reload(plane, client))
      if (hash === undefined) return false
      const waitMs = flood.attempt(at, clock.elapsed())
      if (waitMs > 0) return { waitMs }
      const matches = await room(() => matchesSecret(secret, hash))
      if (matches === undefined) return { waitMs: 1000 }
      // A secret set meanwhile has replaced the one that was compared.
      if (matches) return hashes.get(at) === hash
      // Another process may have made it a moment ago: the tag says that one of us did.
      const newer = await reload(plane, client)
      if (newer === undefined || newer === hash) return false
      return (await room(() => matchesSecret(secret, newer))) ?? { waitMs: 1000 }
    },

    async follow(changes) {
      for (const { topic, plane, name } of changes)
        if (topic === 'client secret') await reload(plane, name)
    },

    consequence: (documents) =>
      documents.flatMap(({ plane, kind, name, after }) => {
        if (kind !== 'Agent') return []
        return [...hashes.keys()].flatMap((at): RowChange[] => {
          const client = at.startsWith(`${plane}/${name}@`) && at.slice(plane.length + 1)
          if (!client || isSecretClient(after?.body, client)) return []
          return [{ topic: 'client secret', plane, name: client, row: undefined }]
        })
      }),
  }
}

/** Whether an agent's document lets this client of it authenticate by a secret. */
function isSecretClient(body: unknown, client: string): boolean {
  const { authenticate, consumers } = (body ?? {}) as Partial<AgentDocument>
  const consumer = splitClientId(client)?.consumer
  return authenticate?.secret === true && consumers?.some((one) => one === consumer) === true
}
