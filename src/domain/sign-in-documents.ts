import { z } from 'zod'
import { name, names } from './fields.ts'

/** How people sign in: what an Agent's and a Plane's document say of it (RFC 6749 §4.1, RFC 7591). */

const loopbacks = new Set(['127.0.0.1', '[::1]', 'localhost'])
/** What a browser would run or open by itself. */
const forbiddenSchemes = new Set([
  'javascript:',
  'data:',
  'file:',
  'blob:',
  'about:',
  'vbscript:',
  'ftp:',
  'ws:',
  'wss:',
])

/** Whether a code that is sent there reaches a program on the person's own machine, whichever it is. */
export const isOnOwnMachine = (redirect: string): boolean => {
  const parsed = URL.parse(redirect)
  return parsed?.protocol !== 'https:'
}

/**
 * An address that a code may be sent to: https, http on the own machine, or a program's own scheme
 * (RFC 8252 §7). As the URL standard writes it, so that comparing text is comparing addresses.
 */
export const isRedirect = (written: string): boolean => {
  const parsed = URL.parse(written)
  if (!parsed || written.length > 512 || !/^[\x21-\x7e]+$/.test(written)) return false
  if (parsed.hash !== '' || written.includes('#') || written.includes('*')) return false
  if (parsed.username !== '' || parsed.password !== '') return false
  if (parsed.protocol === 'https:')
    return parsed.href === written && !loopbacks.has(parsed.hostname)
  if (parsed.protocol === 'http:') return parsed.href === written && loopbacks.has(parsed.hostname)
  return !forbiddenSchemes.has(parsed.protocol) && /^[a-z][a-z0-9+.-]*:\/[^\\]*$/.test(written)
}

const redirect = z
  .string()
  .refine(
    isRedirect,
    'must be an https address, one of http://127.0.0.1, or one of a program’s own scheme, as browsers write it',
  )

const unique = (all: readonly string[]): boolean => new Set(all).size === all.length

export const agentSignIn = z
  .strictObject({
    redirects: z
      .array(redirect)
      .min(1)
      .max(20)
      .refine(unique, 'names an address twice')
      .optional()
      .describe(
        'Where its program waits for the answer to a sign-in; the port of an http://127.0.0.1 address is free.',
      ),
    teams: names('a team')
      .optional()
      .describe('Whose people may sign in for it. Default: everybody who has an account.'),
  })
  .refine((value) => Object.keys(value).length > 0, 'must say something of sign-ins')
  .describe('People sign in through it, and it acts for them.')

const host = z
  .string()
  .max(255)
  .regex(
    /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::[1-9][0-9]{0,4})?$/,
    'must be the name of a host, such as claude.ai',
  )

export const planeSignIn = z
  .strictObject({
    clients: z
      .strictObject({
        agent: name.describe('The Agent that all of them are: they have its grants.'),
        consumer: name.optional().describe('For whom; needed where the Agent acts for several.'),
        metadata: z
          .array(host)
          .min(1)
          .max(100)
          .refine(unique, 'names a host twice')
          .optional()
          .describe('Hosts whose programs describe themselves by a client ID metadata document.'),
        register: z
          .literal(true)
          .optional()
          .describe('Whether any program may register itself (RFC 7591). Default: no.'),
      })
      .refine(
        ({ metadata, register }) => metadata !== undefined || register !== undefined,
        'must name hosts under metadata, or say register: true',
      )
      .optional()
      .describe('Programs that no document here describes.'),
  })
  .refine((value) => Object.keys(value).length > 0, 'must say something of sign-ins')
  .describe('How people sign in at the plane’s issuer.')
