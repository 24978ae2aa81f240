import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IssuerDocument } from '#domain/documents.ts'
import { type PlaneId, vouchedName } from '#domain/name.ts'
import type { Clock } from '#lib/clock.ts'
import { createFlood } from '#lib/flood.ts'
import type { Log } from '#lib/log.ts'
import { networkOf } from '#lib/network.ts'
import type { SignInRows } from '#store/store.ts'
import { sendJson } from '../answering.ts'
import type { ClientView } from '../identity.ts'
import type { TakeOnce } from '../once.ts'
import { digestOf } from '../sign-in/adapter.ts'
import { familyS } from '../sign-in/configuration.ts'
import { readForm } from '../sign-in/form.ts'
import type { PeopleView } from '../sign-in/people-view.ts'
import type { Organisation } from './organisation.ts'

export interface LogoutParts {
  readonly plane: PlaneId
  readonly view: ClientView
  readonly people: PeopleView
  readonly organisation: Organisation
  /** Where what people have signed in to stands: of all planes, and of the Manager. */
  allRows(): Promise<readonly SignInRows[]>
  readonly takeOnce: TakeOnce
  readonly clock: Clock
  readonly log: Log
}

const kind = 'OrganisationSession'
const digestOfSession = (iss: string, sid: string): string => digestOf(`${iss} ${sid}`)

/** Of which session at the organisation a sign-in was, so that its end ends what came of it. */
export const noteSession = (
  rows: SignInRows,
  nowMs: number,
  { iss, sid, person }: { iss: string; sid: string; person: string },
): Promise<void> =>
  rows.put({
    ...{ kind, digest: digestOfSession(iss, sid), family: undefined, uid: undefined, person },
    ...{ payload: '{}', endsAt: nowMs + familyS * 1000 },
  })

/**
 * OpenID Connect Back-Channel Logout 1.0: the organisation says that somebody signed out there, and all
 * that came of their signing in by it ends here, in every plane and at the Manager, on every process
 * within a second. What is not proven changes nothing, and is told by one answer.
 */
export const createLogout = (parts: LogoutParts) => {
  const { plane, view, people, organisation, clock } = parts
  // At the end of a day a whole house signs out at once, from one address.
  const flood = createFlood({ atOnce: 500, intervalMs: 10 })

  const read = async (issuer: IssuerDocument, text: string) => {
    const said = await organisation.loggedOut(issuer, text)
    if (typeof said === 'string') return said
    const id = `${issuer.issuer} ${said.id}`
    const isFirst = await parts.takeOnce(plane, 'logout token', id, said.expiresAt)
    return isFirst ? said : 'used before'
  }

  const personOf = async (
    { issuer }: IssuerDocument,
    { subject, session }: { subject: string | undefined; session: string | undefined },
  ): Promise<string | undefined> => {
    if (subject !== undefined) return vouchedName(issuer, subject)
    const digest = digestOfSession(issuer, session ?? '')
    for (const rows of await parts.allRows()) {
      const found = await rows.find(kind, digest)
      if (found) return found.person
    }
    return undefined
  }

  /** False where no organisation of that name signs people in here. */
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
    address: string,
  ): Promise<boolean> => {
    const issuer = view.issuers(plane).signIns.find((one) => one.name === name)
    if (!issuer) return false
    const refuse = (status: number, description: string, headers: Record<string, string> = {}) => {
      const error = { error: 'invalid_request', error_description: description }
      sendJson(response, status, error, { Connection: 'close', ...headers })
      return true
    }
    if (request.method !== 'POST') return refuse(405, 'the method must be POST', { Allow: 'POST' })
    const waitMs = flood.attempt(networkOf(address), clock.elapsed())
    if (waitMs > 0)
      return refuse(429, 'too many at once', { 'Retry-After': String(Math.ceil(waitMs / 1000)) })
    // RFC 9110 §10.1.1: whoever reads the body says that it is wanted.
    if (request.headers.expect !== undefined) response.writeContinue()
    const text = (await readForm(request))?.get('logout_token')
    if (text === undefined) return refuse(400, 'logout_token is missing')
    const said = await read(issuer, text)
    if (typeof said === 'string') {
      parts.log.warn('logout by an organisation', { plane, issuer: name, problem: said })
      return refuse(400, 'the logout token is not accepted')
    }
    const person = await personOf(issuer, said)
    // Somebody who is nobody here, or whose session ended before, is signed out (§2.7).
    if (person !== undefined) await people.signOut({ person, issuer: issuer.issuer })
    response.writeHead(200, { 'Cache-Control': 'no-store', 'Content-Length': 0 }).end()
    return true
  }
}
