import type { IncomingMessage, ServerResponse } from 'node:http'
import { claimAt } from '#domain/claim-path.ts'
import type { IssuerDocument } from '#domain/documents.ts'
import { isPrintable } from '#domain/fields.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import type { SignInRows } from '#store/store.ts'
import type { ClientView } from '../identity.ts'
import { sessionS } from '../sign-in/configuration.ts'
import { type Page, safely, sendPage } from '../sign-in/page.ts'
import { type Way, withConsole } from '../sign-in/pages.ts'
import type { PeopleView } from '../sign-in/people-view.ts'
import type { ArrivalProblem, Attempts } from './attempts.ts'
import type { Identified } from './id-token.ts'
import { noteSession } from './logout.ts'
import type { Organisation } from './organisation.ts'
import { awayPage, nothingPage, refusedPage, strangePage, titleOf, unknownPage } from './pages.ts'

/** So that at least an hour is left of a session that begins with it. */
const oldestS = sessionS - 3600

export interface WaysParts {
  readonly origin: string
  readonly plane: PlaneId
  readonly view: ClientView
  readonly people: PeopleView
  readonly organisation: Organisation
  readonly attempts: Attempts
  readonly rows: SignInRows
  /** Where what it says counts. */
  planesOf(issuer: IssuerDocument): readonly PlaneId[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * The ways into a plane's issuer that lead through an organisation. Each has an address of its own to
 * come back to, so that the answer of one can never pass as another's (RFC 9700 §4.4).
 */
export const createWays = (parts: WaysParts) => {
  const { origin, plane, view, people, organisation, attempts, clock, random } = parts
  const backTo = (name: string): string => `/oauth/${plane}/back/${name}`
  const pageAt = (uid: string): string => `/oauth/${plane}/sign-in/${uid}`
  const find = (name: string): IssuerDocument | undefined =>
    view.issuers(plane).signIns.find((one) => one.name === name)
  const failed = (issuer: string, problem: string): void =>
    parts.log.warn('sign-in by an organisation', { plane, issuer, problem })

  const secret = (): string => random(32).toString('base64url')
  const vouched = (issuer: IssuerDocument, { subject, claims }: Identified) =>
    people.vouch({
      ...{ issuer: issuer.issuer, subject, claims, title: titleIn(claims, issuer) },
      planes: parts.planesOf(issuer),
    })

  return {
    offered: (uid: string): readonly Way[] =>
      view.issuers(plane).signIns.map((issuer) => ({
        title: titleOf(issuer),
        href: `${pageAt(uid)}/with/${issuer.name}`,
      })),

    /** Sends the browser there. */
    async begin(
      response: ServerResponse,
      { uid, params }: { uid: string; params: Asked },
      name: string,
      isTold: boolean,
    ): Promise<void> {
      const issuer = find(name)
      if (!issuer) return sendPage(response, unknownPage)
      const secrets = { state: secret(), nonce: secret(), verifier: secret() }
      const about = { redirect: origin + backTo(name), ...secrets, ...askedIn(params) }
      const to = await organisation.begin(issuer, about)
      if ('failed' in to) {
        failed(name, to.failed)
        return sendPage(response, awayPage(issuer, pageAt(uid)))
      }
      const { state, nonce, verifier, maxAgeS } = about
      const made = { uid, issuer: name, iss: issuer.issuer, nonce, verifier, maxAgeS, isTold }
      const cookie = await attempts.begin({ ...made, at: clock.now() }, state, backTo(name))
      sendOn(response, to.href, cookie)
    },

    /** What the organisation answered, in the browser that began it; whatever is wrong leads nowhere. */
    async back(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
      const url = new URL(`${origin}${request.url ?? ''}`)
      url.pathname = backTo(name)
      const issuer = find(name)
      const [state = '', ...others] = url.searchParams.getAll('state')
      const attempt = others.length === 0 ? await attempts.take(state, request) : undefined
      if (!attempt || !issuer || attempt.issuer !== name || attempt.iss !== issuer.issuer)
        return sendPage(response, withConsole(strangePage, plane))
      response.setHeader('Set-Cookie', attempts.over(state, backTo(name)))
      const { uid, nonce, verifier, isTold } = attempt
      const tell = async (problem: ArrivalProblem, page: Page): Promise<void> => {
        if (!isTold) return sendPage(response, page)
        await attempts.arrive(uid, { failed: problem })
        sendOn(response, pageAt(uid))
      }
      // How old a sign-in may be was asked when the browser left; the person may take their time.
      const maxAgeS = attempt.maxAgeS + Math.ceil((clock.now() - attempt.at) / 1000)
      const found = await organisation.finish(issuer, { url, state, nonce, verifier, maxAgeS })
      if ('failed' in found) {
        failed(name, found.failed)
        return tell('refused', refusedPage(issuer, pageAt(uid)))
      }
      const person = await vouched(issuer, found)
      if (person === undefined) return tell('unknown', nothingPage(issuer, pageAt(uid)))
      const { signedInAtS, acr, sid } = found
      if (sid !== undefined)
        await noteSession(parts.rows, clock.now(), { iss: issuer.issuer, sid, person })
      await attempts.arrive(uid, { person, iss: issuer.issuer, signedInAtS, acr })
      sendOn(response, pageAt(uid))
    },
  }
}
export type Ways = ReturnType<typeof createWays>

const sendOn = (response: ServerResponse, location: string, cookie?: string): void => {
  response
    .writeHead(303, {
      ...safely(),
      Location: location,
      'Content-Length': 0,
      ...(cookie !== undefined && { 'Set-Cookie': cookie }),
    })
    .end()
}

/** What the program asks of the sign-in, and never less than is asked anyway. */
const askedIn = ({ max_age: written = oldestS, acr_values: acr, prompt = '' }: Asked) => {
  const age = Number(written)
  return {
    maxAgeS: Number.isInteger(age) && age >= 0 ? Math.min(oldestS, age) : oldestS,
    acrValues: typeof acr === 'string' ? acr : undefined,
    isAnew: String(prompt).split(' ').includes('login'),
  }
}
type Asked = Readonly<Record<string, unknown>>

/** As people read it: it decides nothing, and is text that can be printed. */
const titleIn = (claims: JsonObject, { signIn }: IssuerDocument): string | undefined => {
  const said = claimAt(claims, signIn?.title ?? 'name')
  return typeof said === 'string' && said !== '' && said.length <= 200 && isPrintable(said)
    ? said
    : undefined
}
