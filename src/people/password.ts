import { Fault } from '#lib/fault.ts'

const leastCharacters = 12
const mostBytes = 1024

/** One spelling of what was typed, on whatever keyboard (NIST SP 800-63B-4 §3.1.1.2). */
export const normal = (password: string): string => password.normalize('NFKC')

/** Long enough, and not what is tried first. Throws Fault('usage'), without the password. */
export const checkPassword = (password: string, name: string): void => {
  const written = normal(password)
  const wrong = (detail: string): Fault => new Fault('usage', { detail })
  if ([...written].length < leastCharacters)
    throw wrong(`The password has fewer than ${leastCharacters} characters.`)
  if (Buffer.byteLength(written) > mostBytes)
    throw wrong(`The password is longer than ${mostBytes} bytes.`)
  const lower = written.toLowerCase()
  if (new Set(lower).size < 5) throw wrong('The password repeats a few characters.')
  const own = (name.split('@')[0] ?? name).toLowerCase()
  if (own.length > 3 && lower.replaceAll(own, '').length < leastCharacters / 2)
    throw wrong('The password is the name of its person, or nearly.')
  if (examples.some((one) => lower.includes(one)))
    throw wrong('The password is one of those that are tried first.')
}

export const isTooLong = (password: string): boolean => Buffer.byteLength(password) > mostBytes

const examples = ['password', '123456789', 'qwertyuiop', 'bailiwick', 'changeme', 'letmein']
