import type { About, Change, Effect } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { RevisionChange, RowChange, SigningPurpose, Store } from '#store/store.ts'
import { longestLifeS } from './claims.ts'
import { type KeySealing, makeKey, openKey, type SigningKey } from './signing-key.ts'

export interface Keys {
  /** Synchronous, from memory: the key of that plane under that id, for verification. */
  find(plane: PlaneId, kid: string): SigningKey | undefined
  /** Synchronous, from memory: the key that signs now; undefined where the plane has none yet. */
  current(plane: PlaneId): SigningKey | undefined
  /** The key that signs now. A plane's first key is made, sealed and stored where there is none. */
  newest(plane: PlaneId): Promise<SigningKey>
  /**
   * Makes the next key, which signs once everybody who caches our keys has seen it; what the one before
   * signed is taken until it ends. `atOnce`: it signs at once and nothing of those before it is taken
   * any more, for when one may be in other hands. Answers the next key.
   */
  rotate(plane: PlaneId, about: About, how: { atOnce: boolean }): Promise<SigningKey>
  /** A plane that is new gets its key before anybody asks, so that every process has it when one signs. */
  follow(changes: readonly RevisionChange[]): Promise<void>
  /** RFC 7517 §5: every key that may verify now or soon, newest first, without their private parts. */
  jwks(plane: PlaneId): Promise<{ keys: SigningKey['publicJwk'][] }>
  /** Changes whenever a key is no more. */
  version(): number
  close(): void
}

export interface Rotation {
  /** How long the served keys may be cached, seconds. */
  readonly cachedForS: number
  /** How old a key may grow before the next is made, milliseconds. */
  readonly everyMs: number
}

/** For another process to follow what is made here, and for clocks that differ. */
const graceMs = 10_000
/** A token is taken for this long after its key has stopped to sign: its life, and clocks that differ. */
const keptMs = (longestLifeS + 60) * 1000
const lookEveryMs = 60 * 60_000
/** A stranger's made-up key ids cost one look in this time. */
const missEveryMs = 5000

/**
 * An issuer's signing keys for one purpose. The next key is published for as long as keys may be
 * cached before it signs, and each is served until the last token it signed has ended, so that no
 * verifier ever meets a key that it cannot know. They rotate through the one door of `change/`, so that
 * of several processes one makes the next, and all follow. A key that does not open is
 * Fault('bad_key'): going on with a new one would turn away every token that is still valid.
 */
export async function createKeys(parts: {
  store: Store
  change: Pick<Change, 'execute'>
  keyring: KeySealing
  purpose: SigningPurpose
  rotation: Rotation
  clock: Clock
}): Promise<Keys> {
  const { store, change, keyring, purpose, rotation, clock } = parts
  /** Newest first. */
  const known = new Map<PlaneId, readonly SigningKey[]>()
  const coming = new Map<PlaneId, Promise<SigningKey>>()
  const missedAt = new Map<PlaneId, number>()
  let version = 0

  async function load(plane: PlaneId): Promise<void> {
    await keyring.prepare(plane)
    const rows = await store.plane(plane).signingKeys.list(purpose)
    const before = new Map(known.get(plane)?.map((key) => [key.kid, key]))
    const keys = rows.toReversed().map((row) => before.get(row.kid) ?? openKey(keyring, plane, row))
    known.set(plane, keys)
    for (const { kid } of keys) before.delete(kid)
    if (before.size > 0) version++
  }

  /** Where none has begun, another machine's clock is ahead of this one, and the oldest has. */
  const signing = (plane: PlaneId): SigningKey | undefined => {
    const keys = known.get(plane)
    return keys?.find(({ signsFrom }) => signsFrom <= clock.now()) ?? keys?.at(-1)
  }

  /** One that has been followed by another for so long that nothing it signed can still be good is left out. */
  const standing = (plane: PlaneId, now: number): SigningKey[] =>
    (known.get(plane) ?? []).filter((_, index, keys) => {
      const next = keys[index - 1]
      return next === undefined || now < next.signsFrom + keptMs
    })

  async function loadOrMake(plane: PlaneId): Promise<SigningKey> {
    await load(plane)
    const stored = signing(plane)
    if (stored !== undefined) return stored
    // Another process may have made the first one meanwhile: what stands then is everybody's.
    const first = { purpose, number: 1, at: clock.now(), signsFrom: 0 }
    await store.plane(plane).signingKeys.add(await makeKey(keyring, plane, first))
    await load(plane)
    const made = signing(plane)
    if (made === undefined) throw new Fault('bad_key', { detail: `plane ${plane} has no key` })
    return made
  }

  async function newest(plane: PlaneId): Promise<SigningKey> {
    const key = signing(plane)
    if (key !== undefined) return key
    const pending = coming.get(plane) ?? loadOrMake(plane).finally(() => coming.delete(plane))
    coming.set(plane, pending)
    return pending
  }

  /** Another process may have made the key a moment ago: whoever comes next finds it. */
  const lookAgain = (plane: PlaneId): void => {
    const now = clock.elapsed()
    if (!known.has(plane) || now - (missedAt.get(plane) ?? -missEveryMs) < missEveryMs) return
    missedAt.set(plane, now)
    load(plane).catch(() => {})
  }

  const rowsGone = (plane: PlaneId, keys: readonly SigningKey[]): RowChange[] =>
    keys.map(({ kid }) => ({
      topic: 'signing key',
      plane,
      kind: purpose,
      name: kid,
      row: undefined,
    }))

  async function planNext(plane: PlaneId, atOnce: boolean): Promise<Effect> {
    await load(plane)
    const now = clock.now()
    const keys = known.get(plane) ?? []
    const stays = atOnce ? [] : standing(plane, now)
    const signsFrom = atOnce ? now : now + rotation.cachedForS * 1000 + graceMs
    const number = (keys[0]?.number ?? 0) + 1
    const row = await makeKey(keyring, plane, { purpose, number, at: now, signsFrom })
    const when = atOnce
      ? 'at once; nothing signed before is taken any more'
      : `from ${new Date(signsFrom).toISOString()} on`
    return {
      summary: `made ${purpose} key ${row.kid}, which signs ${when}`,
      diff: '',
      rows: [
        ...rowsGone(
          plane,
          keys.filter((key) => !stays.includes(key)),
        ),
        { topic: 'signing key', plane, kind: purpose, name: row.kid, row },
      ],
    }
  }

  async function rotate(plane: PlaneId, about: About, { atOnce }: { atOnce: boolean }) {
    const name = `make the next ${purpose} key of ${plane}${atOnce ? ' at once' : ''}`
    await change.execute({ name, plan: () => planNext(plane, atOnce) }, about)
    const next = known.get(plane)?.[0]
    if (next === undefined) throw new Fault('bad_key', { detail: `plane ${plane} has no key` })
    return next
  }

  /** Where another process was first, nothing is left to do. */
  async function rotateWhenDue(plane: PlaneId): Promise<void> {
    const plan = async (): Promise<Effect | undefined> => {
      await load(plane)
      const [next] = known.get(plane) ?? []
      const due = next !== undefined && clock.now() - next.at >= rotation.everyMs
      return due ? planNext(plane, false) : undefined
    }
    await change.execute(
      { name: `make a due ${purpose} key of ${plane}`, plan },
      { by: 'bailiwick' },
    )
  }

  let cancel: (() => void) | undefined
  function look(): void {
    cancel = clock.after(Math.min(lookEveryMs, rotation.everyMs), look)
    const now = clock.now()
    // The store may be away: it is looked at again.
    for (const [plane, [next]] of known)
      if (next && now - next.at >= rotation.everyMs) rotateWhenDue(plane).catch(() => {})
  }

  for (const plane of await store.planes.list()) await newest(plane)
  look()

  return {
    find(plane, kid) {
      const key = standing(plane, clock.now()).find((one) => one.kid === kid)
      if (key === undefined) lookAgain(plane)
      return key
    },
    current: signing,
    newest,
    rotate,
    async follow(changes) {
      const moved = new Set<PlaneId>()
      for (const { topic, kind, plane, after } of changes) {
        if (topic === 'document' && kind === 'Plane' && after) await newest(plane)
        if (topic === 'signing key' && kind === purpose) moved.add(plane)
      }
      for (const plane of moved) await load(plane)
    },
    async jwks(plane) {
      await newest(plane)
      return { keys: standing(plane, clock.now()).map((key) => key.publicJwk) }
    },
    version: () => version,
    close: () => cancel?.(),
  }
}
