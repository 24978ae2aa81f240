import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  hash,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { RevisionChange, SigningKeyRow, SigningKeyRows, Store } from '#store/store.ts'
import type { KeySealing } from './identity.ts'

/** One of a plane's keys, ready for use: nothing is parsed or unsealed per token. */
export interface SigningKey {
  /** RFC 7638 thumbprint, so no two keys share one. */
  readonly kid: string
  readonly alg: 'ES256'
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly publicJwk: Readonly<Record<string, string>>
}

export interface Keys {
  /** Synchronous, from memory: the key of that plane under that id, for verification. */
  find(plane: PlaneId, kid: string): SigningKey | undefined
  /** Synchronous, from memory: the key that signs now; undefined where the plane has none yet. */
  current(plane: PlaneId): SigningKey | undefined
  /** The newest key, which signs. A plane's first key is made, sealed and stored where there is none. */
  newest(plane: PlaneId): Promise<SigningKey>
  /** A plane that is new gets its key before anybody asks, so that every process has it when one signs. */
  follow(changes: readonly RevisionChange[]): Promise<void>
  /** RFC 7517 §5: every key that may still verify, newest first, without their private parts. */
  jwks(plane: PlaneId): Promise<{ keys: SigningKey['publicJwk'][] }>
}

/** Which keys, and what each is bound to beside its plane: one of another line does not open as one of this. */
export interface KeyLine {
  rows(store: Store, plane: PlaneId): SigningKeyRows
  context(kid: string): string
}
const accessLine: KeyLine = {
  rows: (store, plane) => store.plane(plane).signingKeys,
  context: (kid) => `signing key ${kid}`,
}
/** Of tokens towards servers. */
export const callLine: KeyLine = {
  rows: (store, plane) => store.plane(plane).callKeys,
  context: (kid) => `call key ${kid}`,
}

/**
 * The keys of one line: of the issuers, or of what goes to servers. The private part is stored sealed under its plane's key and bound to its
 * kid, so neither another plane's row nor another key's opens. A key that does not open is
 * Fault('bad_key'): going on with a new one would turn away every token that is still valid.
 */
export async function createKeys({
  store,
  keyring,
  clock,
  line = accessLine,
}: {
  store: Store
  keyring: KeySealing
  clock: Clock
  line?: KeyLine
}): Promise<Keys> {
  const rows = (plane: PlaneId) => line.rows(store, plane)
  const known = new Map<PlaneId, SigningKey[]>()
  const coming = new Map<PlaneId, Promise<SigningKey>>()

  async function load(plane: PlaneId): Promise<void> {
    await keyring.prepare(plane)
    const stored = await rows(plane).list()
    known.set(
      plane,
      stored.toReversed().map((row) => openKey(keyring, plane, row, line)),
    )
  }
  const lookedAt = new Map<PlaneId, number>()

  async function loadOrMake(plane: PlaneId): Promise<SigningKey> {
    await load(plane)
    const stored = known.get(plane)?.[0]
    if (stored !== undefined) return stored
    // Another process may have made the first one meanwhile: what stands then is everybody's.
    await rows(plane).add(await makeKey(keyring, plane, clock.now(), line), 1)
    await load(plane)
    const made = known.get(plane)?.[0]
    if (made === undefined) throw new Fault('bad_key', { detail: `plane ${plane} has no key` })
    return made
  }

  async function newest(plane: PlaneId): Promise<SigningKey> {
    const key = known.get(plane)?.[0]
    if (key !== undefined) return key
    const pending = coming.get(plane) ?? loadOrMake(plane).finally(() => coming.delete(plane))
    coming.set(plane, pending)
    return pending
  }

  /** Another process may have made the key a moment ago: whoever comes next finds it. */
  const lookAgain = (plane: PlaneId): void => {
    const now = clock.elapsed()
    if (!known.has(plane) || now - (lookedAt.get(plane) ?? -lookEveryMs) < lookEveryMs) return
    lookedAt.set(plane, now)
    load(plane).catch(() => {})
  }

  for (const plane of await store.planes.list()) await newest(plane)

  return {
    find(plane, kid) {
      const key = known.get(plane)?.find((one) => one.kid === kid)
      if (key === undefined) lookAgain(plane)
      return key
    },
    current: (plane) => known.get(plane)?.[0],
    newest,
    async follow(changes) {
      for (const { topic, kind, plane, after } of changes)
        if (topic === 'document' && kind === 'Plane' && after) await newest(plane)
    },
    async jwks(plane) {
      await newest(plane)
      return { keys: (known.get(plane) ?? []).map((key) => key.publicJwk) }
    },
  }
}

/** A stranger's made-up key ids cost one look in this time. */
const lookEveryMs = 5000

async function makeKey(
  keyring: KeySealing,
  plane: PlaneId,
  at: number,
  { context }: KeyLine,
): Promise<SigningKeyRow> {
  const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })
  const kid = thumbprint(pair.publicKey)
  const sealer = keyring.sealer(plane, 'signing key')
  return {
    kid,
    alg: 'ES256',
    publicJwk: JSON.stringify(asJwk(pair.publicKey, kid)),
    sealedPrivate: sealer.seal(
      pair.privateKey.export({ format: 'der', type: 'pkcs8' }),
      context(kid),
    ),
    at,
  }
}

function openKey(
  keyring: KeySealing,
  plane: PlaneId,
  row: SigningKeyRow,
  { context }: KeyLine,
): SigningKey {
  const sealed = keyring.sealer(plane, 'signing key').open(row.sealedPrivate, context(row.kid))
  if (sealed === undefined || row.alg !== 'ES256') {
    throw new Fault('bad_key', { detail: `signing key ${row.kid} of plane ${plane} does not open` })
  }
  const privateKey = createPrivateKey({ key: sealed, format: 'der', type: 'pkcs8' })
  sealed.fill(0)
  // The public part is derived from the sealed one: a changed row cannot make us trust another key.
  const publicKey = createPublicKey(privateKey)
  return { kid: row.kid, alg: 'ES256', privateKey, publicKey, publicJwk: asJwk(publicKey, row.kid) }
}

function asJwk(publicKey: KeyObject, kid: string): Readonly<Record<string, string>> {
  const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' })
  return { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' }
}

/** RFC 7638 §3: the required members, in byte order, hashed. */
function thumbprint(publicKey: KeyObject): string {
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  return hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url')
}
