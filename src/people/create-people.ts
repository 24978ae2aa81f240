import { createHash } from 'node:crypto'
import type { PersonChanged } from '#domain/entry.ts'
import type { Person } from '#domain/roles.ts'
import { hashSecret, matchesSecret, passwordCost, unmatched } from '#lib/argon2.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import { createIds } from '#lib/id.ts'
import type { Log } from '#lib/log.ts'
import { createRoom } from '#lib/room.ts'
import type { PersonRow, PersonTokenRow, Store } from '#store/store.ts'
import type { Planes } from './affiliation.ts'
import type { Entering, PersonEntry } from './entering.ts'
import { createLimits } from './limits.ts'
import { createPasskeys } from './passkeys.ts'
import { checkPassword, isTooLong, normal } from './password.ts'
import type { Account, People, Session, SignedIn, TokenInfo } from './people.ts'
import { createSetup } from './setup.ts'
import { checkIsOurs, createVouched } from './vouched.ts'

const tokenForm = /^bwm_[A-Za-z0-9_-]{43}$/
const tokenLifetimeMs = 12 * 60 * 60_000
/** Of one person; the oldest goes. */
const mostTokens = 50
/** A hash holds 19 MiB and a thread of libuv's four. */
const hashesAtOnce = 2
const hashesWaiting = 32

export const createPeople = (parts: {
  store: Store
  /** Passkeys are for this origin; empty where nobody serves. */
  origin: string
  /** Where the setup code is left for whoever may read the data folder; undefined: nowhere. */
  folder: string | undefined
  clock: Clock
  random: Random
  log: Log
  entering: Entering
  /** What the planes' documents say of organisations and teams. */
  planes: () => Planes
  /** Ends what else a person is signed in to: their password is another now. */
  ended?: (person: string) => Promise<void>
}): People => {
  const { clock, random, log, entering } = parts
  const { people } = parts.store
  const vouched = createVouched({ ...parts, people })
  const limits = createLimits()
  const room = createRoom(hashesAtOnce, hashesWaiting)
  const nextId = createIds({ clock, random })
  // What is compared for a name that nobody has: the same work for either.
  const nobody = unmatched(random, passwordCost)

  const hash = (password: string): Promise<string | undefined> =>
    room(() => hashSecret(normal(password), random(16), passwordCost))

  const sessionFor = async (
    row: PersonRow,
    label: string,
    about: SessionAbout = { acr: 'password' },
  ): Promise<Session> => {
    const { person = row, longestMs = tokenLifetimeMs, acr } = about
    const at = clock.now()
    const token = `bwm_${random(32).toString('base64url')}`
    const made = {
      id: about.id ?? `tok_${nextId()}`,
      person: row.name,
      label,
      at,
      endsAt: at + Math.min(tokenLifetimeMs, longestMs),
    }
    await entering.enter(person, {
      type: 'person.signed-in',
      person: row.name,
      token: made.id,
      label,
      ...(row.issuer !== undefined && { issuer: row.issuer }),
      ...(acr !== undefined && { acr }),
      endsAt: made.endsAt,
    })
    await people.removeTokens({ endedBefore: at })
    await people.addToken({ ...made, hash: hashOf(token) })
    const all = await people.listTokens(row.name)
    for (const { id } of all.slice(0, Math.max(0, all.length - mostTokens)))
      await people.removeToken(row.name, id)
    return { token, id: made.id, person: accountOf(row), endsAt: made.endsAt }
  }

  type Compared = PersonRow | Exclude<SignedIn, { session: Session }>
  const compare = async (name: string, password: string, address: string): Promise<Compared> => {
    const compared = await compareAll(name, password, address)
    if ('refused' in compared) entering.refused(reasons[compared.refused])
    return compared
  }

  /** The row where the password is right, after the same work for every answer. */
  const compareAll = async (name: string, password: string, address: string): Promise<Compared> => {
    const waitMs = limits.attempt(name, address, clock.elapsed())
    if (waitMs > 0) return { refused: 'limited', waitMs }
    if (isTooLong(password)) return { refused: 'wrong' }
    const row = await people.find(name)
    const matches = await room(() => matchesSecret(normal(password), row?.hash ?? nobody))
    if (matches === undefined) return { refused: 'limited', waitMs: 1000 }
    if (!matches || !row) return { refused: 'wrong' }
    limits.succeeded(name, address)
    return row
  }

  const checkOneIsLeft = async (without: string): Promise<void> => {
    const all = await people.list()
    if (all.some((one) => one.name !== without && one.administrator && one.hash)) return
    throw new Fault('usage', {
      detail: `No administrator with a password would be left without "${without}".`,
      fix: 'make another administrator first',
    })
  }

  return {
    async authenticate(token) {
      if (!tokenForm.test(token)) return undefined
      const found = await people.findToken(hashOf(token))
      if (!found || clock.now() >= found.endsAt) return undefined
      const row = await people.find(found.person)
      const person = row && (await vouched.atManager(row))
      return person && { person, token: infoOf(found) }
    },

    async signIn({ name, password, label, address }) {
      const row = await compare(name, password, address)
      if ('refused' in row) return row
      log.info('people.signed_in', { person: name })
      return { session: await sessionFor(row, label) }
    },

    async check({ name, password, address }) {
      const row = await compare(name, password, address)
      return 'refused' in row ? row : { person: accountOf(row) }
    },

    known: vouched.known,
    knownAtManager: vouched.knownAtManager,
    vouch: vouched.vouch,
    async begin({ person: name, label, ...about }) {
      const row = await people.find(name)
      const person = row && (await vouched.atManager(row))
      if (!row || !person) return undefined
      log.info('people.signed_in', { person: name })
      return sessionFor(row, label, {
        ...{ ...about, person },
        longestMs: await vouched.believedForMs(row),
      })
    },
    async end({ person, token }) {
      const row = await people.find(person)
      if (!row || !(await people.removeToken(person, token))) return
      log.warn('people.token_ended', { person, token })
      await entering.enterAfter(row, { type: 'person.signed-out', person, token, by: 'issuer' })
    },
    async signOut({ person, issuer }) {
      const row = await people.find(person)
      if (row?.issuer !== issuer) return
      await people.removeTokens({ person })
      await parts.ended?.(person)
      log.info('people.signed_out', { person, by: issuer })
      const about = { person, token: 'all', by: issuer }
      await entering.enterAfter(row, { type: 'person.signed-out', ...about })
    },
    async entered({ person, ...about }) {
      const row = await people.find(person)
      if (!row) throw nobodyCalled(person)
      await entering.enter(row, { type: 'person.signed-in', person, ...about })
    },

    async list() {
      const [rows, withPasskey] = await Promise.all([people.list(), parts.store.passkeys.people()])
      return rows.map((row) => ({ ...accountOf(row), hasPasskey: withPasskey.has(row.name) }))
    },
    async find(name) {
      const row = await people.find(name)
      return row && accountOf(row)
    },

    async put({ name, title, administrator, password, by }) {
      const before = await people.find(name)
      checkIsOurs(name, before, password)
      if (before?.administrator && !administrator) await checkOneIsLeft(name)
      if (password !== undefined) checkPassword(password, name)
      const fresh = password === undefined ? undefined : await hash(password)
      if (password !== undefined && fresh === undefined) throw new Fault('flood')
      const row: PersonRow = {
        name,
        title,
        administrator,
        hash: fresh ?? before?.hash,
        at: before?.at ?? clock.now(),
        by: before?.by ?? by,
        issuer: before?.issuer,
      }
      const isNew = !before
      const done = isNew ? 'made' : password === undefined ? 'changed' : 'password changed'
      await entering.enter(row, changeOf(row, done, by))
      if (!(await (isNew ? people.add(row) : people.put(row))))
        throw new Fault('conflict', { detail: `Somebody else changed "${name}" at this moment.` })
      if (fresh !== undefined) {
        await people.removeTokens({ person: name })
        await parts.ended?.(name)
      }
      log.info(isNew ? 'people.made' : 'people.changed', { person: name, by, administrator })
      return { account: accountOf(row), isNew }
    },

    async remove(name, by) {
      const row = await people.find(name)
      if (row?.administrator) await checkOneIsLeft(name)
      if (!(await people.remove(name))) throw nobodyCalled(name)
      await parts.ended?.(name)
      log.info('people.removed', { person: name, by })
      if (row) await entering.enterAfter(row, changeOf(row, 'removed', by))
    },

    async changePassword({ name, old, fresh, address, keep }) {
      const row = await compare(name, old, address)
      if ('refused' in row) return row
      checkPassword(fresh, name)
      const made = await hash(fresh)
      if (made === undefined) return { refused: 'limited', waitMs: 1000 }
      await entering.enter(row, changeOf(row, 'password changed', `person:${name}`))
      await people.put({ ...row, hash: made })
      for (const { id } of await people.listTokens(name))
        if (id !== keep) await people.removeToken(name, id)
      await parts.ended?.(name)
      log.info('people.password_changed', { person: name })
      return 'changed'
    },

    tokens: async (person) => {
      const now = clock.now()
      return (await people.listTokens(person)).filter(({ endsAt }) => now < endsAt).map(infoOf)
    },
    async revoke(person, id, by) {
      const row = await people.find(person)
      if (!row || !(await people.removeToken(person, id)))
        throw new Fault('unknown_name', { detail: `There is no token "${id}".` })
      await entering.enterAfter(row, { type: 'person.signed-out', person, token: id, by })
    },

    passkeys: createPasskeys({
      ...{ ...parts, checkOneIsLeft },
      refused: entering.refused,
      enter: (row, done, by) => entering.enter(row, changeOf(row, done, by)),
      async end(person) {
        await people.removeTokens({ person })
        await parts.ended?.(person)
      },
    }),
    setup: createSetup({
      ...parts,
      people,
      hash,
      sessionFor,
      entering: {
        made: (row) => entering.enter(row, changeOf(row, 'made', row.by)),
        refused: entering.refused,
      },
    }),
  }
}

interface SessionAbout {
  readonly person?: Person
  readonly longestMs?: number
  readonly acr?: string | undefined
  readonly id?: string
}

const reasons = { wrong: 'wrong name or password', limited: 'too many attempts' } as const

const changeOf = (
  { name, administrator }: PersonRow,
  done: PersonChanged['done'],
  by: string,
): PersonEntry => ({
  type: 'person.changed',
  person: name,
  done,
  role: administrator ? 'administrator' : '',
  by,
})

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

const nobodyCalled = (name: string): Fault =>
  new Fault('unknown_name', { detail: `There is no person "${name}".` })

const accountOf = ({ name, title, administrator, hash, at, by, issuer }: PersonRow): Account => ({
  name,
  title,
  administrator,
  hasPassword: hash !== undefined,
  madeAt: at,
  madeBy: by,
  issuer,
})

const infoOf = ({ id, label, at, endsAt }: PersonTokenRow): TokenInfo => ({
  id,
  label,
  madeAt: at,
  endsAt,
})
