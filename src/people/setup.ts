import { createHash } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Random } from '#lib/clock.ts'
import { createFlood } from '#lib/flood.ts'
import type { Log } from '#lib/log.ts'
import { networkOf } from '#lib/network.ts'
import type { PersonRow, PersonRows } from '#store/store.ts'
import { checkPassword } from './password.ts'
import type { Session, Setup } from './people.ts'

export const setupCodeFile = 'setup-code'
const lifetimeMs = 30 * 60_000
/** Crockford's base 32, without what is taken for another character. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export const createSetup = (parts: {
  people: PersonRows
  /** Undefined: the code is kept in no file. */
  folder: string | undefined
  clock: Clock
  random: Random
  log: Log
  hash: (password: string) => Promise<string | undefined>
  sessionFor: (row: PersonRow, label: string) => Promise<Session>
  entering: { made(row: PersonRow): Promise<void>; refused(reason: string): void }
}): Setup => {
  const { people, folder, clock, random, log } = parts
  const byAddress = createFlood({ atOnce: 10, intervalMs: 6000 })
  const together = createFlood({ atOnce: 60, intervalMs: 1000 })
  const file = folder === undefined ? undefined : join(folder, setupCodeFile)

  const limit = (address: string): number => {
    const now = clock.elapsed()
    return byAddress.attempt(networkOf(address), now) || together.attempt('setup', now)
  }

  const needed = async (): Promise<boolean> =>
    !(await people.list()).some(({ administrator, hash }) => administrator && hash)
  /** A code that waits for nobody any more is none. */
  const findCode = async () => {
    const standing = await people.findSetupCode()
    return standing && (clock.now() < standing.endsAt || (await needed())) ? standing : undefined
  }

  const begin: Setup['begin'] = async () => {
    const letters = [...random(8)].map((byte) => alphabet[byte % 32])
    const code = `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`
    const endsAt = clock.now() + lifetimeMs
    await people.putSetupCode({ hash: hashOf(code), endsAt })
    if (file !== undefined) await writePrivately(file, `${code}\n`)
    return { code, endsAt }
  }

  return {
    needed,
    open: async () => (await findCode()) !== undefined,
    first: async () => ((await needed()) ? begin() : undefined),
    begin,
    async finish({ code, name, password, label, address }) {
      const standing = await findCode()
      if (!standing) return { refused: 'over' }
      const waitMs = limit(address)
      if (waitMs > 0) return { refused: 'limited', waitMs }
      if (hashOf(code) !== standing.hash) {
        parts.entering.refused('wrong setup code')
        return { refused: 'wrong code' }
      }
      if (clock.now() >= standing.endsAt) return { refused: 'old code' }
      checkPassword(password, name)
      const hash = await parts.hash(password)
      if (hash === undefined) return { refused: 'limited', waitMs: 1000 }
      const row: PersonRow = {
        name,
        title: undefined,
        administrator: true,
        hash,
        at: clock.now(),
        by: 'setup',
        issuer: undefined,
      }
      await parts.entering.made(row)
      if (!(await people.setUp(standing, row))) return { refused: 'over' }
      if (file !== undefined) await rm(file, { force: true })
      log.info('people.set_up', { person: name })
      return { session: await parts.sessionFor(row, label) }
    },
  }
}

/** As people type it: in either case, with or without the hyphen, O for 0, I and L for 1. */
const hashOf = (code: string): string =>
  createHash('sha256')
    .update(
      code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1'),
    )
    .digest('hex')

/** Made anew, so that its mode is ours whatever stood there. */
const writePrivately = async (path: string, text: string): Promise<void> => {
  await rm(path, { force: true })
  await writeFile(path, text, { mode: 0o600, flag: 'wx' })
}
