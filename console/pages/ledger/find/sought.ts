/** Indexed texts are no longer than this: what is longer is recorded as something, and nobody is found by it. */
export const longestText = 128

/** The key of a plane, so that not even this page can read it again. */
export const readKey = (hex: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytesOf(hex), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])

/**
 * What somebody is found by, made here so that the text stays here: HMAC-SHA-256 by the key, of the
 * argument's name, a zero byte, and the text letter by letter.
 */
export const soughtOf = async (key: CryptoKey, argument: string, text: string): Promise<string> => {
  const mac = await crypto.subtle.sign(
    'HMAC',
    key,
    new TextEncoder().encode(`${argument}\0${text}`),
  )
  return [...new Uint8Array(mac)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
