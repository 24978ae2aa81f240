import { hash } from 'node:crypto'
import type { Intent, Refused } from '#domain/entry.ts'
import { hashPersonal, type PersonalTexts } from '#domain/indexed.ts'
import type { CallId, PlaneId } from '#domain/name.ts'
import { type Subject, subjectOf } from '#domain/subject.ts'
import type { Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { PayloadSealer } from './ledger.ts'

/** `digest`: nothing but what proves, to whoever has the text, that it is the one. */
export type Keep = 'whole' | 'digest'
export type Side = 'arguments' | 'result'

/** Bytes as they lie beside an entry, and what the entry says of them. */
export interface Sealed {
  readonly commit: string
  /** SHA-256 of `payload`, hex. */
  readonly sealed: string
  readonly payload: Uint8Array
}

export interface Payloads {
  /** The entry with the hashes of what is personal; as `seal`, at once where the key is in memory. */
  withHashes<E extends Intent | Refused>(entry: E, personal: PersonalTexts): E | Promise<E>
  /**
   * At once where the subject's key is in memory. Fault('unrecordable') where it cannot be had, and
   * nothing has been written then.
   */
  seal(
    about: { subject: Subject; at: number; call: CallId; side: Side; keep: Keep },
    bytes: Uint8Array,
  ): Sealed | Promise<Sealed>
}

export const nonceBytes = 32
const label = Buffer.from('bailiwick/commit/v1\0')
const head = label.length + nonceBytes
const noncesAtOnce = 256

/** What binds a payload to its place; opening takes the same. */
export const contextOf = (plane: PlaneId, call: CallId, side: Side): string =>
  `${plane}/${call}/${side}`

/** As entries of earlier versions have it, whose payload is the arguments alone. */
export const earlierContext = (plane: PlaneId, call: CallId): string => `${plane}/${call}`

/** trust.md §2.4: the entry holds a commitment that says nothing once the key of its nonce is gone. */
export const createPayloads = ({
  plane,
  sealer,
  random,
}: {
  plane: PlaneId
  sealer: PayloadSealer
  random: Random
}): Payloads => {
  const nonce = createPool(random)
  return {
    withHashes(entry, personal) {
      const key = keyOf(plane, () => sealer.sealing(subjectOf(entry), entry.at))
      const hashed = ({ hash: of }: Sealing) => ({ ...entry, ...hashPersonal(personal, of) })
      return key instanceof Promise ? key.then(hashed) : hashed(key)
    },
    seal({ subject, at, call, side, keep }, bytes) {
      const whole = Buffer.allocUnsafe(head + bytes.length)
      label.copy(whole)
      nonce(whole)
      whole.set(bytes, head)
      const plain = whole.subarray(label.length, keep === 'digest' ? head : whole.length)
      const context = contextOf(plane, call, side)
      const sealWith = (sealing: Sealing): Sealed => {
        const payload = sealing.seal(plain, context)
        return {
          commit: hash('sha256', whole, 'hex'),
          sealed: hash('sha256', payload, 'hex'),
          payload,
        }
      }
      const sealing = keyOf(plane, () => sealer.sealing(subject, at))
      return sealing instanceof Promise ? sealing.then(sealWith) : sealWith(sealing)
    },
  }
}

interface Sealing {
  seal(plain: Uint8Array, context: string): Uint8Array
  hash(argument: string, text: string): string
}

const keyOf = (
  plane: PlaneId,
  ask: () => Sealing | Promise<Sealing>,
): Sealing | Promise<Sealing> => {
  const failed = (cause: unknown): never => {
    throw new Fault('unrecordable', {
      detail: `${plane}: no key for what is to be recorded`,
      cause,
    })
  }
  try {
    const sealing = ask()
    return sealing instanceof Promise ? sealing.catch(failed) : sealing
  } catch (cause) {
    return failed(cause)
  }
}

/** Drawn many at a time: one by one costs more than hashing. Each is used once, and written over behind it. */
const createPool = (random: Random): ((into: Buffer) => void) => {
  let pool = random(0)
  let at = 0
  return (into) => {
    if (at >= pool.length) {
      pool = random(nonceBytes * noncesAtOnce)
      at = 0
    }
    pool.copy(into, label.length, at, at + nonceBytes)
    pool.fill(0, at, at + nonceBytes)
    at += nonceBytes
  }
}
