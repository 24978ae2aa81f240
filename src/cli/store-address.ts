import { Fault } from '#lib/fault.ts'
import type { Options } from './command.ts'
import type { Io } from './io.ts'

/**
 * The store that was named, `--store` before DATABASE_URL; undefined where the data folder is the
 * store. A password has no place on a command line, which every user of the machine can read.
 */
export const storeAddress = (options: Options, { env }: Io): string | undefined => {
  return addressWithoutPassword(options, 'store') ?? (env.DATABASE_URL || undefined)
}

export const addressWithoutPassword = (
  options: Options,
  name: 'store' | 'to',
): string | undefined => {
  const written = options.text(name)
  if (written !== undefined && URL.parse(written)?.password)
    throw new Fault('usage', {
      detail: `--${name} holds a password, which everybody on this machine can read there.`,
      fix: 'Put the whole address into DATABASE_URL, or the password into PGPASSWORD or a file that PGPASSFILE names.',
    })
  return written
}
