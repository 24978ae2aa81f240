import type { PlaneId } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import type { Mailboxes as StoreMailboxes } from '#store/store.ts'
import type { Keyring } from '#vault/vault.ts'

/**
 * The mailboxes of a plane (`store/store.ts`), whose messages only a process with the plane's key can
 * write or read: the database that carries them sees what is sealed, and a message that was made up or
 * put under another key is dropped. docs/decisions/mailboxes.md says why a table and no connections.
 */
export interface PlaneMailboxes {
  /** What is told, or asked, under this key is heard here, until the answer is called. A key has one holder. */
  hold(key: string, hear: (message: Buffer, answer: Answer) => void): () => void
  /** True when its holder has taken it, in whichever process; see `store/store.ts` for what is rejected. */
  tell(key: string, message: Uint8Array, withinMs: number): Promise<boolean>
  /** Tells it, and what its holder answered within that time. */
  ask(key: string, message: Uint8Array, withinMs: number): Promise<Asked>
}

/** `isHeard`: its holder has taken it; without an answer nothing came in time. */
export interface Asked {
  readonly isHeard: boolean
  readonly answer?: Buffer | undefined
}

/** To whoever asked, once; true when it was heard. Nobody hears it where nothing was asked. */
export type Answer = (message: Uint8Array) => Promise<boolean>

export const createMailboxes = (parts: {
  /** Of the store: what carries them. */
  carried: (plane: PlaneId) => StoreMailboxes
  keyring: Pick<Keyring, 'sealer'>
  clock: Pick<Clock, 'after'>
  nextId: () => string
  /** How long an answer is offered to whoever asked. */
  answerMs?: number
}): ((plane: PlaneId) => PlaneMailboxes) => {
  const { answerMs = 10_000 } = parts
  return (plane) => {
    const mailboxes = parts.carried(plane)
    // Asked for each time: a plane's key may be prepared after this.
    const sealer = () => parts.keyring.sealer(plane, 'mailbox')
    const seal = (key: string, replyTo: string, message: Uint8Array) =>
      sealer().seal(Buffer.concat([Buffer.from(`${replyTo}\n`), message]), key)

    const hold: PlaneMailboxes['hold'] = (key, hear) =>
      mailboxes.hold(key, (sealed) => {
        const plain = sealer().open(sealed, key)
        if (!plain) return
        const end = plain.indexOf('\n')
        const replyTo = plain.toString('latin1', 0, end)
        hear(plain.subarray(end + 1), async (message) =>
          replyTo === '' ? false : mailboxes.tell(replyTo, seal(replyTo, '', message), answerMs),
        )
      })

    return {
      hold,
      tell: (key, message, withinMs) => mailboxes.tell(key, seal(key, '', message), withinMs),
      async ask(key, message, withinMs) {
        const replyTo = `reply-${parts.nextId()}`
        const { promise, resolve } = Promise.withResolvers<Buffer | undefined>()
        const end = hold(replyTo, resolve)
        const stop = parts.clock.after(withinMs, () => resolve(undefined))
        try {
          const isHeard = await mailboxes.tell(key, seal(key, replyTo, message), withinMs)
          return isHeard ? { isHeard, answer: await promise } : { isHeard }
        } finally {
          stop()
          end()
        }
      },
    }
  }
}
