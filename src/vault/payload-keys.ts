import { createSecretKey, type KeyObject } from 'node:crypto'
import type { Change } from '#change/change.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Subject } from '#domain/subject.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { PayloadKey, PayloadKeyRows, Store } from '#store/store.ts'
import { createArgumentHash, soughtOf } from './argument-hash.ts'
import { KEY_BYTES } from './gcm.ts'
import { createPeriods, endOf, monthsBack } from './period.ts'
import { createNonces, createSealer } from './sealer.ts'
import type { Erasure, PayloadKeyInUse, PayloadKeys, Sealer } from './vault.ts'

interface PayloadKeysParts {
  readonly plane: PlaneId
  readonly store: Store
  readonly change: Pick<Change, 'execute'>
  /** Wraps the keys. */
  readonly sealer: Sealer
  readonly pseudonym: (subject: Subject) => string
  readonly findKey: KeyObject
  readonly clock: Clock
  readonly random: Random
}

/** What is sealed begins with the id of its key. */
const ID_BYTES = 16
/** So many keys are held in memory; beyond them the one that was brought first is fetched again. */
const KEPT_KEYS = 4096

/** Keys that are gone through at a time: a few milliseconds between two looks at what else is to be done. */
const KEYS_AT_ONCE = 100

/** Whoever goes on where a search was cut begins a day into the last month of it: the next one comes with it. */
const leastMonths = 2

/** A sealer whose messages begin with the id of their key. */
type Sealing = PayloadKeyInUse & Pick<Sealer, 'open'>

/** docs/decisions/payload-keys.md says why so. */
export function createPayloadKeys(parts: PayloadKeysParts): PayloadKeys {
  const { plane, store, change, pseudonym, findKey } = parts
  const rows = store.plane(plane).payloadKeys
  const openKey = createOpen(parts)
  const unwrap = createUnwrap(parts, openKey)
  const periodOf = createPeriods()
  const current = new Map<string, Sealing>()
  const loading = new Map<string, Promise<Sealing>>()
  const byId = new Map<string, Sealing>()
  let generation = 0

  /** The key that stands; of several processes that make one at once, one does. */
  const stands = async (subject: string, period: string): Promise<PayloadKey> => {
    for (;;) {
      const row =
        (await rows.findFor(subject, period)) ?? (await rows.putFirst(made(subject, period, parts)))
      // Destroyed between the two questions: then another is made.
      if (row) return row
    }
  }

  const load = async (name: string, subject: Subject, period: string): Promise<Sealing> => {
    for (;;) {
      const seen = generation
      const sealing = unwrap(await stands(pseudonym(subject), period))
      // A key that was destroyed while it was fetched must not come back into memory.
      if (seen !== generation) continue
      keep(current, name, sealing)
      return sealing
    }
  }

  const forget = (): void => {
    generation++
    current.clear()
    byId.clear()
  }

  const find = async (id: string): Promise<Sealing | undefined> => {
    const known = byId.get(id)
    if (known) return known
    const seen = generation
    const row = await rows.find(id)
    if (!row) return undefined
    const sealing = unwrap(row)
    if (seen === generation) keep(byId, id, sealing)
    return sealing
  }

  return {
    pseudonym,
    sealing(subject, at) {
      const period = periodOf(at)
      const name = `${period} ${subject}`
      const known = current.get(name)
      if (known) return known
      const begun = loading.get(name)
      if (begun) return begun
      const begins = load(name, subject, period).finally(() => loading.delete(name))
      loading.set(name, begins)
      return begins
    },
    async open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      const sealing = await find(bytes.subarray(0, ID_BYTES).toString('hex'))
      return sealing ? sealing.open(bytes, context) : 'erased'
    },
    async hashes({ argument, texts, since, until, subjects }) {
      const about = { from: periodOf(since), to: periodOf(until) }
      const found: string[] = []
      for await (const keys of keysOf(rows, about, subjects?.map(pseudonym)))
        for (const row of keys) {
          const { ofSought, earlier } = createArgumentHash(openKey(row), plane)
          for (const text of texts)
            found.push(ofSought(soughtOf(findKey, argument, text)), earlier(argument, text))
        }
      return found
    },
    async sought({ sought, since, until, most }) {
      const hashes: string[] = []
      let months = 0
      for (const period of monthsBack(until, since)) {
        const ofMonth: string[] = []
        for await (const keys of keysOf(rows, { from: period, to: period }, undefined)) {
          for (const row of keys)
            ofMonth.push(createArgumentHash(openKey(row), plane).ofSought(sought))
          // A month is tried whole or not at all: only then is it known what was looked through.
          const isTooMuch = ofMonth.length > 0 && hashes.length + ofMonth.length > most
          if (months >= leastMonths && isTooMuch) return { hashes, since: endOf(period) }
        }
        if (ofMonth.length > 0) months++
        for (const hash of ofMonth) hashes.push(hash)
      }
      return { hashes, since: undefined }
    },
    findKey: () => findKey.export(),
    async periods(subject) {
      return (await rows.list(pseudonym(subject))).map(({ period }) => period)
    },
    async erase(subject, before, about, refuse = () => {}): Promise<Erasure> {
      const name = pseudonym(subject)
      const plan = async () => {
        refuse()
        const all = await rows.list(name)
        const keys = all.filter(({ period }) => before === undefined || period < before)
        if (keys.length === 0) throw nothing(plane, before)
        return {
          summary: `erased what is recorded of ${name}: ${keys.length} keys`,
          diff: '',
          rows: keys.map((key) => ({
            topic: 'payload key' as const,
            plane,
            kind: key.period,
            name,
          })),
        }
      }
      const command = `erase ${plane}/${name} before ${before ?? 'now'}`
      const revision = await change.execute({ name: command, plan }, about)
      forget()
      const erased = (await store.revisions.erasedIn(revision)).filter(
        (one) => one.plane === plane && one.subject === name,
      )
      return { revision, subject: name, periods: erased.map(({ period }) => period) }
    },
    forget,
  }
}

const made = (
  subject: string,
  period: string,
  { random, sealer, clock }: PayloadKeysParts,
): PayloadKey => {
  const id = random(ID_BYTES).toString('hex')
  const key = random(KEY_BYTES)
  const wrapped = sealer.seal(key, placeOf({ id, subject, period }))
  key.fill(0)
  return { id, subject, period, wrapped, at: clock.now() }
}

/** None of the three holds a line break, so the lines cannot run into each other. */
const placeOf = ({ id, subject, period }: Pick<PayloadKey, 'id' | 'subject' | 'period'>) =>
  `payload key\n${id}\n${subject}\n${period}`

/** Of some subjects, or of all, those of months from the one to the other. */
async function* keysOf(
  rows: PayloadKeyRows,
  { from, to }: { readonly from: string; readonly to: string },
  subjects: readonly string[] | undefined,
): AsyncGenerator<PayloadKey[]> {
  for (const subject of subjects ?? [])
    yield (await rows.list(subject)).filter(({ period }) => period >= from && period <= to)
  if (subjects !== undefined) return
  for (let after = ''; ; ) {
    const some = await rows.listBetween({ from, to, after, most: KEYS_AT_ONCE })
    yield some
    const last = some.at(-1)
    if (last === undefined || some.length < KEYS_AT_ONCE) return
    after = last.id
  }
}

const createOpen =
  ({ plane, sealer }: PayloadKeysParts) =>
  (row: PayloadKey): KeyObject => {
    const bytes = sealer.open(row.wrapped, placeOf(row))
    if (!bytes) throw altered(plane, row)
    const key = createSecretKey(bytes)
    bytes.fill(0)
    return key
  }

const createUnwrap = (
  { plane, random, findKey }: PayloadKeysParts,
  openKey: (row: PayloadKey) => KeyObject,
) => {
  const nonces = createNonces(random)
  return (row: PayloadKey): Sealing => {
    const key = openKey(row)
    const id = Buffer.from(row.id, 'hex')
    const { ofSought } = createArgumentHash(key, plane)
    const own = createSealer({ key, plane, purpose: 'payload', random, nonces })
    return {
      seal: (plain, context) => Buffer.concat([id, own.seal(plain, context)]),
      open: (sealed, context) => own.open(sealed.subarray(ID_BYTES), context),
      hash: (argument, text) => ofSought(soughtOf(findKey, argument, text)),
    }
  }
}

const keep = (keys: Map<string, Sealing>, name: string, sealing: Sealing): void => {
  const oldest = keys.size >= KEPT_KEYS ? keys.keys().next().value : undefined
  if (oldest !== undefined) keys.delete(oldest)
  keys.set(name, sealing)
}

const altered = (plane: PlaneId, { id, period }: PayloadKey): Fault =>
  new Fault('bad_key', {
    detail: `${plane}: the key ${id} of ${period} does not open: its row was altered or belongs elsewhere`,
  })

const nothing = (plane: PlaneId, before: string | undefined): Fault =>
  new Fault('unknown_name', {
    detail: `Nothing is recorded in plane ${plane} of whom you name${before === undefined ? '' : `, before ${before}`}.`,
    fix: 'a user is written as tokens name them, letter by letter; an agent as AGENT@CONSUMER',
  })
