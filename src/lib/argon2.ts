import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/**
 * Argon2id (RFC 9106) as PHC strings: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, standard base64 without
 * padding. Runs in libuv's threads. Both costs are of OWASP's list of equals. What we generate has 256
 * random bits: there the cost guards the machine's memory more than the secret.
 */
const generatedCost: Cost = { memory: 7168, passes: 5 }
export const passwordCost: Cost = { memory: 19_456, passes: 2 }

/** `memory` in KiB. */
interface Cost {
  readonly memory: number
  readonly passes: number
}
const parallelism = 1
const tagLength = 32

const form =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,22})\$([A-Za-z0-9+/]{43})$/

const run = promisify(argon2)

export async function hashSecret(
  secret: string,
  salt: Buffer,
  cost: Cost = generatedCost,
): Promise<string> {
  const about = { message: secret, nonce: salt, ...cost, parallelism, tagLength }
  return phcOf(cost, salt, await run('argon2id', about))
}

/** A string that no secret matches, at the same cost as one that some secret does. */
export const unmatched = (random: (byteCount: number) => Buffer, cost: Cost): string =>
  phcOf(cost, random(16), random(tagLength))

const phcOf = ({ memory, passes }: Cost, salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${bare(salt)}$${bare(tag)}`

/** False where the secret is another one, and where `phc` is not such a string. */
export async function matchesSecret(secret: string, phc: string): Promise<boolean> {
  const [, memory, passes, lanes, salt = '', tag = ''] = form.exec(phc) ?? []
  if (memory === undefined) return false
  const nonce = Buffer.from(salt, 'base64')
  const known = Buffer.from(tag, 'base64')
  const found = await run('argon2id', {
    message: secret,
    nonce,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(lanes),
    tagLength: known.length,
  })
  return timingSafeEqual(found, known)
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
