import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { PlaneId } from '#domain/name.ts'
import type { Random } from '#lib/clock.ts'

/**
 * An API key as it is shown once: `bwk_`, 160 random bits, and the CRC-32 of all that in hexadecimal.
 * By its form scanners find it wherever it was left, and by its sum they know it from what looks alike.
 */
const prefix = 'bwk_'
const form = /^bwk_[0-9a-f]{48}$/
const randomByteCount = 20
const sumDigits = 8

export const makeApiKey = (random: Random): string => {
  const text = `${prefix}${random(randomByteCount).toString('hex')}`
  return text + sumOf(text)
}

/** Whoever sends this means an API key, whole or not. */
export const meansApiKey = (text: string): boolean => text.startsWith(prefix)

/** A key of which anything was changed, or that was cut off, is none. */
export const isApiKey = (text: string): boolean =>
  form.test(text) && sumOf(text.slice(0, -sumDigits)) === text.slice(-sumDigits)

/** Under which it is kept. The plane is part of it: a row that is moved to another plane opens nothing. */
export const digestOf = (plane: PlaneId, text: string): string =>
  hash('sha256', `bailiwick/api-key/v1\0${plane}\0${text}`, 'hex')

const sumOf = (text: string): string => crc32(text).toString(16).padStart(sumDigits, '0')
