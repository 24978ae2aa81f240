import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { errors as Errors, InteractionResults, Provider } from 'oidc-provider'
import type { SignedIn } from '#domain/entry.ts'
import { namePattern, type PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { SignInRows } from '#store/store.ts'
import type { ClientView } from '../identity.ts'
import type { TakeOnce } from '../once.ts'
import type { Arrived, Attempts } from '../organisation/attempts.ts'
import type { Ways } from '../organisation/ways.ts'
import { planeResource } from '../resources.ts'
import { digestOf } from './adapter.ts'
import { mayActFor, saveGrant } from './asked.ts'
import { createChallenges } from './challenges.ts'
import { isRemembered, type SignInClient, type SignInClients } from './clients.ts'
import { scopesIn, sessionS } from './configuration.ts'
import { readForm } from './form.ts'
import { type Form, type Page, safely, sendPage } from './page.ts'
import { type ConsentAsked, problemPage, refusedPage, signInPage, withConsole } from './pages.ts'
import { byPasskey, byPassword, createPasskeyAsking, notProven, scriptAddress } from './passkey.ts'
import type { Known, PeopleView } from './people-view.ts'
import type { RegisteredClients } from './registered.ts'

/** Durable when it resolves; Fault('unrecordable') where it cannot be. */
export type EnterSignedIn = (entry: SignedIn) => Promise<void>

export interface VisitParts {
  readonly origin: string
  readonly plane: PlaneId
  readonly provider: Provider
  readonly errors: typeof Errors
  readonly view: ClientView
  readonly people: PeopleView
  readonly clients: SignInClients
  readonly registered: RegisteredClients
  readonly enter: EnterSignedIn
  /** Where people sign in, as pages call it, and what they are asked there before anything comes of it. */
  readonly place: string
  readonly consentPage: (asked: ConsentAsked) => Page
  readonly ways: Ways
  readonly attempts: Attempts
  readonly rows: SignInRows
  readonly clock: Clock
  readonly random: Random
  readonly takeOnce: TakeOnce
  /** Under which a page's form is signed, and what its passkeys sign. */
  readonly key: Uint8Array
}

/** A sign-in under way, as one request to its page finds it. */
interface Visit {
  readonly interaction: Awaited<ReturnType<Provider['interactionDetails']>>
  readonly client: SignInClient
  readonly redirect: string
  readonly resource: string
  readonly scopes: readonly string[]
  readonly form: Form
}

const consentMs = 180 * 24 * 60 * 60_000

/**
 * The pages of one sign-in. The library ties them to the browser that began it: its cookie holds the
 * id that stands in the address, so an address that somebody else sends leads nowhere. A form is taken
 * from a page of ours alone: same origin, with a proof of this sign-in and this question.
 */
export const createVisit = (parts: VisitParts) => {
  const { origin, plane, provider, errors, view, people, clients, rows, clock, place } = parts
  const passkey = createPasskeyAsking({
    ...{ origin, passkeys: people.passkeys },
    challenges: createChallenges(parts),
  })
  const over = withConsole(sayOver, plane)
  const proofOf = (uid: string, prompt: string): string =>
    createHmac('sha256', parts.key).update(`${plane} ${uid} ${prompt}`).digest('base64url')

  const find = async (
    request: IncomingMessage,
    response: ServerResponse,
    uid: string,
  ): Promise<Visit | undefined> => {
    const interaction = await provider.interactionDetails(request, response).catch((thrown) => {
      if (thrown instanceof errors.SessionNotFound) return undefined
      throw thrown
    })
    if (interaction?.uid !== uid) return undefined
    const { client_id, redirect_uri: redirect, resource, scope } = interaction.params
    const client = await clients.find(plane, String(client_id))
    if (!client || typeof redirect !== 'string') return undefined
    return {
      ...{ interaction, client, redirect, scopes: scopesIn(scope) ?? [] },
      resource: typeof resource === 'string' ? resource : planeResource(origin, plane),
      form: {
        action: `/oauth/${plane}/sign-in/${uid}`,
        proof: proofOf(uid, interaction.prompt.name),
      },
    }
  }

  /** `name`: what was typed before, `problem`: why it did not do. */
  const whoPage = async (visit: Visit, name = '', problem?: string): Promise<Page> => {
    const { uid } = visit.interaction
    return signInPage({
      ...{ ...visit, plane: place, name, problem, script: scriptAddress(origin, plane) },
      ways: parts.ways.offered(uid),
      passkey: await passkey.offer(uid),
    })
  }

  const mayAllow = ({ client }: Visit, person: Known | undefined): person is Known =>
    person !== undefined && mayActFor(view, plane, client.client, person)

  const pageOf = async (visit: Visit): Promise<Page> => {
    const { interaction } = visit
    if (interaction.prompt.name === 'login') return whoPage(visit)
    const name = interaction.session?.accountId ?? ''
    const known = await people.known(name, plane)
    const person = known ?? { name, title: undefined }
    return mayAllow(visit, known)
      ? parts.consentPage({ ...visit, plane: place, person })
      : refusedPage({ ...visit, plane: place, person })
  }

  const finish = async (
    request: IncomingMessage,
    response: ServerResponse,
    result: InteractionResults,
  ): Promise<void> => {
    for (const [name, value] of Object.entries(safely())) response.setHeader(name, value)
    await provider.interactionFinished(request, response, result)
  }

  const signIn: Step = async (visit, fields, asked) => {
    const name = (fields.get('name') ?? '').trim().slice(0, 200)
    const password = fields.get('password') ?? ''
    const checked = await people.check({ name, password, address: asked.address })
    if ('refused' in checked) {
      const problem = 'waitMs' in checked ? later(checked.waitMs) : 'Name or password is wrong.'
      return sendPage(asked.response, await whoPage(visit, name, problem))
    }
    return signedIn(visit, asked, { accountId: checked.person.name, ...byPassword, ts: nowS() })
  }

  const signInByPasskey: Step = async (visit, fields, asked) => {
    const checked = await passkey.check(fields, visit.interaction.uid, asked.address)
    if ('refused' in checked) {
      const problem = 'waitMs' in checked ? later(checked.waitMs) : notProven
      return sendPage(asked.response, await whoPage(visit, '', problem))
    }
    return signedIn(visit, asked, { accountId: checked.person, ...byPasskey, ts: nowS() })
  }
  const nowS = (): number => Math.floor(clock.now() / 1000)

  /** By their organisation, a moment ago in this browser. */
  const arrive = (visit: Visit, asked: Request, { person, iss, signedInAtS, acr }: Arrived) =>
    signedIn(
      visit,
      asked,
      { accountId: person, ts: signedInAtS, ...(acr !== undefined && { acr }) },
      iss,
    )

  const signedIn = async (
    visit: Visit,
    { request, response }: Request,
    login: { accountId: string; ts: number; acr?: string; amr?: string[] },
    issuer?: string,
  ): Promise<void> => {
    const { interaction } = visit
    const { accountId } = login
    // Another person than before: what the browser had of the first one is gone before the second begins.
    if (interaction.session && interaction.session.accountId !== accountId)
      await forgetSession(visit)
    await parts.enter({
      ...{ v: 1, type: 'person.signed-in', at: clock.now(), plane, person: accountId },
      // The id of a session is a secret: this one names the sign-in that it came of.
      token: `sgn_${digestOf(interaction.uid).slice(0, 32)}`,
      label: `for ${visit.client.client} at the issuer`,
      ...(issuer !== undefined && { issuer }),
      ...(login.acr !== undefined && { acr: login.acr }),
      endsAt: (login.ts + sessionS) * 1000,
    })
    return finish(request, response, { login: { ...login, remember: false } })
  }

  const forgetSession = async ({ interaction }: Visit): Promise<void> => {
    const uid = interaction.session?.uid
    const row = uid === undefined ? undefined : await rows.findByUid('Session', uid)
    if (row) await rows.remove('Session', row.digest)
    Object.assign(interaction, { session: undefined })
    await interaction.persist()
  }

  const allow: Step = async (visit, _, { request, response }) => {
    const { interaction, client, redirect, resource, scopes } = visit
    const person = interaction.session?.accountId
    if (interaction.prompt.name !== 'consent' || person === undefined)
      return sendPage(response, over)
    if (!mayAllow(visit, await people.known(person, plane)))
      return sendPage(response, await pageOf(visit))
    const made = new provider.Grant({ accountId: person, clientId: client.id })
    const { jti } = await saveGrant(made, { resource, scopes })
    const at = clock.now()
    if (isRemembered(redirect))
      await rows.agree({
        person,
        client: client.id,
        redirect,
        resource,
        scopes,
        at,
        endsAt: at + consentMs,
      })
    if (client.from === 'registration') await parts.registered.keep(plane, client.id)
    return finish(request, response, { consent: { grantId: jti } })
  }

  const deny: Step = async (_, __, { request, response }) =>
    finish(request, response, { error: 'access_denied', error_description: 'the person said no' })

  /** From the beginning, with nobody signed in. */
  const other: Step = async (visit, _, { response }) => {
    await forgetSession(visit)
    const asked = Object.entries(visit.interaction.params).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    )
    goOn(response, `/oauth/${plane}/authorize?${new URLSearchParams(asked)}`)
  }

  const steps: Readonly<Record<string, Step>> = {
    ...{ 'sign-in': signIn, passkey: signInByPasskey },
    ...{ allow, deny, other },
  }

  return async (asked: Request, uid: string, way: string | undefined): Promise<void> => {
    const { request, response } = asked
    const visit = await find(request, response, uid)
    if (!visit) return sendPage(response, over)
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const isSigningIn = visit.interaction.prompt.name === 'login'
    if (way !== undefined)
      return request.method === 'GET' && isSigningIn
        ? parts.ways.begin(response, visit.interaction, way, visit.client.isConsole === true)
        : sendPage(response, over)
    const arrival = request.method === 'GET' && isSigningIn && (await parts.attempts.arrived(uid))
    if (arrival && 'failed' in arrival)
      return finish(request, response, {
        ...{ error: 'access_denied', error_description: arrival.failed },
      })
    if (arrival) return arrive(visit, asked, arrival)
    const straight = straightIn(request)
    if (request.method === 'GET' && isSigningIn && straight !== undefined)
      return goOn(response, `${visit.form.action}/with/${straight}`)
    if (isRead) return sendPage(response, await pageOf(visit))
    if (request.method !== 'POST')
      return sendPage(response, problemPage(405, 'No', 'This page takes a form.'))
    const fields = request.headers.origin === origin ? await readForm(request) : undefined
    const proof = Buffer.from(fields?.get('proof') ?? '')
    const expected = Buffer.from(visit.form.proof)
    if (!fields || proof.length !== expected.length || !timingSafeEqual(proof, expected))
      return sendPage(response, foreign)
    const step = steps[fields.get('do') ?? '']
    return step ? step(visit, fields, asked) : sendPage(response, foreign)
  }
}

export interface Request {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Where it comes from, for the limits. */
  readonly address: string
}

type Step = (
  visit: Visit,
  fields: ReadonlyMap<string, string>,
  asked: Request,
) => Promise<void> | void

const goOn = (response: ServerResponse, location: string): void =>
  void response.writeHead(303, { ...safely(), Location: location, 'Content-Length': 0 }).end()

/** The organisation that its own address names: see `Asked.straightTo`. */
const straightIn = ({ url = '' }: IncomingMessage): string | undefined => {
  const way = new URLSearchParams(url.split('?')[1] ?? '').get('way')
  return way !== null && namePattern.test(way) ? way : undefined
}

const sayOver = problemPage(
  400,
  'This sign-in is over',
  'It was finished, took too long, or was begun in another browser. Go back to the program and sign in again.',
)

const foreign = problemPage(
  403,
  'Nothing was done',
  'This form did not come from our own page. Go back to the program and sign in again.',
)

const later = (waitMs: number): string =>
  `Too many attempts. Try again in ${Math.ceil(waitMs / 1000)} s.`
