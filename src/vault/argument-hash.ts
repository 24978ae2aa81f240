import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { hashedText } from '#domain/indexed.ts'
import { bind } from './bind.ts'
import { KEY_BYTES } from './gcm.ts'

/** What stands in an entry in place of what was given for an argument. */
export type ArgumentHash = (argument: string, text: string) => string

/**
 * Of a key of what is recorded, by a key derived from it (HKDF-SHA-256, RFC 5869) for this alone: it
 * goes when that one goes. Derived by the first use, since most keys never hash anything.
 */
export const createArgumentHash = (key: KeyObject, plane: string): ArgumentHash => {
  let derived: KeyObject | undefined
  return (argument, text) => {
    derived ??= derive(key, plane)
    const mac = createHmac('sha256', derived).update(bind(argument, text))
    return hashedText(mac.digest('hex'))
  }
}

const derive = (key: KeyObject, plane: string): KeyObject => {
  const about = bind('bailiwick', plane, 'indexed argument')
  return createSecretKey(Buffer.from(hkdfSync('sha256', key, '', about, KEY_BYTES)))
}
