import type { KeyObject } from 'node:crypto'
import type { Loan } from '#domain/loan.ts'
import { namePattern, type PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { Log } from '#lib/log.ts'
import type { SealedSecret, SecretRows } from '#store/store.ts'
import { openSecret, sealSecret, unwrapKey } from './envelope.ts'
import type { PlaneVault, Sealer } from './vault.ts'

interface PlaneVaultParts {
  readonly plane: PlaneId
  readonly rows: SecretRows
  readonly stored: readonly SealedSecret[]
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

const MOST_BYTES = 64 * 1024

export function createPlaneVault(parts: PlaneVaultParts): PlaneVault {
  const { plane, rows, clock } = parts
  const versions = groupByCredential(parts.stored)
  const open = createOpener(parts)
  const listeners: ((credential: string) => void)[] = []
  const inTurn = createTurns()

  const newest = (credential: string) => versions.get(credential)?.at(-1)
  const tell = (credential: string) => {
    for (const listener of listeners) listener(credential)
  }

  const add = async (credential: string, secret: Uint8Array) => {
    const version = (newest(credential)?.version ?? 0) + 1
    const sealed = sealSecret({ plane, credential, version }, secret, parts)
    const row = { credential, version, at: clock.now(), ...sealed }
    await rows.add(row)
    versions.set(credential, [...(versions.get(credential) ?? []), row])
    return version
  }

  const remove = async (credential: string) => {
    const last = newest(credential)
    if (!last || isGrave(last)) {
      throw new Fault('unknown_name', { detail: `no secret of ${shown(credential)} is stored` })
    }
    const grave = graveAfter(last, clock.now())
    await rows.remove(credential)
    versions.set(credential, [grave])
    await rows.add(grave)
  }

  return {
    async set(credential, secret) {
      try {
        checkSecret(credential, secret)
        const version = await inTurn(() => add(credential, secret))
        tell(credential)
        return version
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
      const row = newest(credential)
      return row && !isGrave(row) ? loanOf(row, open) : undefined
    },
    async remove(credential) {
      await inTurn(() => remove(credential))
      tell(credential)
    },
    onChange(listener) {
      listeners.push(listener)
    },
  }
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

/** One writer at a time, so that two of them never count to the same version. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(task: () => Promise<T>): Promise<T> => {
    const turn = last.then(task, task)
    last = turn.catch(() => undefined)
    return turn
  }
}
