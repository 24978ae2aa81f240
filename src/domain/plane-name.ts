import { hash } from 'node:crypto'
import { namePattern } from './name.ts'

/**
 * What a server's tools and prompts are called at the plane's endpoint: `server__name`, within the
 * characters and the length that model APIs take. A name that does not fit goes by a short form,
 * `server__beginning__hash`, which hangs on the name alone, so that it stays the same whatever else
 * comes and goes. A name that looks like a short form has one itself: no name is another's short form.
 */

/** What the strictest of the model APIs take. */
const longest = 64
const fitting = /^[A-Za-z0-9_-]+$/
const unfitting = /[^A-Za-z0-9_-]/g

/** 64 bits: two names of one server that share them are called by nobody, see `Shelf.shortened`. */
const hashDigits = 16
const shortForm = /__[0-9a-f]{16}$/

export const nameAtPlane = (server: string, name: string): string => {
  const plain = `${server}__${name}`
  return fits(plain) ? plain : `${server}__${shortOf(server, name)}`
}

/** Undefined for a name that needs none. */
export const shortName = (server: string, name: string): string | undefined =>
  fits(`${server}__${name}`) ? undefined : shortOf(server, name)

const fits = (plain: string): boolean =>
  plain.length <= longest && fitting.test(plain) && !shortForm.test(plain)

const shortOf = (server: string, name: string): string => {
  const room = longest - `${server}____`.length - hashDigits
  const beginning = name.slice(0, room).replace(unfitting, '_')
  return `${beginning}__${hash('sha256', name).slice(0, hashDigits)}`
}

/** A name that is written at the plane's endpoint, in its two parts: a server's name has no underscore. */
export interface Divided {
  readonly server: string
  /** The name at the server, or its short form. */
  readonly rest: string
  readonly isShort: boolean
}

/** Undefined for what no server's tool or prompt is called. */
export const divideName = (written: string): Divided | undefined => {
  const at = written.indexOf('__')
  const server = at < 0 ? '' : written.slice(0, at)
  const isOurs = written.length <= longest && fitting.test(written) && namePattern.test(server)
  if (!isOurs || at + 2 === written.length) return undefined
  return { server, rest: written.slice(at + 2), isShort: shortForm.test(written) }
}
