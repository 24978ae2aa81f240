import assert from 'node:assert/strict'
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import type { Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { Values } from '#store/store.ts'
import { bind } from './bind.ts'
import { KEY_BYTES } from './gcm.ts'
import { makeRootKey, readRootKey } from './root-key.ts'
import { createSealer } from './sealer.ts'
import type { Keyring, Purpose, Sealer } from './vault.ts'

interface KeyringParts {
  /** The data folder, where `root.key` lies; `memory` draws a root key that ends with the process. */
  readonly folder: string | 'memory'
  readonly values: Values
  readonly random: Random
  readonly log: Log
}

const CHECK = 'keyring.check'
const MANAGER = 'manager'

/**
 * Root key → a random key for each plane, wrapped by it and kept in the store → by HKDF a key for
 * each purpose. Never draws a new root key for a store that has been used with another: that would
 * leave every secret behind unopened, without a word. docs/decisions/vault-keys.md says why so.
 */
export async function createKeyring(parts: KeyringParts): Promise<Keyring> {
  const { values, random } = parts
  const root = await openRootKey(parts)
  const wrapper = createSealer({ key: root, plane: MANAGER, purpose: 'root', random })
  await checkRootKey(wrapper, values)
  const keys = new Map<string, KeyObject>()
  const sealers = new Map<string, Sealer>()

  const prepare = async (plane: string) => {
    if (!keys.has(plane)) keys.set(plane, await openPlaneKey(plane, wrapper, values, random))
  }
  await prepare(MANAGER)

  const keyOf = (plane: string) => {
    const key = keys.get(plane)
    assert(key, `the key of plane ${plane} is used before prepare`)
    return key
  }
  const make = (plane: string, purpose: Purpose) =>
    createSealer({ key: keyOf(plane), plane, purpose, random })

  const derived = (plane: string, purpose: string): KeyObject => {
    const place = bind('bailiwick', plane, purpose)
    return asKey(Buffer.from(hkdfSync('sha256', keyOf(plane), '', place, KEY_BYTES)))
  }

  return {
    prepare: (plane: PlaneId) => prepare(plane),
    sealer(plane, purpose) {
      const name = `${plane}/${purpose}`
      const sealer = sealers.get(name) ?? make(plane, purpose)
      sealers.set(name, sealer)
      return sealer
    },
    pseudonym(plane) {
      const key = derived(plane, 'pseudonym')
      return (text) => createHmac('sha256', key).update(text).digest('hex')
    },
    findKey: (plane) => derived(plane, 'find key'),
  }
}

async function openRootKey({ folder, values, random, log }: KeyringParts): Promise<KeyObject> {
  if (folder === 'memory') return asKey(random(KEY_BYTES))
  const found = await readRootKey(folder)
  if (found) return asKey(found)
  if (await values.find(CHECK)) throw missing(folder)
  const made = random(KEY_BYTES)
  await makeRootKey(folder, made)
  log.info('keyring.root_key_made', { folder })
  return asKey(made)
}

/** The bytes live on in the key alone, outside of the heap. */
function asKey(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

/** A text sealed at first start: it opens under the same root key alone. */
async function checkRootKey(wrapper: Sealer, values: Values): Promise<void> {
  const first = wrapper.seal(Buffer.from('bailiwick'), CHECK)
  const stands = (await values.find(CHECK)) ?? (await values.putFirst(CHECK, first))
  if (!wrapper.open(stands, CHECK)) throw foreign('the root key')
}

async function openPlaneKey(
  plane: string,
  wrapper: Sealer,
  values: Values,
  random: Random,
): Promise<KeyObject> {
  const name = `keyring.plane.${plane}`
  const stands =
    (await values.find(name)) ??
    (await values.putFirst(name, wrapper.seal(random(KEY_BYTES), name)))
  const key = wrapper.open(stands, name)
  if (!key) throw foreign(`the key of plane ${plane}`)
  return asKey(key)
}

const missing = (folder: string) =>
  new Fault('bad_key', {
    detail: `${folder} has a store and no root.key; without it none of its secrets can be opened`,
    fix: `put root.key back from where it was saved, with mode 600`,
  })

const foreign = (what: string) =>
  new Fault('bad_key', {
    detail: `${what} does not open what this store sealed: root.key is of another installation, or the store was altered`,
    fix: `put root.key and the store of one installation together`,
  })
