import { createHmac, timingSafeEqual } from 'node:crypto'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { TakeOnce } from '../once.ts'

/** How long a browser waits for an authenticator, milliseconds (Web Authentication §5.4, §5.5 `timeout`). */
export const authenticatorMs = 5 * 60_000
/**
 * A challenge is made with the page that asks it. A page stands for ten minutes, and whoever presses its
 * button in the last of them has the time after that to look for their key.
 */
const lifetimeMs = 10 * 60_000 + authenticatorMs
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
