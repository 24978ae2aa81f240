import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { earlierHash, hashedText } from '#domain/indexed.ts'
import { bind } from './bind.ts'
import { KEY_BYTES } from './gcm.ts'

/**
 * What of a text a person is found by, 64 of 0-9 and a-f: HMAC-SHA-256 by the find key of a plane, of the
 * argument's name, a zero byte, and the text. A page makes the same (`console/pages/ledger/find/sought.ts`),
 * so that no server is told the text. No text that is indexed holds a zero byte.
 */
export const soughtOf = (findKey: KeyObject, argument: string, text: string): string =>
  createHmac('sha256', findKey).update(`${argument}\0${text}`).digest('hex')

/** What stands in an entry in place of what was given for an argument. */
export interface ArgumentHash {
  /** By what a person is found by. */
  ofSought(sought: string): string
  /** As versions before this one wrote it: of the text itself, so that it takes the text to find it. */
  earlier(argument: string, text: string): string
}

/**
 * Of a key of what is recorded, by a key derived from it (HKDF-SHA-256, RFC 5869) for this alone: it
 * goes when that one goes. Derived by the first use, since most keys never hash anything.
 */
export const createArgumentHash = (key: KeyObject, plane: string): ArgumentHash => {
  let derived: KeyObject | undefined
  const mac = (...texts: readonly string[]): string => {
    derived ??= derive(key, plane)
    return createHmac('sha256', derived)
      .update(bind(...texts))
      .digest('hex')
  }
  return {
    // One text where the other is of two: neither can be taken for the other.
    ofSought: (sought) => hashedText(mac(sought)),
    earlier: (argument, text) => earlierHash(mac(argument, text)),
  }
}

const derive = (key: KeyObject, plane: string): KeyObject => {
  const about = bind('bailiwick', plane, 'indexed argument')
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', about, KEY_BYTES)))
}
