import type { Clock, Random } from './clock.ts'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Ids that sort by time: 48 bits of milliseconds and 80 random bits in Crockford's base 32, as in the
 * ULID specification; 26 characters. Randomness is drawn for 256 ids at a time.
 */
export const createIds = ({ clock, random }: { clock: Clock; random: Random }): (() => string) => {
  let pool: Buffer = Buffer.alloc(0)
  let at = 0
  let lastMs = -1
  let head = ''
  return () => {
    const now = clock.now()
    if (now !== lastMs) {
      lastMs = now
      head = encodeTime(now)
    }
    if (at + 10 > pool.length) {
      pool = random(2560)
      at = 0
    }
    let tail = ''
    // 80 bits as 16 characters: five bits each, two bytes at a time would split; take 5 bytes → 8 characters.
    for (let half = 0; half < 2; half++) tail += encode5(pool, at + half * 5)
    at += 10
    return head + tail
  }
}

const encodeTime = (ms: number): string => {
  let text = ''
  for (let rest = ms, i = 0; i < 10; i++) {
    text = alphabet.charAt(rest % 32) + text
    rest = Math.floor(rest / 32)
  }
  return text
}

const encode5 = (bytes: Buffer, at: number): string => {
  const high = bytes.readUInt16BE(at) * 16 + (bytes.readUInt8(at + 2) >> 4)
  const low = (bytes.readUInt8(at + 2) & 15) * 65536 + bytes.readUInt16BE(at + 3)
  let text = ''
  for (let shift = 15; shift >= 0; shift -= 5) text += alphabet.charAt((high >> shift) & 31)
  for (let shift = 15; shift >= 0; shift -= 5) text += alphabet.charAt((low >> shift) & 31)
  return text
}

/** The milliseconds in an id made by `createIds`, or undefined where the text is not one. */
export const idTime = (id: string): number | undefined => {
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) return undefined
  let ms = 0
  for (let i = 0; i < 10; i++) ms = ms * 32 + alphabet.indexOf(id.charAt(i))
  return ms
}
