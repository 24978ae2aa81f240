import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { hashedText } from '#domain/indexed.ts'
import type { KeySealer, LedgerIntegrity, PayloadSealer } from '#ledger/ledger.ts'

/** AES-256-GCM with a key of the plane's name, whomever it is about: real encryption, without the vault. */
export const sealerOf = (plane: string): PayloadSealer => {
  const key = createHash('sha256').update(plane).digest()
  const open = (sealed: Uint8Array, context: string): Buffer | undefined => {
    const bytes = Buffer.from(sealed)
    const opening = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
    opening.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-16))
    try {
      return Buffer.concat([opening.update(bytes.subarray(12, -16)), opening.final()])
    } catch {
      return undefined
    }
  }
  return {
    sealing: () => ({
      seal(plain, context) {
        const nonce = randomBytes(12)
        const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
        const sealed = [cipher.update(plain), cipher.final()]
        return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()])
      },
      hash: (argument, text) =>
        hashedText(createHmac('sha256', key).update(`${argument}\0${text}`).digest('hex')),
    }),
    open: async (sealed, context) => open(sealed, context),
    openEarlier: open,
  }
}

/** With the same key, for what signs checkpoints. */
export const keySealerOf = (plane: string): KeySealer => {
  const { sealing, openEarlier } = sealerOf(plane)
  return {
    seal(plain, context) {
      const ready = sealing('user:nobody', 0)
      if (ready instanceof Promise) throw new Error('this one is always at hand')
      return ready.seal(plain, context)
    },
    open: openEarlier,
  }
}

/** Nothing speaks against any ledger. */
export const unsuspected: LedgerIntegrity = {
  check: async () => undefined,
  problem: () => undefined,
}
