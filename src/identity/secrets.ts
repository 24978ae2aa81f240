import { createHmac, timingSafeEqual } from 'node:crypto'
import { type ClientId, clientId, type PlaneId, splitClientId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Store } from '#store/store.ts'
import { hashSecret, matchesSecret, unmatchable } from './argon2.ts'
import { createFlood } from './flood.ts'
import type { ClientView } from './identity.ts'

export interface Secrets {
  /** Makes a secret for a client that authenticates by one; replaces the one before, at once. */
  set(plane: PlaneId, client: ClientId): Promise<string>
  /**
   * Whether `secret` is that of the client written as `written`, or how long to wait before asking
   * again (milliseconds). Unknown clients, clients without a secret and wrong secrets take the same
   * way and the same time.
   */
  check(plane: PlaneId, written: string, secret: string): Promise<boolean | { waitMs: number }>
  /** Removes the secrets of clients that the policy does not know any more. */
  follow(plane: PlaneId): Promise<void>
}

/** Hashing holds 7 MiB and a thread of libuv's four: two at once leave room for everything else. */
const hashesAtOnce = 2
const hashesWaiting = 32

/**
 * Client secrets, of which only Argon2id hashes are kept. A secret that has been right once since the
 * start is recognised by a keyed digest in memory: so a stranger who floods a client's name with
 * guesses spends the attempts of strangers, and never locks out the one who knows the secret.
 */
export async function createSecrets({
  store,
  view,
  clock,
  random,
}: {
  store: Store
  view: ClientView
  clock: Clock
  random: Random
}): Promise<Secrets> {
  const hashes = new Map<string, string>()
  const proved = new Map<string, Buffer>()
  const digestKey = random(32)
  const flood = createFlood({ atOnce: 10, intervalMs: 1000, key: random(32) })
  const room = createRoom(hashesAtOnce, hashesWaiting)
  const place = (plane: PlaneId, client: string): string => `${plane}/${client}`
  const digest = (at: string, secret: string): Buffer =>
    createHmac('sha256', digestKey).update(`${at}\0${secret}`).digest()

  const hasSecret = (plane: PlaneId, client: ClientId): boolean =>
    view.findClient(plane, client)?.authenticate?.secret === true

  async function follow(plane: PlaneId): Promise<void> {
    for (const { client } of await store.plane(plane).clientSecrets.list()) {
      if (hasSecret(plane, asClient(client))) continue
      hashes.delete(place(plane, client))
      proved.delete(place(plane, client))
      await store.plane(plane).clientSecrets.remove(client)
    }
  }

  async function hashAndCompare(at: string, secret: string): Promise<boolean> {
    const phc = hashes.get(at)
    const matches = await matchesSecret(secret, phc ?? unmatchable)
    // A secret set meanwhile has replaced the one that was compared.
    if (!matches || phc === undefined || hashes.get(at) !== phc) return false
    proved.set(at, digest(at, secret))
    return true
  }

  for (const plane of await store.planes.list()) {
    await follow(plane)
    for (const row of await store.plane(plane).clientSecrets.list()) {
      hashes.set(place(plane, row.client), row.hash)
    }
  }

  return {
    async set(plane, client) {
      if (!view.findClient(plane, client)) throw new Fault('unknown_name', { detail: client })
      if (!hasSecret(plane, client)) {
        throw new Fault('usage', {
          detail: `agent ${client} does not authenticate by a secret`,
          fix: 'Give the agent `authenticate: { secret: true }` and apply it.',
        })
      }
      const secret = random(32).toString('base64url')
      const hash = await hashSecret(secret, random(16))
      await store.plane(plane).clientSecrets.put({ client, hash, at: clock.now() })
      hashes.set(place(plane, client), hash)
      proved.delete(place(plane, client))
      return secret
    },

    async check(plane, written, secret) {
      const client = view.resolveClient(plane, written)
      const isOne = client !== undefined && hasSecret(plane, client)
      const at = place(plane, isOne ? client : '')
      const before = proved.get(at)
      if (before !== undefined && timingSafeEqual(before, digest(at, secret))) return true
      // By agent and not by client, so that the answer does not tell which client a short name stands for.
      const [agent = ''] = written.split('@')
      const waitMs = flood.attempt(place(plane, agent), clock.elapsed())
      if (waitMs > 0) return { waitMs }
      return (await room(() => hashAndCompare(at, secret))) ?? { waitMs: 1000 }
    },

    follow,
  }
}

/** A row under a name that is no client id finds no client, and goes. */
function asClient(name: string): ClientId {
  const { agent, consumer } = splitClientId(name) ?? { agent: '', consumer: '' }
  return clientId(agent, consumer)
}

/** Runs so many tasks at once and lets so many wait; undefined where there is no room to wait either. */
function createRoom(atOnce: number, waiting: number) {
  const queue: (() => void)[] = []
  let running = 0
  return async <T>(task: () => Promise<T>): Promise<T | undefined> => {
    if (running >= atOnce) {
      if (queue.length >= waiting) return undefined
      await new Promise<void>((resolve) => queue.push(resolve))
    } else running++
    try {
      return await task()
    } finally {
      const next = queue.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
