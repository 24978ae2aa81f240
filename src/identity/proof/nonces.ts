import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Nonces {
  /** What a proof made now has to hold. */
  current(nowMs: number): string
  /** Whether a proof may hold it still. */
  isFresh(nonce: string, nowMs: number): boolean
}

const slotMs = 60_000

/**
 * Nonces of DPoP (RFC 9449 §8): the minute they are of and a MAC over it, so that every process that
 * has the key knows each one's and none keeps a list. One serves in its minute and the next; that of
 * the minute to come as well, for another process's clock may be ahead.
 */
export const createNonces = (key: Uint8Array): Nonces => {
  let known = new Map<number, Buffer>()

  const nonceOf = (slot: number): Buffer => {
    const found = known.get(slot)
    if (found) return found
    if (known.size >= 8) known = new Map()
    const head = Buffer.alloc(6)
    head.writeUIntBE(slot, 0, 6)
    const mac = createHmac('sha256', key).update(head).digest().subarray(0, 18)
    const made = Buffer.from(Buffer.concat([head, mac]).toString('base64url'))
    known.set(slot, made)
    return made
  }
  const slotAt = (nowMs: number) => Math.floor(nowMs / slotMs)

  return {
    current: (nowMs) => nonceOf(slotAt(nowMs)).toString(),
    isFresh(nonce, nowMs) {
      const slot = slotAt(nowMs)
      const said = Buffer.from(nonce)
      return [slot, slot - 1, slot + 1].some((one) => {
        const made = nonceOf(one)
        return said.length === made.length && timingSafeEqual(said, made)
      })
    },
  }
}
