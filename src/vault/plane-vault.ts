import type { KeyObject } from 'node:crypto'
import type { About, Change } from '#change/change.ts'
import type { Loan } from '#domain/loan.ts'
import { namePattern, type PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { RowChange, SealedSecret, SecretRows } from '#store/store.ts'
import { openSecret, sealSecret, unwrapKey } from './envelope.ts'
import type { PayloadKeys, PlaneVault, Sealer } from './vault.ts'

interface PlaneVaultParts {
  readonly plane: PlaneId
  readonly change: Pick<Change, 'execute'>
  readonly rows: SecretRows
  readonly stored: readonly SealedSecret[]
  readonly sealer: Sealer
  readonly payloads: PayloadKeys
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const MOST_BYTES = 64 * 1024

export function createPlaneVault(parts: PlaneVaultParts): OpenPlaneVault {
  const { plane, rows, clock, change } = parts
  const versions = groupByCredential(parts.stored)
  const open = createOpener(parts)
  const listeners: ((credential: string) => void)[] = []

  const newest = (credential: string) => versions.get(credential)?.at(-1)
  const stands = (credential: string) => {
    const row = newest(credential)
    return row && !isGrave(row) ? row : undefined
  }

  const rowChange = (row: SealedSecret, only: boolean): RowChange => ({
    topic: 'secret',
    plane,
    name: row.credential,
    row,
    only,
  })

  /** Sealed anew for each plan: where another version came first, this one has another number. */
  const set = async (credential: string, secret: Uint8Array, about: About): Promise<number> => {
    let version = 0
    const plan = () => {
      version = (newest(credential)?.version ?? 0) + 1
      const sealed = sealSecret({ plane, credential, version }, secret, parts)
      const row = { credential, version, at: clock.now(), ...sealed }
      const summary = `set version ${version} of the secret of ${credential}`
      return { summary, diff: '', rows: [rowChange(row, false)] }
    }
    await change.execute({ name: `set secret ${plane}/${credential}`, plan }, about)
    return version === 0 ? (newest(credential)?.version ?? 0) : version
  }

  const bury = (credential: string): RowChange | undefined => {
    const last = stands(credential)
    return last && rowChange(graveAfter(last, clock.now()), true)
  }

  return {
    payloads: parts.payloads,
    async set(credential, secret, about) {
      try {
        checkSecret(credential, secret)
        return await set(credential, secret, about)
      } finally {
        secret.fill(0)
      }
    },
    list: () =>
      [...versions.keys()]
        .sort()
        .flatMap((credential) => versions.get(credential) ?? [])
        .filter((row) => !isGrave(row))
        .map(({ credential, version, at }) => ({ credential, version, at })),
    current(credential) {
      const row = stands(credential)
      return row && loanOf(row, open)
    },
    async remove(credential, about) {
      const plan = () => {
        const row = bury(credential)
        if (!row) {
          throw new Fault('unknown_name', { detail: `no secret of ${shown(credential)} is stored` })
        }
        return { summary: `removed the secret of ${credential}`, diff: '', rows: [row] }
      }
      await change.execute({ name: `remove secret ${plane}/${shown(credential)}`, plan }, about)
    },
    onChange(listener) {
      listeners.push(listener)
    },
    bury,
    async follow(credential) {
      versions.set(credential, await rows.list(credential))
      for (const listener of listeners) listener(credential)
    },
  }
}

/** What the vault itself asks of a plane's. */
export interface OpenPlaneVault extends PlaneVault {
  /** The row that a credential's end leaves, undefined where no secret stands. */
  bury(credential: string): RowChange | undefined
  /** Reads anew what stands of a credential, and tells who holds it. */
  follow(credential: string): Promise<void>
}

const loanOf = (row: SealedSecret, open: (row: SealedSecret) => Buffer): Loan => ({
  credential: row.credential,
  version: row.version,
  open: () => open(row),
})

/** Unwraps a row's data key once: secrets stay sealed in memory, and each opening is one decryption. */
function createOpener({ plane, sealer, log }: PlaneVaultParts): (row: SealedSecret) => Buffer {
  const keys = new WeakMap<SealedSecret, KeyObject>()
  return (row) => {
    const { credential, version } = row
    const place = { plane, credential, version }
    const key = keys.get(row) ?? unwrapKey(place, row, sealer)
    if (key) keys.set(row, key)
    const secret = key && openSecret(place, row, key)
    if (secret) return secret
    log.error('vault.secret_does_not_open', { plane, credential, version })
    throw new Fault('no_credential', {
      detail: `version ${version} of ${credential} does not open: its row was altered or belongs elsewhere`,
      fix: `bailiwick cred set ${credential} --from-stdin`,
    })
  }
}

/**
 * What is left of a removed credential: the number its next version follows. Without it numbers would
 * begin anew, and an old row put back into the store would open as the secret of today.
 */
const graveAfter = (last: SealedSecret, at: number): SealedSecret => ({
  credential: last.credential,
  version: last.version + 1,
  wrappedKey: new Uint8Array(0),
  nonce: new Uint8Array(0),
  sealed: new Uint8Array(0),
  at,
})

const isGrave = (row: SealedSecret): boolean => row.wrappedKey.length === 0

function groupByCredential(stored: readonly SealedSecret[]): Map<string, SealedSecret[]> {
  const groups = new Map<string, SealedSecret[]>()
  for (const row of [...stored].sort((a, b) => a.version - b.version)) {
    const group = groups.get(row.credential)
    if (group) group.push(row)
    else groups.set(row.credential, [row])
  }
  return groups
}

function checkSecret(credential: string, secret: Uint8Array): void {
  if (!namePattern.test(credential)) {
    throw new Fault('usage', { detail: 'a credential has a name of 1 to 24 of a-z, 0-9 and -' })
  }
  if (secret.length === 0) throw new Fault('usage', { detail: 'the secret is empty' })
  if (secret.length > MOST_BYTES) {
    throw new Fault('usage', { detail: `the secret is longer than ${MOST_BYTES} bytes` })
  }
}

/** What was typed for a name may be the secret itself. */
const shown = (credential: string) => (namePattern.test(credential) ? credential : 'that name')
