import type { PersonChanged } from '#domain/entry.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createFlood } from '#lib/flood.ts'
import { createIds } from '#lib/id.ts'
import type { Log } from '#lib/log.ts'
import { networkOf } from '#lib/network.ts'
import type { PasskeyRow, PersonRow, Store } from '#store/store.ts'
import { createCeremony } from './passkey-ceremony.ts'
import type { Passkeys } from './people.ts'

/** Of one person: a phone, a laptop, a key in the drawer, and what is on its way out. */
const mostPasskeys = 20

/** What browsers take as an RP ID: a name, and no address (Web Authentication §5.1.2); nothing, where nobody serves. */
const hasName = (origin: string): boolean => {
  const { hostname } = URL.parse(origin) ?? { hostname: '' }
  return hostname !== '' && !/^(?:\[.*\]|[0-9.]+)$/.test(hostname)
}

export const createPasskeys = (parts: {
  store: Pick<Store, 'people' | 'passkeys'>
  origin: string
  clock: Clock
  random: Random
  log: Log
  refused(reason: string): void
  /** Before the deed: durable when it resolves. */
  enter(row: PersonRow, done: PersonChanged['done'], by: string): Promise<void>
  /** Ends what the person is signed in to. */
  end(person: string): Promise<void>
  /** Throws where no administrator with a password would be left without that one. */
  checkOneIsLeft(without: string): Promise<void>
}): Passkeys => {
  const { origin, clock, random, log } = parts
  const { people, passkeys } = parts.store
  const ceremony = createCeremony(origin)
  const nextId = createIds({ clock, random })
  const isPossible = hasName(origin)
  // No account has a limit of its own: whose it is is known once it is proven, and it cannot be guessed.
  const byAddress = createFlood({ atOnce: 20, intervalMs: 3000 })

  const findOurs = async (name: string): Promise<PersonRow> => {
    const row = await people.find(name)
    if (!row) throw new Fault('unknown_name', { detail: `There is no person "${name}".` })
    return row
  }

  /** The passkey, once its signature and its count have held. */
  const prove = async (answer: string, challenge: string): Promise<PasskeyRow | undefined> => {
    const asserted = ceremony.asserted(answer)
    const passkey = asserted && (await passkeys.find(asserted.credential))
    // §7.2 step 6: whose it is has to be said by it, and by us, alike.
    if (!passkey || asserted.handle !== passkey.handle) return undefined
    const to = await asserted.verify(passkey, challenge)
    if (to === undefined) return undefined
    const { credential, counter: from, id, person } = passkey
    const isCounted = to > from || (to === 0 && from === 0)
    if (isCounted && (await passkeys.use(credential, { from, to, at: clock.now() }))) return passkey
    // §6.1.1: two that count the same are perhaps two authenticators with one key.
    log.warn('people.passkey_count', { person, passkey: id, known: from, said: to })
    return undefined
  }

  return {
    isPossible,
    offered: async () => isPossible && (await passkeys.some()),

    async check({ answer, challenge, address, spend }) {
      const refuse = (reason: string) => parts.refused(`passkey: ${reason}`)
      const waitMs = byAddress.attempt(networkOf(address), clock.elapsed())
      if (waitMs > 0) {
        refuse('too many attempts')
        return { refused: 'limited', waitMs }
      }
      const passkey = (await spend()) ? await prove(answer, challenge) : undefined
      const row = passkey && (await people.find(passkey.person))
      if (!passkey || !row) {
        refuse('not proven')
        return { refused: 'wrong' }
      }
      log.info('people.passkey_used', { person: row.name, passkey: passkey.id })
      return { person: row.name, passkey: passkey.id }
    },

    async beginning(name, handle) {
      const row = await findOurs(name)
      const standing = await passkeys.list(name)
      return {
        rp: { id: new URL(origin).hostname, name: 'Bailiwick' },
        user: {
          id: standing[0]?.handle ?? handle,
          ...{ name, displayName: row.title ?? name },
        },
        excludeCredentials: standing.map(({ credential: id }) => ({ type: 'public-key', id })),
      }
    },

    async add({ person: name, handle: first, label, answer, challenge, by }) {
      const row = await findOurs(name)
      const standing = await passkeys.list(name)
      if (standing.length >= mostPasskeys) return 'too many'
      const isOurs = row.issuer === undefined
      const made = isOurs ? await ceremony.registered(answer, challenge) : undefined
      if (!made) return 'refused'
      await parts.enter(row, 'passkey added', by)
      const id = `pky_${nextId()}`
      const handle = standing[0]?.handle ?? first
      const about = { id, person: name, handle, label, at: clock.now(), usedAt: undefined }
      if (!(await passkeys.add({ ...made, ...about }))) return 'refused'
      log.info('people.passkey_added', { person: name, passkey: id, by })
      return 'added'
    },

    async standing(person) {
      const { hash } = await findOurs(person)
      const all = await passkeys.list(person)
      return {
        passkeys: all.map(({ id, label, at: madeAt, usedAt }) => ({ id, label, madeAt, usedAt })),
        hasPassword: hash !== undefined,
      }
    },

    async remove(name, id, by) {
      const row = await findOurs(name)
      const standing = await passkeys.list(name)
      if (!standing.some((one) => one.id === id)) throw unknownPasskey(name, id)
      if (row.hash === undefined && standing.length === 1) throw lastWay(name)
      await parts.enter(row, 'passkey removed', by)
      const removed = await passkeys.remove(name, id)
      if (removed === 'last') throw lastWay(name)
      if (removed === 'unknown') throw unknownPasskey(name, id)
      await parts.end(name)
      log.info('people.passkey_removed', { person: name, passkey: id, by })
    },

    async removePassword(name, by) {
      const row = await findOurs(name)
      if (row.hash === undefined || (await passkeys.list(name)).length === 0) throw lastWay(name)
      if (row.administrator) await parts.checkOneIsLeft(name)
      await parts.enter(row, 'password removed', by)
      if (!(await people.removePassword(name))) throw lastWay(name)
      await parts.end(name)
      log.info('people.password_removed', { person: name, by })
    },
  }
}

const unknownPasskey = (person: string, id: string): Fault =>
  new Fault('unknown_name', { detail: `"${person}" has no passkey "${id}".` })

const lastWay = (person: string): Fault =>
  new Fault('usage', {
    detail: `It is the last thing that "${person}" can sign in with.`,
    fix: 'give another passkey or a password first, or remove the person',
  })
