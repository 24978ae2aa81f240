import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { TakeOnce } from '../once.ts'

/** As long as a person may look for their key. */
const lifetimeMs = 5 * 60_000
const randomBytes = 16
const headBytes = randomBytes + 6
const form = /^[A-Za-z0-9_-]{72}$/

/**
 * What authenticators sign (Web Authentication §13.4.3). A challenge is of one browser and one question,
 * `to`: it proves itself by a tag, so that nothing is kept of those that nobody answers, and is taken
 * once, over all processes, until it ends.
 */
export const createChallenges = (parts: {
  plane: PlaneId
  key: Uint8Array
  takeOnce: TakeOnce
  clock: Clock
  random: Random
}) => {
  const { plane, key, clock, random } = parts
  const tagOf = (head: Uint8Array, to: string): Buffer =>
    createHmac('sha256', key).update(`passkey ${plane} ${to}\n`).update(head).digest()

  return {
    make(to: string): string {
      const head = Buffer.alloc(headBytes)
      random(randomBytes).copy(head)
      head.writeUIntBE(clock.now() + lifetimeMs, randomBytes, 6)
      return Buffer.concat([head, tagOf(head, to)]).toString('base64url')
    },
    /** True once for each that was made for that. */
    async spend(challenge: string, to: string): Promise<boolean> {
      if (!form.test(challenge)) return false
      const bytes = Buffer.from(challenge, 'base64url')
      const [head, tag] = [bytes.subarray(0, headBytes), bytes.subarray(headBytes)]
      const endsAt = head.readUIntBE(randomBytes, 6)
      if (!timingSafeEqual(tag, tagOf(head, to)) || endsAt <= clock.now()) return false
      return parts.takeOnce(plane, 'passkey challenge', challenge, endsAt)
    },
  }
}
export type Challenges = ReturnType<typeof createChallenges>
