/**
 * Replaces a secret, wherever it stands in a text, as it is and in the spellings that it is carried
 * in: base64 and base64url, also as part of something longer (`user:secret`), URL-encoded, hex, and
 * escaped in JSON.
 */
export function createRedactor(secret: Buffer | undefined): (text: string) => string {
  if (secret === undefined || secret.length === 0) return (text) => text
  const spellings = [...spellingsOf(secret)].sort((a, b) => b.length - a.length)
  return (text) => spellings.reduce((rest, one) => rest.split(one).join(MARK), text)
}

const MARK = '[secret]'

/** Fewer characters of base64 stand for too few bytes to give anything away, and would hit by chance. */
const LEAST_BASE64 = 8

function spellingsOf(secret: Buffer): Set<string> {
  const plain = secret.toString('utf8')
  const encoded = encodeURIComponent(plain.toWellFormed())
  const hex = secret.toString('hex')
  const json = JSON.stringify(plain).slice(1, -1)
  const spellings = new Set([
    plain,
    json,
    encoded,
    encoded.replaceAll('%20', '+'),
    hex,
    hex.toUpperCase(),
  ])
  for (const text of base64Of(secret)) {
    if (text.length < LEAST_BASE64) continue
    spellings.add(text)
    spellings.add(text.replaceAll('+', '-').replaceAll('/', '_'))
    spellings.add(encodeURIComponent(text))
  }
  return spellings
}

/**
 * What of a base64 text only the secret decides, for each of the three places that it can begin at
 * within a group of three bytes.
 */
function base64Of(secret: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), secret])
      .toString('base64')
      .replace(/=+$/, '')
    const whole = (before + secret.length) % 3 === 0 ? text.length : text.length - 1
    return text.slice(before === 0 ? 0 : before + 1, whole)
  })
}
