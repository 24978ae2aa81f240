import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IssuerDocument } from '#domain/documents.ts'
import { isPrintable } from '#domain/fields.ts'
import { claimAt } from '#domain/given-teams.ts'
import type { PlaneId } from '#domain/name.ts'
import type { Clock, Random } from '#lib/clock.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Log } from '#lib/log.ts'
import type { ClientView } from '../identity.ts'
import { sessionS } from '../sign-in/configuration.ts'
import { safely, sendPage } from '../sign-in/page.ts'
import type { Way } from '../sign-in/pages.ts'
import type { PeopleView } from '../sign-in/people-view.ts'
import type { Attempts } from './attempts.ts'
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
  const { origin, plane, view, people, organisation, attempts, random } = parts
  const backTo = (name: string): string => `/oauth/${plane}/back/${name}`
  const pageAt = (uid: string): string => `/oauth/${plane}/sign-in/${uid}`
  const find = (name: string): IssuerDocument | undefined =>
    view.issuers(plane).signIns.find((one) => one.name === name)
  const failed = (issuer: string, problem: string): void =>
    parts.log.warn('sign-in by an organisation', { plane, issuer, problem })

  return {
    offered: (uid: string): readonly Way[] =>
      view.issuers(plane).signIns.map((issuer) => ({
        title: titleOf(issuer),
        href: `${pageAt(uid)}/with/${issuer.name}`,
      })),

    /** Sends the browser there. */
    async begin(
      response: ServerResponse,
      { uid, params }: { uid: string; params: Readonly<Record<string, unknown>> },
      name: string,
    ): Promise<void> {
      const issuer = find(name)
      if (!issuer) return sendPage(response, unknownPage)
      const [state, nonce, verifier] = [1, 2, 3].map(() => random(32).toString('base64url')) as [
        string,
        string,
        string,
      ]
      const maxAgeS = Math.min(oldestS, ageIn(params.max_age))
      const to = await organisation.begin(issuer, {
        ...{ redirect: origin + backTo(name), state, nonce, verifier, maxAgeS },
        acrValues: typeof params.acr_values === 'string' ? params.acr_values : undefined,
        isAnew: String(params.prompt ?? '')
          .split(' ')
          .includes('login'),
      })
      if ('failed' in to) {
        failed(name, to.failed)
        return sendPage(response, awayPage(issuer, pageAt(uid)))
      }
      const made = { uid, issuer: name, iss: issuer.issuer, nonce, verifier, maxAgeS }
      const cookie = await attempts.begin(made, state, backTo(name))
      sendOn(response, to.href, cookie)
    },

    /** What the organisation answered, in the browser that began it; whatever is wrong leads nowhere. */
    async back(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
      const url = new URL(`${origin}${request.url ?? ''}`)
      url.pathname = backTo(name)
      const [state, ...others] = url.searchParams.getAll('state')
      const attempt =
        state !== undefined && others.length === 0 && (await attempts.take(state, request))
      const issuer = find(name)
      if (!attempt || !issuer || attempt.issuer !== name || attempt.iss !== issuer.issuer)
        return sendPage(response, strangePage)
      response.setHeader('Set-Cookie', attempts.over(String(state), backTo(name)))
      const { uid, nonce, verifier, maxAgeS } = attempt
      const about = { url, state: String(state), nonce, verifier, maxAgeS }
      const found = await organisation.finish(issuer, about)
      if ('failed' in found) {
        failed(name, found.failed)
        return sendPage(response, refusedPage(issuer, pageAt(uid)))
      }
      const { subject, claims, signedInAtS, acr } = found
      const title = titleIn(claims, issuer)
      const vouched = {
        issuer: issuer.issuer,
        subject,
        title,
        claims,
        planes: parts.planesOf(issuer),
      }
      const person = await people.vouch(vouched)
      if (person === undefined) return sendPage(response, nothingPage(issuer, pageAt(uid)))
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

const ageIn = (written: unknown): number => {
  const age = Number(written ?? oldestS)
  return Number.isInteger(age) && age >= 0 ? age : oldestS
}

/** As people read it: it decides nothing, and is text that can be printed. */
const titleIn = (claims: JsonObject, { signIn }: IssuerDocument): string | undefined => {
  const said = claimAt(claims, signIn?.title ?? 'name')
  return typeof said === 'string' && said !== '' && said.length <= 200 && isPrintable(said)
    ? said
    : undefined
}
