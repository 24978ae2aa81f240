import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/**
 * Argon2id (RFC 9106) as PHC strings: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, standard base64 without
 * padding. Runs in libuv's threads. The parameters are OWASP's second choice, 7 MiB and five passes:
 * what is hashed has 256 random bits, so the cost guards the machine's memory more than the secret.
 */
const parameters = { memory: 7168, passes: 5, parallelism: 1, tagLength: 32 }

const form =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,22})\$([A-Za-z0-9+/]{43})$/

const run = promisify(argon2)

export async function hashSecret(secret: string, salt: Buffer): Promise<string> {
  const { memory, passes, parallelism } = parameters
  const tag = await run('argon2id', { message: secret, nonce: salt, ...parameters })
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${bare(salt)}$${bare(tag)}`
}

/** False where the secret is another one, and where `phc` is not such a string. */
export async function matchesSecret(secret: string, phc: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', tag = ''] = form.exec(phc) ?? []
  if (memory === undefined) return false
  const nonce = Buffer.from(salt, 'base64')
  const known = Buffer.from(tag, 'base64')
  const found = await run('argon2id', {
    message: secret,
    nonce,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: known.length,
  })
  return timingSafeEqual(found, known)
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}
