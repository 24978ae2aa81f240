import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { managerId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import { Fault } from '#lib/fault.ts'
import type { SignInRows } from '#store/store.ts'
import type { TakeOnce } from '../once.ts'
import { digestOf } from '../sign-in/adapter.ts'
import { createChallenges } from '../sign-in/challenges.ts'
import { cookieIn } from '../sign-in/cookie.ts'
import { readForm } from '../sign-in/form.ts'
import { safely, sendPage } from '../sign-in/page.ts'
import { problemPage } from '../sign-in/pages.ts'
import {
  byPasskey,
  byPassword,
  createPasskeyAsking,
  notProven,
  scriptAddress,
} from '../sign-in/passkey.ts'
import type { PeopleView } from '../sign-in/people-view.ts'
import type { Request } from '../sign-in/visit.ts'
import { nowherePage, passkeysPage, whoPage } from './passkey-pages.ts'
import { passkeysCookie, passkeysCookieName } from './passkeys-cookie.ts'

const path = '/oauth/manager/passkeys'
/** A fresh sign-in: nothing of what this page can do rests on an older one. */
const freshMs = 10 * 60_000
const kind = 'Fresh'

interface Fresh {
  readonly person: string
  readonly acr: string
  /** Stands for the person at authenticators, where they have no passkey yet. */
  readonly handle: string
  readonly endsAt: number
}

/** One request to the page: of which browser, and who has signed in there. */
interface Visit extends Request {
  /** What only that browser has. */
  readonly browser: string
  readonly fresh: Fresh | undefined
}

/**
 * Where somebody with an account sees, adds and removes their passkeys. It has a sign-in of its own, for
 * ten minutes, in a cookie that no other page takes. Whoever has a passkey changes something with a
 * passkey alone: a password that was stolen cannot make itself a stronger sign-in.
 */
export const createPasskeysPage = (parts: {
  origin: string
  people: PeopleView
  rows: SignInRows
  takeOnce: TakeOnce
  key: Uint8Array
  clock: Clock
  random: Random
}) => {
  const { origin, people, rows, clock, random } = parts
  const { passkeys } = people
  const asking = createPasskeyAsking({
    ...{ origin, passkeys },
    challenges: createChallenges({ ...parts, plane: managerId }),
  })
  const script = scriptAddress(origin, managerId)
  const cookie = passkeysCookieName(origin)
  const setCookie = (value: string): string => passkeysCookie(origin, value)
  const formOf = (browser: string) => ({
    action: path,
    proof: createHmac('sha256', parts.key).update(`passkeys ${browser}`).digest('base64url'),
  })
  const secret = (): string => random(32).toString('base64url')

  const findFresh = async (browser: string): Promise<Fresh | undefined> => {
    const row = await rows.find(kind, digestOf(browser))
    if (!row || row.endsAt <= clock.now() || row.person === undefined) return undefined
    // Whoever was removed meanwhile has nothing more to change.
    if (!(await people.knownAtManager(row.person))) return undefined
    return { ...JSON.parse(row.payload), person: row.person, endsAt: row.endsAt }
  }

  const who = async (
    { browser, response }: Visit,
    about: { name?: string; problem?: string } = {},
  ): Promise<void> => {
    const { name = '', problem } = about
    const passkey = await asking.offer(digestOf(browser))
    sendPage(response, whoPage({ form: formOf(browser), passkey, script, name, problem }))
  }

  const show = async (visit: Visit, { person, ...fresh }: Fresh, problem?: string) => {
    const { browser, response } = visit
    const ways = await passkeys.standing(person)
    const toMake = mayChange({ person, ...fresh }, ways)
      ? await asking.offerToMake(person, fresh.handle, digestOf(browser))
      : undefined
    sendPage(
      response,
      passkeysPage({ form: formOf(browser), person, ways, toMake, script, problem }),
    )
  }

  const mayChange = ({ acr }: Fresh, ways: { readonly passkeys: readonly unknown[] }): boolean =>
    acr === byPasskey.acr || ways.passkeys.length === 0

  /** Another cookie than before: whoever has set the first one has nothing of what comes. */
  const begin = async ({ browser, response }: Visit, person: string, acr: string) => {
    const [fresh, handle, endsAt] = [secret(), secret(), clock.now() + freshMs]
    const token = `sgn_${digestOf(fresh).slice(0, 32)}`
    await people.entered({ person, token, label: 'to change their passkeys', acr, endsAt })
    await rows.remove(kind, digestOf(browser))
    await keep(fresh, { person, acr, handle, endsAt })
    sendBack(response, setCookie(fresh))
  }
  const keep = (browser: string, { person, endsAt, ...payload }: Fresh) =>
    rows.put({
      ...{ kind, digest: digestOf(browser), family: undefined, uid: undefined, person, endsAt },
      payload: JSON.stringify(payload),
    })

  const signIn: Step = async (visit, fields) => {
    const name = (fields.get('name') ?? '').trim().slice(0, 200)
    const password = fields.get('password') ?? ''
    const checked = await people.check({ name, password, address: visit.address })
    return 'refused' in checked
      ? who(visit, { name, problem: whyNot(checked, 'Name or password is wrong.') })
      : begin(visit, checked.person.name, byPassword.acr)
  }
  const signInByPasskey: Step = async (visit, fields) => {
    const checked = await asking.check(fields, digestOf(visit.browser), visit.address)
    return 'refused' in checked
      ? who(visit, { problem: whyNot(checked, notProven) })
      : begin(visit, checked.person, byPasskey.acr)
  }
  const leave: Step = async ({ browser, response }) => {
    await rows.remove(kind, digestOf(browser))
    sendBack(response, setCookie(secret()))
  }

  /** What a fresh sign-in may do; what goes ends all else that its person is signed in to. */
  const change =
    (work: (fields: Fields, fresh: Fresh, visit: Visit) => Promise<string | undefined>): Step =>
    async (visit, fields) => {
      const { fresh, browser, response } = visit
      if (!fresh) return who(visit, { problem: 'This took too long. Sign in again.' })
      const ways = await passkeys.standing(fresh.person)
      const problem = mayChange(fresh, ways) ? await work(fields, fresh, visit) : weaker
      if (problem !== undefined) return show(visit, fresh, problem)
      await keep(browser, fresh)
      sendBack(response)
    }
  const add = change(async (fields, { person, handle }, { browser }) => {
    const label = (fields.get('label') ?? '').trim()
    if (!/^[\p{L}\p{N}\p{P} ]{1,80}$/u.test(label))
      return 'Give it a name of up to 80 letters, digits and signs.'
    const done = await asking.make(fields, digestOf(browser), { person, handle, label })
    return done === 'added' ? undefined : notAdded[done]
  })
  const remove = change((fields, { person }) =>
    problemIn(passkeys.remove(person, fields.get('passkey') ?? '', `person:${person}`)),
  )
  const removePassword = change((_, { person }) =>
    problemIn(passkeys.removePassword(person, `person:${person}`)),
  )
  const steps: Readonly<Record<string, Step>> = {
    ...{ 'sign-in': signIn, passkey: signInByPasskey, leave },
    ...{ add, remove, 'remove-password': removePassword },
  }

  return async (about: Request): Promise<void> => {
    const { request, response } = about
    if (!passkeys.isPossible) return sendPage(response, nowherePage(origin))
    const known = cookieIn(request, cookie)
    const browser = known ?? secret()
    if (request.method === 'GET' || request.method === 'HEAD') {
      if (known === undefined) response.setHeader('Set-Cookie', setCookie(browser))
      const fresh = await findFresh(browser)
      const visit = { ...about, browser, fresh }
      return fresh ? show(visit, fresh) : who(visit)
    }
    const fields = await fieldsOf(request, browser)
    const step = steps[fields?.get('do') ?? '']
    if (!fields || !step) return sendPage(response, foreign)
    await step({ ...about, browser, fresh: await findFresh(browser) }, fields)
  }

  /** A form of a page of ours, to this browser. */
  async function fieldsOf(request: IncomingMessage, browser: string): Promise<Fields | undefined> {
    if (request.method !== 'POST' || request.headers.origin !== origin) return undefined
    const fields = await readForm(request)
    const proof = Buffer.from(fields?.get('proof') ?? '')
    const expected = Buffer.from(formOf(browser).proof)
    const isOurs = proof.length === expected.length && timingSafeEqual(proof, expected)
    return isOurs ? fields : undefined
  }
}

type Fields = ReadonlyMap<string, string>
type Step = (visit: Visit, fields: Fields) => Promise<void>

const sendBack = (response: ServerResponse, cookie?: string): void => {
  const more = cookie === undefined ? {} : { 'Set-Cookie': cookie }
  response.writeHead(303, { ...safely(), Location: path, 'Content-Length': 0, ...more }).end()
}

/** What a person can mend is said to them; all else is a fault. */
const problemIn = async (done: Promise<void>): Promise<string | undefined> => {
  try {
    await done
    return undefined
  } catch (thrown) {
    const isTheirs = thrown instanceof Fault && ['usage', 'unknown_name'].includes(thrown.code)
    if (isTheirs) return thrown.detail
    throw thrown
  }
}

const whyNot = (checked: { refused: string; waitMs?: number }, wrong: string): string =>
  checked.waitMs === undefined
    ? wrong
    : `Too many attempts. Try again in ${Math.ceil(checked.waitMs / 1000)} s.`

const weaker = 'You signed in by password. Sign in with one of your passkeys to change something.'
const notAdded = {
  refused: 'Nothing was added: the answer of your device was not for this page, or came too late.',
  'too many': 'You have twenty passkeys. Remove one first.',
}

const foreign = problemPage(
  403,
  'Nothing was done',
  'This form did not come from our own page, or took too long. Open the page again.',
)
